import type { AlarmHistory, AlarmRaised } from '../probes/aws/alarm-history.ts';
import { dayMs } from './age.ts';
import type { Replacement } from './replacements.ts';

/** A failure of the gateway as AWS recorded it from end to end. */
export interface AlertDrill {
  readonly raised: AlarmRaised;
  readonly replacement: Replacement;
  /** From the end of the first period that breached to the alarm. */
  readonly detectSeconds: number;
  /** From the alarm to the action that succeeded; undefined when none did. */
  readonly notifySeconds: number | undefined;
  /** From the start of the first period that breached to the new instance in service. */
  readonly replaceSeconds: number | undefined;
}

/**
 * The newest alarm since `since` that came from measured data and has a replacement of a failed instance beside it.
 * A state that was set by hand has no data, and an alarm that nothing followed shows no failed gateway.
 */
export function newestDrill(
  { raised, actions }: AlarmHistory,
  replaced: readonly Replacement[],
  topics: readonly string[],
  since: Date,
  withinSeconds: number,
): AlertDrill | undefined {
  for (const one of raised.filter(({ at }) => at > since)) {
    const { at, failingSince, period } = one;
    if (!failingSince || period === undefined || failingSince > at) continue;
    const replacement = replaced.find(
      ({ start }) => start >= failingSince && secondsBetween(failingSince, start) <= withinSeconds,
    );
    if (!replacement) continue;
    const delays = actions
      .filter((a) => a.succeeded && topics.includes(a.resource) && a.at >= at)
      .map((a) => secondsBetween(at, a.at));
    return {
      raised: one,
      replacement,
      detectSeconds: Math.max(0, secondsBetween(failingSince, at) - period),
      notifySeconds: delays.length > 0 ? Math.min(...delays) : undefined,
      replaceSeconds: replacement.end && secondsBetween(failingSince, replacement.end),
    };
  }
  return undefined;
}

/**
 * From when on the history of alarms tells of them as they are: since they were changed, and not longer than some days.
 * Undefined where AWS does not say when they were.
 */
export function tellingSince(
  alarms: readonly { readonly AlarmConfigurationUpdatedTimestamp?: Date | undefined }[],
  days: number,
  now: Date,
): Date | undefined {
  const changes = alarms.map((one) => one.AlarmConfigurationUpdatedTimestamp?.getTime() ?? Number.NaN);
  const since = Math.max(now.getTime() - days * dayMs, ...changes);
  return Number.isNaN(since) ? undefined : new Date(since);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.round((to.getTime() - from.getTime()) / 1000);
}
