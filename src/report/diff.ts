import type { CheckResult, Report, Status } from '../model/report.ts';
import { checksOf, plain, statusWords } from './words.ts';

/** What became of the checks between two reports of the same deployment. */
export interface ReportDiff {
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  /** Another status that is neither better nor worse, or the same status on other grounds of a person. */
  readonly other: readonly Change[];
  readonly added: readonly CheckResult[];
  readonly gone: readonly CheckResult[];
}

export interface Change {
  readonly id: string;
  readonly from: CheckResult;
  readonly to: CheckResult;
}

/** Measured is better than accepted, accepted is better than unknown, unknown is better than failed. */
const ranks: Readonly<Record<Status, number>> = {
  pass: 3,
  'not-applicable': 2,
  attested: 2,
  waived: 1,
  unknown: 0,
  fail: -1,
};

export function diffReports(before: Report, after: Report): ReportDiff {
  const [old, now] = [checksOf(before), checksOf(after)];
  const changes = now.flatMap((to): Change[] => {
    const from = old.find(({ id }) => id === to.id);
    return from && from.status !== to.status ? [{ id: to.id, from, to }] : [];
  });
  const step = ({ from, to }: Change) => ranks[to.status] - ranks[from.status];
  return {
    worse: changes.filter((change) => step(change) < 0),
    better: changes.filter((change) => step(change) > 0),
    other: changes.filter((change) => step(change) === 0),
    added: now.filter(({ id }) => !old.some((check) => check.id === id)),
    gone: old.filter(({ id }) => !now.some((check) => check.id === id)),
  };
}

/** Whether the newer report is worse: a check is, one is gone, or a new one is not as it should be. */
export function gotWorse({ worse, gone, added }: ReportDiff): boolean {
  return worse.length > 0 || gone.length > 0 || added.some(({ status }) => status === 'fail' || status === 'unknown');
}

/** Why two reports are not of one deployment; none if they are. */
export function subjectDifferences(before: Report, after: Report): string[] {
  const pairs: [string, string | null, string | null][] = [
    ['environment', before.environment.name, after.environment.name],
    ['account', before.subject.account, after.subject.account],
    ['region', before.subject.region, after.subject.region],
    ['group', groupOf(before), groupOf(after)],
    ['file system', before.subject.fileSystemId, after.subject.fileSystemId],
  ];
  return pairs.flatMap(([name, a, b]) =>
    a === b ? [] : [`${name}: ${plain(a ?? 'not proven')}, then ${plain(b ?? 'not proven')}`],
  );
}

/** The name: a group that was made anew has another ARN. */
function groupOf({ subject }: Report): string | null {
  return subject.autoScalingGroup?.split('/').at(-1) ?? null;
}

export function renderDiff(before: Report, after: Report, diff: ReportDiff): string {
  const change = ({ id, from, to }: Change) => {
    const { reason, evidence } = to;
    const seen = reason
      ? `${reason.code}: ${reason.message}`
      : evidence[0] && `${evidence[0].subject}: ${evidence[0].observed}`;
    return `  ${id}: ${statusWords[from.status]} -> ${statusWords[to.status]}${seen ? ` (${plain(seen)})` : ''}`;
  };
  const one = ({ id, status }: CheckResult) => `  ${id}: ${statusWords[status]}`;
  const sections: [string, readonly string[]][] = [
    ['Worse', diff.worse.map(change)],
    ['Better', diff.better.map(change)],
    ['Changed', diff.other.map(change)],
    ['New', diff.added.map(one)],
    ['Gone', diff.gone.map(one)],
  ];
  const listed = sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [`${title} (${lines.length})`, ...lines.map(plain), ''],
  );
  return [
    `${before.verdict} (${before.window.end}) -> ${after.verdict} (${after.window.end})`,
    '',
    ...(listed.length > 0 ? listed : ['No check has another status.', '']),
  ].join('\n');
}
