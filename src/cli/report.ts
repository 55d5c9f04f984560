import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { inconsistencies } from '../report/consistency.ts';
import { parseReport } from '../report/parse.ts';
import { declaredChecks } from './declared.ts';
import { checkOutputs, type OutputOptions, writeReport } from './output.ts';
import { readBytes } from './verify.ts';

/** Converts a saved JSON report. It is validated strictly first: a page must not show what no run can have said. */
export async function reportCommand(file: string, options: OutputOptions): Promise<void> {
  checkOutputs(options);
  const report = validReport(file);
  if (!report) return;
  process.exitCode = exitCodeOf((await writeReport(report, options)) ? 'READY' : 'notWritten');
}

/** A saved report that holds together; else says why not, sets the exit code, and gives undefined. @throws UsageError */
export function validReport(file: string): Report | undefined {
  if (file === '-') throw new UsageError('name the file of a JSON report');
  const parsed = parseReport(readBytes(file));
  const problems = 'problems' in parsed ? parsed.problems : inconsistencies(parsed.report, declaredChecks());
  if ('report' in parsed && problems.length === 0) return parsed.report;
  process.stderr.write(problems.map((problem) => `clawcheck: ${file}: ${problem}\n`).join(''));
  process.exitCode = exitCodeOf('notValid');
  return undefined;
}
