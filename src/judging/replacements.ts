import type { ScalingActivity } from '../probes/aws/scaling-activities.ts';

/** An instance that was found unhealthy, and the launch that made up for it. */
export interface Replacement {
  readonly failed: string;
  readonly by: string | undefined;
  /** When it began: with the termination, or with the launch where the group launches first. */
  readonly start: Date;
  /** When the new instance was in service. */
  readonly end: Date | undefined;
  readonly seconds: number | undefined;
}

/**
 * Pairs each termination for health with the nearest completed launch for health that began within `seconds` of it,
 * before or after: a maintenance policy of 100 % launches first. Each launch makes up for one failure only.
 */
export function replacements(activities: readonly ScalingActivity[], seconds: number): readonly Replacement[] {
  const forHealth = activities.filter((a) => a.cause === 'health' && a.status === 'Successful');
  const free = new Set(forHealth.filter(({ kind, end }) => kind === 'launch' && end));
  return forHealth
    .filter(({ kind }) => kind === 'termination')
    .map((failure) => {
      const away = (launch: ScalingActivity) => Math.abs(launch.start.getTime() - failure.start.getTime());
      const [launch] = [...free]
        .filter((one) => away(one) <= seconds * 1000 && one.instance !== failure.instance)
        .sort((a, b) => away(a) - away(b));
      if (!launch?.end) {
        return { failed: failure.instance, by: undefined, start: failure.start, end: undefined, seconds: undefined };
      }
      free.delete(launch);
      const start = new Date(Math.min(launch.start.getTime(), failure.start.getTime()));
      return {
        failed: failure.instance,
        by: launch.instance,
        start,
        end: launch.end,
        seconds: (launch.end.getTime() - start.getTime()) / 1000,
      };
    });
}
