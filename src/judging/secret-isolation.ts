import { type Finding, type Judgement, judgeAll, undetermined } from '../model/check.ts';
import { type RoleOf, readAccess, readAction, type SecretOf } from './secret-access.ts';

export interface Simulated {
  readonly role: string;
  readonly decisions: Readonly<Record<string, 'allowed' | 'denied' | 'open'>>;
}

/** What is said of one role and one secret, and whether the policy simulation contradicts it. */
export interface Reading<F extends string> extends Finding<F> {
  readonly conflict: boolean;
  /** It may be readable or not: no statement either way is sound. */
  readonly open: boolean;
}

type Want = 'readable' | 'refused';

const words = { yes: 'allowed', maybe: 'allowed under a condition', no: 'not allowed' } as const;

/**
 * Judges one role on one secret. For danger a conditional grant counts as a grant; for its own secret it does not
 * count unless the simulation allows it too.
 */
export function judgeReading<F extends string>(
  fact: F,
  role: RoleOf,
  secret: SecretOf,
  simulated: Simulated | undefined,
  want: Want,
): Reading<F> {
  const { allowed, byIdentity } = readAccess(role, secret);
  const decision = simulated?.decisions[secret.arn];
  const conflict = (byIdentity === 'yes' && decision === 'denied') || (byIdentity === 'no' && decision === 'allowed');
  const open = want === 'readable' && allowed === 'maybe' && decision !== 'allowed';
  const seen = decision && decision !== 'open' ? `${words[allowed]}; simulated: ${decision}` : words[allowed];
  return {
    fact,
    subject: `${role.arn} on ${secret.arn}`,
    expected: `${readAction} ${want === 'readable' ? 'allowed' : 'not allowed'}`,
    observed: seen,
    ok: want === 'readable' ? allowed !== 'no' : allowed === 'no',
    conflict,
    open,
  };
}

/** Says how far the policy simulation agrees. */
export function simulationHeard<F extends string>(fact: F, simulated: Simulated): Finding<F> {
  const decided = Object.values(simulated.decisions).filter((d) => d !== 'open').length;
  return {
    fact,
    subject: simulated.role,
    expected: 'the policy simulation of IAM agrees',
    observed: `it agrees on ${decided} of ${Object.keys(simulated.decisions).length} secrets`,
    ok: true,
  };
}

const mostShown = 10;

/**
 * One judgement over all readings: what surely is wrong fails; where policies and simulation disagree, or the own
 * secret hangs on a condition, it is left undetermined; else it passes, with at most ten readings shown.
 */
export function judgeReadings<const F extends string>(
  readings: readonly Reading<F>[],
  heard: readonly Finding<F>[],
): Judgement<F> {
  const wrong = readings.filter(({ ok, conflict }) => !ok && !conflict);
  if (wrong.length > 0) return judgeAll(wrong.slice(0, mostShown));
  const conflicts = readings.filter(({ conflict }) => conflict);
  if (conflicts.length > 0) {
    const message = 'the policies and the policy simulation of IAM disagree on what a role may read';
    return undetermined('conflict', message, conflicts.slice(0, mostShown));
  }
  const open = readings.filter(({ open }) => open);
  if (open.length > 0) {
    const message = 'whether a role may read its own secret hangs on a condition that cannot be seen from here';
    return undetermined('no_control', message, open.slice(0, mostShown));
  }
  return judgeAll([...readings.slice(0, mostShown), ...restOf(readings), ...heard]);
}

function restOf<F extends string>(readings: readonly Reading<F>[]): Finding<F>[] {
  const [first] = readings.slice(mostShown);
  if (!first) return [];
  const more = readings.length - mostShown;
  return [{ ...first, subject: `${more} more secrets`, expected: 'as said of each', observed: 'each as expected' }];
}
