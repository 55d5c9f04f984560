import type { Lifecycle } from '@aws-sdk/client-backup';
import type { RecoveryPoint } from '../probes/aws/recovery-points.ts';

/** Points from which one could restore: made (AWS has two words for it), and not past the time at which they are deleted. */
export function usable(points: readonly RecoveryPoint[], now: Date): RecoveryPoint[] {
  return points.filter(
    ({ Status, CalculatedLifecycle }) =>
      /^(COMPLETED|AVAILABLE)$/.test(Status) && !(CalculatedLifecycle?.DeleteAt && CalculatedLifecycle.DeleteAt <= now),
  );
}

/**
 * The longest time in milliseconds without a point, from `since` until now; a point from before `since` starts the
 * first interval. Without any point it is `Infinity`.
 */
export function longestInterval(points: readonly RecoveryPoint[], since: Date, now: Date): number {
  const times = points.map(({ CreationDate }) => CreationDate.getTime()).filter((time) => time <= now.getTime());
  if (times.length === 0) return Number.POSITIVE_INFINITY;
  const before = times.filter((time) => time < since.getTime());
  const within = times.filter((time) => time >= since.getTime()).sort((a, b) => a - b);
  const all = [before.length > 0 ? Math.max(...before) : since.getTime(), ...within, now.getTime()];
  return Math.max(...all.slice(1).map((time, i) => time - (all[i] ?? 0)));
}

/** Days that a point is kept by its own lifecycle; `Infinity` when nothing deletes it. */
export function keptDays({ Lifecycle, CalculatedLifecycle, CreationDate }: RecoveryPoint): number {
  const byDate = CalculatedLifecycle?.DeleteAt
    ? Math.round((CalculatedLifecycle.DeleteAt.getTime() - CreationDate.getTime()) / 86_400_000)
    : Number.POSITIVE_INFINITY;
  return Math.min(byDate, lifecycleDays(Lifecycle));
}

/** Days that a lifecycle keeps a point; AWS says "for ever" by leaving the number out, or by -1. */
export function lifecycleDays(lifecycle: Lifecycle | undefined): number {
  const { DeleteAfterDays: days, DeleteAfterEvent: event } = lifecycle ?? {};
  if (event) return 0;
  return days === undefined || days === -1 ? Number.POSITIVE_INFINITY : days;
}
