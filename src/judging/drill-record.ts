import type { Observation } from '../model/check.ts';
import type { DrillRecord, Measurement } from '../model/drill-record.ts';
import type { DrillRecords } from '../probes/files/drill-records.ts';
import { ago, dayMs, isYoungerThan } from './age.ts';

/** The newest record of a drill within the allowed age: it decides, so that an older success cannot hide a failure. */
export function newestRecord(
  { records }: Pick<DrillRecords, 'records'>,
  drill: string,
  days: number,
  now: Date,
): DrillRecord | undefined {
  return records.find((one) => one.drill === drill && isYoungerThan(new Date(one.window.end), days * dayMs, now));
}

/** What a record says went wrong, among some of its measures. What it says went well is not taken from it alone. */
export function failuresIn(
  record: DrillRecord | undefined,
  ids: readonly string[],
  now: Date,
): Observation<'drills'>[] {
  return (record?.measurements ?? [])
    .filter(({ id, outcome }) => ids.includes(id) && outcome === 'fail')
    .map((measurement) => observationOf(record as DrillRecord, measurement, now));
}

/** A measure of a record as evidence. */
export function observationOf(record: DrillRecord, measurement: Measurement, now: Date): Observation<'drills'> {
  const { claim, limitSeconds, observed, seconds } = measurement;
  return {
    fact: 'drills',
    subject: `drill ${record.drill} ${record.id}`,
    expected: limitSeconds === null ? claim : `${claim} within ${limitSeconds} seconds`,
    observed: `${seconds === null ? '' : `${seconds} seconds: `}${observed}, ${ago(new Date(record.window.end), now)}`,
  };
}
