import type { CheckResult, Report } from '../model/report.ts';
import { plain, troublesOf, verdictMeanings, verdictWords } from './words.ts';

/** GitHub shows ten annotations of a kind for a step, and drops the rest without a word. */
const most = 10;

/**
 * Annotations for the log of GitHub Actions: the verdict first, then an error for each check that failed and a warning
 * for each that is not verified, as far as GitHub shows them. This is the one format whose lines are commands to a
 * runner, so that every text in it is escaped as the runner's own toolkit escapes.
 * Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function renderAnnotations(report: Report): string {
  const { verdict } = report;
  const troubles = troublesOf(report);
  const shown = troubles.flatMap(({ status, checks }) =>
    checks.slice(0, most - 1).map((check) => [status === 'fail' ? 'error' : 'warning', check] as const),
  );
  const more = troubles.reduce((sum, { checks }) => sum + checks.length, 0) - shown.length;
  const rest = more > 0 ? ` ${more} more are in the report.` : '';
  const first = command(
    verdict === 'READY' ? 'notice' : 'error',
    `clawcheck: ${verdictWords[verdict]}`,
    `${verdictMeanings[verdict]}${rest}`,
  );
  return [first, ...shown.map(([level, check]) => command(level, check.id, messageOf(check))), ''].join('\n');
}

function messageOf({ status, headline, reason, remediation }: CheckResult): string {
  const why = status === 'unknown' ? `: ${reason?.code ?? 'unknown'}: ${reason?.message ?? ''}` : '';
  return [`${plain(headline)}${plain(why)}`, `Next: ${plain(reason?.next ?? remediation)}`].join('\n');
}

function command(level: 'notice' | 'warning' | 'error', title: string, message: string): string {
  const inTitle = escaped(plain(title)).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${level} title=${inTitle}::${escaped(message)}`;
}

const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
