import { ProbeError } from '../../model/reason.ts';

/** Demands that something belongs to the configured account. @throws ProbeError `wrong_subject`, `bad_response` */
export function demandOwner(account: string, owner: string | undefined, what: string): void {
  if (!owner) throw new ProbeError('bad_response', `${what} was described without its owner`);
  if (owner === account) return;
  throw new ProbeError('wrong_subject', `${what} belongs to another account`, {
    next: 'Compare aws.account and the credentials with the deployment; what another account shares with it (AWS RAM) is not judged.',
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
  // Of several with one id, the first.
  const items = new Map([...found].reverse().map((item) => [idOf(item), item]));
  return ids.map((id) => {
    const item = items.get(id);
    if (!item) throw new ProbeError('truncated', `AWS did not describe every ${what} that was asked for`);
    return item;
  });
}

/** Demands that everything in an answer about one group is of it. @throws ProbeError `bad_response` */
export function demandOf<T extends { readonly AutoScalingGroupName?: string | undefined }>(
  name: string | undefined,
  found: readonly T[],
  what: string,
): readonly T[] {
  if (found.every((one) => one.AutoScalingGroupName === name)) return found;
  throw new ProbeError('bad_response', `${what} of another group than was asked about was described`);
}

/** Each text once, in order, without absent ones: the same set is the same call. */
export function distinct(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text): text is string => typeof text === 'string' && text !== ''))].sort();
}

/** Demands that an ARN in a regional answer is of the deployment's account and region. @throws ProbeError `wrong_subject` */
export function demandPlace({ region, account }: { region: string; account: string }, arn: string, what: string): void {
  const [, , , itsRegion, itsAccount] = arn.split(':');
  if (itsRegion === region && itsAccount === account) return;
  throw new ProbeError('wrong_subject', `${what} of another account or region was described`);
}

/** Whether a number is one of a TCP or UDP port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}
