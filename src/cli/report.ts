import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { inconsistencies } from '../report/consistency.ts';
import { parseReport } from '../report/parse.ts';
import { declaredChecks } from './declared.ts';
import { extendedRegistry } from './extended.ts';
import { checkEndings, checkOutputs, type OutputOptions, writeReport } from './output.ts';
import { say } from './say.ts';
import { readBytes } from './verify.ts';

/** Converts a saved JSON report. It is validated strictly first: a page must not show what no run can have said. */
export async function reportCommand(
  file: string,
  options: OutputOptions & { readonly checks: readonly string[] },
): Promise<void> {
  checkOutputs(options);
  checkEndings(options);
  const report = await validReport(file, options.checks);
  if (!report) return;
  const output = options.output.length > 0 ? options.output : ['-'];
  process.exitCode = exitCodeOf((await writeReport(report, { ...options, output })) ? 'READY' : 'notWritten');
}

/** A saved report that holds together; else says why not, sets the exit code, and gives undefined. @throws UsageError */
export async function validReport(file: string, checks: readonly string[]): Promise<Report | undefined> {
  if (file === '-') throw new UsageError('name the file of a JSON report');
  const parsed = parseReport(readBytes(file));
  const extended = await extendedRegistry(checks);
  const problems =
    'problems' in parsed ? parsed.problems : inconsistencies(parsed.report, declaredChecks(extended.registry));
  if ('report' in parsed && problems.length === 0) return parsed.report;
  say(process.stderr, problems.map((problem) => `clawcheck: ${file}: ${problem}\n`).join(''));
  process.exitCode = exitCodeOf('notValid');
  return undefined;
}
