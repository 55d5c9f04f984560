import { replacements } from '../judging/replacements.ts';
import { group } from '../probes/aws/group.ts';
import { scalingActivities } from '../probes/aws/scaling-activities.ts';
import type { Expectation } from './drill.ts';
import { secondsSince } from './members.ts';

/**
 * The group replaces the instance because of its health, by its own scaling activities. Measured from the failure (the
 * time that the drill wrote down as `since`) until AWS says that the new instance is in service.
 */
export function replacedInTime(since: string): Expectation {
  return {
    id: 'replaced',
    claim: 'the group replaces the failed instance',
    from: 'scaling activities',
    limit: ({ infrastructure }) => infrastructure.replaceWithinSeconds,
    patience: ({ infrastructure }) => infrastructure.replaceWithinSeconds * 1.5,
    async look(world) {
      const { activities, asg } = await world.facts({ activities: scalingActivities, asg: group });
      const { instance } = world.values;
      const within = world.environment.infrastructure.replaceWithinSeconds * 2;
      // Both clocks may be off by some seconds; nothing that ended before the drill counts.
      const recent = activities.filter(({ start }) => secondsSince(world, since, start) >= -30);
      const found = replacements(recent, within).find(({ failed, end }) => failed === instance && end);
      if (!found?.end || !found.by) return undefined;
      const now = asg.Instances.find(({ InstanceId }) => InstanceId === found.by);
      if (now?.LifecycleState !== 'InService') return undefined;
      const seconds = secondsSince(world, since, found.end);
      return {
        ok: true,
        seconds,
        observed: `replaced by ${found.by}, in service at ${found.end.toISOString()}`,
        learned: { replacement: found.by },
      };
    },
  };
}
