import type { Mode, Report, Status, Verdict } from './report.ts';
import { verdicts } from './report.ts';

/** What a deployment of a fleet came to: the verdict of its report, or `MISSING` where there is no report that counts. */
export const fleetStates = [...verdicts, 'MISSING'] as const;
export type FleetState = (typeof fleetStates)[number];

/** What a fleet report says of the report of one deployment. */
export interface FleetSummary {
  /** Of the bytes of the JSON report. */
  readonly sha256: string;
  readonly toolVersion: string;
  readonly fileSha256: string;
  readonly mode: Mode;
  readonly account: string | null;
  readonly region: string;
  readonly autoScalingGroup: string | null;
  readonly instances: number;
  /** ISO 8601, UTC. */
  readonly start: string;
  readonly end: string;
  readonly counts: Readonly<Record<Status, number>>;
  /** Ids of the checks that failed, and of those that came to no result, in the order of the report. */
  readonly failed: readonly string[];
  readonly unknown: readonly string[];
  /** What does not fit, where this is not what was asked about; else why all of the unknown are, where it is one reason. */
  readonly cause: string | null;
}

export interface FleetDeployment {
  readonly environment: string;
  readonly state: FleetState;
  /** Why there is no report that counts; null where there is one. */
  readonly problem: string | null;
  readonly report: FleetSummary | null;
}

/** Where a check did not come to a good end. */
export interface FleetCheck {
  readonly id: string;
  readonly title: string;
  readonly failed: readonly string[];
  readonly unknown: readonly string[];
}

/** A given file that is not part of the fleet, and why. */
export interface RefusedFile {
  readonly file: string;
  readonly problems: readonly string[];
}

/** Which of the deployments that were asked for are ready. It follows from their reports and nothing else. */
export interface FleetReport {
  readonly schemaVersion: 1;
  readonly kind: 'fleet';
  readonly tool: { readonly name: 'clawcheck'; readonly version: string };
  readonly verdict: Verdict;
  readonly counts: Readonly<Record<FleetState, number>>;
  /** Every environment that was asked for, once, worst first. */
  readonly deployments: readonly FleetDeployment[];
  /** Every check that failed or is unknown somewhere, worst first. */
  readonly checks: readonly FleetCheck[];
  readonly refused: readonly RefusedFile[];
}

/** Worst first. */
const order: readonly FleetState[] = ['UNTRUSTED', 'NOT_READY', 'MISSING', 'INCOMPLETE', 'READY'];

/** @param sha256 of the bytes of the JSON report */
export function summaryOf(report: Report, sha256: string): FleetDeployment {
  const { subject, window, environment } = report;
  const all = report.areas.flatMap(({ checks }) => checks);
  const idsOf = (wanted: Status) => all.filter(({ status }) => status === wanted).map(({ id }) => id);
  const reasons = new Set(all.flatMap(({ status, reason }) => (status === 'unknown' && reason ? reason.message : [])));
  return {
    environment: environment.name,
    state: report.verdict,
    problem: null,
    report: {
      sha256,
      toolVersion: report.tool.version,
      fileSha256: environment.fileSha256,
      mode: report.mode,
      account: subject.account,
      region: subject.region,
      autoScalingGroup: subject.autoScalingGroup,
      instances: subject.instances.length,
      start: window.start,
      end: window.end,
      counts: report.counts,
      failed: idsOf('fail'),
      unknown: idsOf('unknown'),
      cause: subject.mismatches.join('; ') || (reasons.size === 1 ? ([...reasons][0] ?? null) : null),
    },
  };
}

/** @param problem why it has no report that counts */
export function missing(environment: string, problem: string): FleetDeployment {
  return { environment, state: 'MISSING', problem, report: null };
}

/**
 * The report of a fleet: the same reports give the same fleet report, in whatever order and by however many machines
 * they were made.
 * @param titles of the checks, by id, in the order of the report
 */
export function fleetOf(
  given: readonly FleetDeployment[],
  { version, titles, refused = [] }: FleetContext,
): FleetReport {
  const deployments = [...given].sort(worstFirst);
  const counts: Record<FleetState, number> = { READY: 0, NOT_READY: 0, INCOMPLETE: 0, UNTRUSTED: 0, MISSING: 0 };
  for (const { state } of deployments) counts[state] += 1;
  const named = (id: string, list: 'failed' | 'unknown') =>
    deployments.filter(({ report }) => report?.[list].includes(id)).map(({ environment }) => environment);
  const checks = [...titles].map(
    ([id, title]): FleetCheck => ({ id, title, failed: named(id, 'failed'), unknown: named(id, 'unknown') }),
  );
  return {
    schemaVersion: 1,
    kind: 'fleet',
    tool: { name: 'clawcheck', version },
    verdict: fleetVerdict(counts, refused.length),
    counts,
    deployments,
    checks: checks
      .filter(({ failed, unknown }) => failed.length + unknown.length > 0)
      .sort((a, b) => b.failed.length - a.failed.length || b.unknown.length - a.unknown.length),
    refused,
  };
}

export interface FleetContext {
  readonly version: string;
  readonly titles: ReadonlyMap<string, string>;
  readonly refused?: readonly RefusedFile[];
}

/** READY only where every deployment that was asked for is, and no file had to be refused. */
export function fleetVerdict(counts: Readonly<Record<FleetState, number>>, refused: number): Verdict {
  if (counts.UNTRUSTED > 0) return 'UNTRUSTED';
  if (counts.NOT_READY > 0) return 'NOT_READY';
  return counts.READY > 0 && counts.MISSING + counts.INCOMPLETE + refused === 0 ? 'READY' : 'INCOMPLETE';
}

function worstFirst(a: FleetDeployment, b: FleetDeployment): number {
  const troubles = ({ report }: FleetDeployment, list: 'failed' | 'unknown') => report?.[list].length ?? 0;
  return (
    order.indexOf(a.state) - order.indexOf(b.state) ||
    troubles(b, 'failed') - troubles(a, 'failed') ||
    troubles(b, 'unknown') - troubles(a, 'unknown') ||
    (a.environment < b.environment ? -1 : 1)
  );
}
