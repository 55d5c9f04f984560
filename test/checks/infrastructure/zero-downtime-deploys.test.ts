import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/zero-downtime-deploys.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const bounds = (min?: number, max?: number) => ({ MinHealthyPercentage: min, MaxHealthyPercentage: max });
const good = bounds(100, 110);
const refresh = (preferences: object | undefined, ago = 0) => ({
  StartTime: new Date(now.getTime() - ago),
  Preferences: preferences,
});

describe('infrastructure/zero-downtime-deploys', () => {
  it.each<[string, object | undefined, object[], string]>([
    ['a policy that launches first', good, [], 'pass'],
    ['no policy', undefined, [], 'fail'],
    ['no policy, but a good refresh', undefined, [refresh(good)], 'fail'],
    ['a policy that was taken away', bounds(-1, -1), [], 'fail'],
    ['a minimum below 100', bounds(99, 110), [], 'fail'],
    ['no room', bounds(100, 100), [], 'fail'],
    ['no maximum', bounds(100), [], 'fail'],
    ['a refresh by the policy', good, [refresh(undefined)], 'pass'],
    ['a refresh with less', good, [refresh(bounds(90, 100))], 'fail'],
    ['a refresh that named its minimum only', good, [refresh(bounds(90))], 'fail'],
    ['an older refresh with less', good, [refresh(good), refresh(bounds(50, 100), 86_400_000)], 'pass'],
  ])('%s', (_, InstanceMaintenancePolicy, instanceRefreshes, outcome) => {
    const group = { AutoScalingGroupARN: 'arn:asg', InstanceMaintenancePolicy };
    expect(judgeFacts(check, { group, instanceRefreshes }).outcome).toBe(outcome);
  });
});
