import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/self-healing-on.ts';
import { judgeFacts } from '../../support/judge.ts';

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
    expect(judgeFacts(check, { group: { ...group, ...change }, warmPool }).outcome).toBe(outcome);
  });
});
