import type { Environment } from '../environment/schema.ts';
import type { DrillRecord } from '../model/drill-record.ts';
import type { KillSwitchUse } from '../probes/aws/kill-switch-use.ts';

/** How far the clock of the drill and that of AWS may be apart. */
const skewMs = 60_000;

/**
 * Where the record of a drill and what AWS remembers of the use that it names contradict each other, or the record
 * shows less than is asked for now; undefined where they agree.
 */
export function disagreement(
  record: DrillRecord,
  use: KillSwitchUse | undefined,
  { killWithinSeconds, holdSeconds }: Environment['drills'],
): string | undefined {
  if (!use) return 'AWS knows of no such use of this switch';
  const [start, end] = [Date.parse(record.window.start), Date.parse(record.window.end)];
  const at = use.at.getTime();
  if (at < start - skewMs || at > end + skewMs) return 'it was used at another time';
  if (!use.succeeded) return 'the use did not come to a good end';
  const missed = record.subject.instances.filter((id) => use.instances && !use.instances.includes(id));
  if (missed.length > 0) return 'it was not used on every instance';
  const seconds = (id: string) => record.measurements.find((m) => m.id === id)?.seconds ?? Number.NaN;
  if (!(seconds('stopped') <= killWithinSeconds)) return `it took longer than ${killWithinSeconds} seconds`;
  const held = seconds('stays-down');
  if (!(held >= holdSeconds)) return `it was not held down for ${holdSeconds} seconds`;
  const down = Date.parse(record.values['deadAt'] ?? '');
  if (Number.isNaN(down)) return 'the record does not say when the agent was down';
  const launched = use.launches.some((launch) => launch.getTime() >= at && launch.getTime() <= down + held * 1000);
  return launched ? 'the group launched an instance meanwhile' : undefined;
}
