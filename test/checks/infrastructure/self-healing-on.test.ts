import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/self-healing-on.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const member = { InstanceId: 'i-1', LifecycleState: 'InService', ProtectedFromScaleIn: false };
const group = {
  AutoScalingGroupARN: 'arn:asg',
  MinSize: 1,
  AvailabilityZones: ['a', 'b'],
  SuspendedProcesses: [],
  NewInstancesProtectedFromScaleIn: false,
  Instances: [member],
};
const suspended = (...names: string[]) => ({ SuspendedProcesses: names.map((ProcessName) => ({ ProcessName })) });

describe('infrastructure/self-healing-on', () => {
  it.each<[string, object, object[], string]>([
    ['nothing in the way', {}, [], 'pass'],
    ...['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy', 'AddToLoadBalancer'].map(
      (name): [string, object, object[], string] => [`${name} suspended`, suspended('AZRebalance', name), [], 'fail'],
    ),
    ['only rebalancing suspended', suspended('AZRebalance'), [], 'pass'],
    ['a process without a name', { SuspendedProcesses: [{}] }, [], 'fail'],
    ['suspended processes not known', { SuspendedProcesses: undefined }, [], 'undetermined'],
    ['zones not known', { AvailabilityZones: undefined }, [], 'undetermined'],
    ['being deleted', { Status: 'Delete in progress' }, [], 'fail'],
    ['minimum 0', { MinSize: 0 }, [], 'fail'],
    ['one zone', { AvailabilityZones: ['a'] }, [], 'fail'],
    ['one zone named twice', { AvailabilityZones: ['a', 'a'] }, [], 'fail'],
    ['an instance in standby', { Instances: [member, { ...member, LifecycleState: 'Standby' }] }, [], 'fail'],
    ['an instance entering standby', { Instances: [{ ...member, LifecycleState: 'EnteringStandby' }] }, [], 'fail'],
    ['an instance in no known state', { Instances: [{ ...member, LifecycleState: undefined }] }, [], 'fail'],
    ['a protected instance', { Instances: [{ ...member, ProtectedFromScaleIn: true }] }, [], 'fail'],
    ['new instances are protected', { NewInstancesProtectedFromScaleIn: true }, [], 'fail'],
    ['a warm instance', {}, [{ ...member, LifecycleState: 'Warmed:Stopped' }], 'pass'],
  ])('%s', (_, change, warmPool, outcome) => {
    const facts = { group: { ...group, ...change }, warmPool, scalingActivities: [] };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it.each([
    ['took the group down yesterday', true, 1, 'fail'],
    ['took it down a week ago', true, 7.1, 'pass'],
    ['took it down, by a clock that is ahead', true, -300, 'fail'],
    ['left an instance', false, 1, 'pass'],
  ])('where a scheduled action %s', (_, toNothing, days, outcome) => {
    const scalingActivities = [{ toNothing, start: new Date(now.getTime() - days * 86_400_000) }];
    expect(judgeFacts(check, { group, warmPool: [], scalingActivities }).outcome).toBe(outcome);
  });
});
