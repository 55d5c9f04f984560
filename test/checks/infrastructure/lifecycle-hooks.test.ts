import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/lifecycle-hooks.ts';
import { judgeFacts } from '../../support/judge.ts';

const launch = {
  LifecycleHookName: 'ready',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  HeartbeatTimeout: 300,
  DefaultResult: 'ABANDON',
};
const end = { ...launch, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', DefaultResult: 'CONTINUE' };

describe('infrastructure/lifecycle-hooks', () => {
  it.each<[string, object[], string]>([
    ['one of each', [launch, end], 'pass'],
    ['none', [], 'fail'],
    ['launch only', [launch], 'fail'],
    ['termination only', [end], 'fail'],
    ['launch continues', [{ ...launch, DefaultResult: 'CONTINUE' }, end], 'fail'],
    ['a second launch hook continues', [launch, { ...launch, DefaultResult: 'CONTINUE' }, end], 'fail'],
    ['no result known', [{ ...launch, DefaultResult: undefined }, end], 'fail'],
    ['the shortest', [{ ...launch, HeartbeatTimeout: 30 }, end], 'pass'],
    ['too short', [{ ...launch, HeartbeatTimeout: 29 }, end], 'fail'],
    ['the longest', [launch, { ...end, HeartbeatTimeout: 3600 }], 'pass'],
    ['too long', [launch, { ...end, HeartbeatTimeout: 3601 }], 'fail'],
    ['no timeout known', [launch, { ...end, HeartbeatTimeout: undefined }], 'fail'],
  ])('%s', (_, lifecycleHooks, outcome) => {
    expect(judgeFacts(check, { group: { AutoScalingGroupARN: 'arn:asg' }, lifecycleHooks }).outcome).toBe(outcome);
  });
});
