import { ProbeError } from '../../model/reason.ts';
import type { HostRecords } from '../../ports/host.ts';

const malformed = (key: string, what: string) =>
  new ProbeError('bad_response', `the host answered ${what} for ${key}`, {
    next: 'Run again; if it stays, report the version of the shell on the host.',
  });

/** The value of a key that must be there exactly once. */
export function single(records: HostRecords, key: string): string {
  const [value, ...more] = all(records, key);
  if (value === undefined || more.length > 0)
    throw malformed(key, value === undefined ? 'nothing' : 'more than one value');
  return value;
}

/** The value of a key that may be absent. */
export function optional(records: HostRecords, key: string): string | undefined {
  return all(records, key).length === 0 ? undefined : single(records, key);
}

/** Every value of a key, in order. */
export function all(records: HostRecords, key: string): readonly string[] {
  return records.flatMap(([k, value]) => (k === key ? [value] : []));
}

/** A value that must be one of a set of words. */
export function oneOf<const W extends string>(records: HostRecords, key: string, words: readonly W[]): W {
  const value = single(records, key);
  const word = words.find((w) => w === value);
  if (word === undefined) throw malformed(key, 'an unknown word');
  return word;
}

/** A value that must be a whole number, not negative. */
export function integer(records: HostRecords, key: string): number {
  const value = single(records, key);
  if (!/^\d{1,15}$/.test(value)) throw malformed(key, 'something that is not a number');
  return Number(value);
}
