import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { diffReports, gotWorse, renderDiff, subjectDifferences } from '../report/diff.ts';
import { validReport } from './report.ts';
import { say } from './say.ts';

interface DiffOptions {
  readonly json?: boolean;
  readonly checks: readonly string[];
}

/** Compares two saved reports of one deployment, the older first. */
export async function diffCommand(older: string, newer: string, { json, checks }: DiffOptions): Promise<void> {
  const [before, after] = [await validReport(older, checks), await validReport(newer, checks)];
  if (!before || !after) return;
  const others = subjectDifferences(before, after);
  if (others.length > 0) {
    throw new UsageError(
      `the reports are not of one deployment: ${others.join('; ')}`,
      'Compare reports of the same environment.',
    );
  }
  if (before.window.start > after.window.start) {
    throw new UsageError('the first report is the newer one', 'Name the older report first.');
  }
  const diff = diffReports(before, after);
  const brief = { worse: diff.worse, better: diff.better, changed: diff.other };
  const ids = Object.entries(brief).map(([name, changes]) => [
    name,
    changes.map(({ id, from, to }) => ({ id, from: from.status, to: to.status })),
  ]);
  const rows = { added: diff.added, gone: diff.gone };
  const alone = Object.entries(rows).map(([name, checks]) => [name, checks.map(({ id, status }) => ({ id, status }))]);
  const data = { from: before.verdict, to: after.verdict, ...Object.fromEntries([...ids, ...alone]) };
  if (json) process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  else say(process.stdout, renderDiff(before, after, diff));
  process.exitCode = exitCodeOf(gotWorse(diff) ? 'worse' : 'READY');
}
