import type { FleetDeployment, FleetReport, FleetState, FleetSummary } from '../model/fleet.ts';
import { fleetStates } from '../model/fleet.ts';
import type { Verdict } from '../model/report.ts';
import { count, some } from '../model/text.ts';
import { verdictWords } from './words.ts';

export const stateWords: Readonly<Record<FleetState, string>> = { ...verdictWords, MISSING: 'NO REPORT' };

/** What the verdict of a fleet means to who reads it. */
export const fleetMeanings: Readonly<Record<Verdict, string>> = {
  READY: 'Every deployment that was asked for has a report that says READY.',
  NOT_READY: 'At least one deployment has a check that failed.',
  INCOMPLETE: 'Nothing failed, but not every deployment that was asked for is shown to be ready.',
  UNTRUSTED: 'Of at least one deployment, what was looked at is not what was asked about.',
};

/** `300 deployments: 290 READY, 10 NOT READY`. */
export function fleetCounts({ deployments, counts }: FleetReport): string {
  const parts = fleetStates.filter((s) => counts[s] > 0).map((state) => `${counts[state]} ${stateWords[state]}`);
  return `${count(deployments.length, 'deployment')}: ${parts.join(', ') || 'none'}`;
}

/** Where a deployment is, in one line. */
export function placeOf({ report }: FleetDeployment): string {
  return report ? `${report.account ?? 'account not proven'} ${report.region}` : '';
}

/** `79 unknown (the account is not proven)`. */
export function unknownOf({ unknown, cause }: FleetSummary): string {
  return `${unknown.length} unknown${cause === null ? '' : ` (${cause})`}`;
}

/** What is to be done about a deployment, in one line: why it does not count, what failed, what is unknown. */
export function troubleOf({ problem, report }: FleetDeployment, most = 3): string {
  const parts = [
    ...(problem === null ? [] : [problem]),
    ...(report?.failed.length ? [`${report.failed.length} failed: ${some(report.failed, most)}`] : []),
    ...(report?.unknown.length ? [`${unknownOf(report)}: ${some(report.unknown, most)}`] : []),
  ];
  return parts.join('; ') || (report && report.mode !== 'live' ? report.mode : '');
}

/** What keeps a fleet report from saying what it seems to say, each as a sentence. */
export function fleetCautions({ deployments }: FleetReport): string[] {
  const notLive = deployments.filter(({ report }) => report !== null && report.mode !== 'live');
  if (notLive.length === 0) return [];
  const names = some(notLive.map(({ environment }) => environment));
  return [`Not live deployments, but simulated or replayed: ${names}.`];
}

/** From the first look to the last; undefined where there is no report. */
export function fleetWindow({ deployments }: FleetReport): { start: string; end: string } | undefined {
  const reports = deployments.flatMap(({ report }) => report ?? []);
  const start = reports.map((r) => r.start).sort()[0];
  const end = reports
    .map((r) => r.end)
    .sort()
    .at(-1);
  return start === undefined || end === undefined ? undefined : { start, end };
}
