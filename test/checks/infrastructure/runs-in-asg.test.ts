import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/runs-in-asg.ts';
import { judgeFacts } from '../../support/judge.ts';

const instance = { InstanceId: 'i-1', State: { Name: 'running' } };
const member = { InstanceId: 'i-1', LifecycleState: 'InService', HealthStatus: 'Healthy' };
const group = { AutoScalingGroupARN: 'arn:asg', DesiredCapacity: 1, Instances: [member] };

describe('infrastructure/runs-in-asg', () => {
  it.each([
    ['one healthy instance in service', group, [instance], 'pass'],
    ['desired 0', { ...group, DesiredCapacity: 0 }, [instance], 'fail'],
    ['no instance', { ...group, Instances: [] }, [], 'fail'],
    [
      'an instance that is pending',
      { ...group, Instances: [{ ...member, LifecycleState: 'Pending' }] },
      [instance],
      'fail',
    ],
    ['an unhealthy instance', { ...group, Instances: [{ ...member, HealthStatus: 'Unhealthy' }] }, [instance], 'fail'],
    ['fewer than desired', { ...group, DesiredCapacity: 2 }, [instance], 'fail'],
    [
      'one of the weight that is desired',
      { ...group, DesiredCapacity: 4, Instances: [{ ...member, WeightedCapacity: '4' }] },
      [instance],
      'pass',
    ],
    [
      'one of less weight than is desired',
      { ...group, DesiredCapacity: 4, Instances: [{ ...member, WeightedCapacity: '2' }] },
      [instance],
      'fail',
    ],
    ['EC2 says stopped', group, [{ ...instance, State: { Name: 'stopped' } }], 'fail'],
    ['EC2 does not know it', group, [], 'undetermined'],
    ['EC2 knows another one', group, [{ ...instance, InstanceId: 'i-9' }], 'undetermined'],
    [
      'one runs and one is stopped',
      { ...group, DesiredCapacity: 2, Instances: [member, { ...member, InstanceId: 'i-2' }] },
      [instance, { InstanceId: 'i-2', State: { Name: 'stopped' } }],
      'fail',
    ],
  ])('%s', (_, group, describedInstances, outcome) => {
    expect(judgeFacts(check, { group, describedInstances }).outcome).toBe(outcome);
  });
});
