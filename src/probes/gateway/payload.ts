import { ProbeError } from '../../model/reason.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws ProbeError `bad_response`; `what` is our own word for the member */
export function objectAt(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw malformed(what);
}

export function listAt(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(what);
}

export function textAt(value: unknown, what: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 4096) return value;
  throw malformed(what);
}

export function numberAt(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw malformed(what);
}

/** One of a set of words, or undefined when the member is absent; any other word is an error. */
export function wordAt<const W extends string>(value: unknown, words: readonly W[], what: string): W | undefined {
  if (value === undefined || value === null) return undefined;
  const word = words.find((w) => w === value);
  if (word === undefined) throw malformed(what);
  return word;
}

/** Ids are compared with each other: space in one would make it that of another. @throws ProbeError `bad_response` */
export function idAt(value: unknown, what: string): string {
  const id = textAt(value, what);
  if (/^[!-~]{1,128}$/.test(id)) return id;
  throw malformed(what);
}

export function malformed(what: string): ProbeError {
  return new ProbeError('bad_response', `the gateway did not answer with ${what} as it is documented`, {
    next: 'See that the version of the gateway is one that clawcheck knows.',
  });
}
