import { ProbeError } from '../../model/reason.ts';

/** Demands that something belongs to the configured account. @throws ProbeError `wrong_subject`, `bad_response` */
export function demandOwner(account: string, owner: string | undefined, what: string): void {
  if (!owner) throw new ProbeError('bad_response', `${what} was described without its owner`);
  if (owner === account) return;
  throw new ProbeError('wrong_subject', `${what} belongs to another account`, {
    next: 'Compare aws.account and the credentials with the deployment.',
  });
}

/** Demands a member of an answer. @throws ProbeError `bad_response` */
export function demand<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new ProbeError('bad_response', `AWS answered without ${what}`);
  return value;
}

/**
 * Demands that each thing that was asked for by id is in the answer.
 * @returns those things, in the order of `ids`
 * @throws ProbeError `truncated`
 */
export function demandAll<T>(
  found: readonly T[],
  ids: readonly string[],
  idOf: (item: T) => string | undefined,
  what: string,
): readonly T[] {
  return ids.map((id) => {
    const item = found.find((one) => idOf(one) === id);
    if (!item) throw new ProbeError('truncated', `AWS did not describe every ${what} that was asked for`);
    return item;
  });
}

/** Each text once, in order, without absent ones: the same set is the same call. */
export function distinct(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text): text is string => typeof text === 'string' && text !== ''))].sort();
}
