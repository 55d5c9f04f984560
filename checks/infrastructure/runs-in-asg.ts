import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { group, unitsOf } from '../../src/probes/aws/group.ts';
import { describedInstances } from '../../src/probes/aws/instances.ts';

export default check({
  title: 'The gateway runs in an Auto Scaling Group',
  failureTitle: 'The Auto Scaling Group does not run the gateway',
  why: 'An instance outside a group is not replaced when it fails.',
  trap: 'A group that exists counts as one that runs; it may hold no instance, or one that hangs in its launch hook.',
  remediation: 'Set the desired capacity of the group to at least 1 and wait until an instance is InService.',
  needs: { group, describedInstances },
  judge({ group, describedInstances }) {
    const subject = group.AutoScalingGroupARN;
    const inService = group.Instances.filter((i) => i.LifecycleState === 'InService' && i.HealthStatus === 'Healthy');
    const described = new Map(describedInstances.map(({ InstanceId, State }) => [InstanceId, State?.Name]));
    if (!group.Instances.every(({ InstanceId = '' }) => described.has(InstanceId))) {
      return undetermined('truncated', 'EC2 did not describe every instance that the group lists');
    }
    const running = unitsOf(inService.filter(({ InstanceId = '' }) => described.get(InstanceId) === 'running'));
    const findings: Finding<'group' | 'describedInstances'>[] = [
      {
        fact: 'group',
        subject,
        expected: 'desired capacity of at least 1',
        observed: `desired capacity ${group.DesiredCapacity}`,
        ok: group.DesiredCapacity >= 1,
      },
      {
        fact: 'describedInstances',
        subject,
        expected: 'as many healthy instances in service as desired, all running',
        observed: `${running} of ${group.DesiredCapacity} in service, healthy and running`,
        ok: running >= Math.max(1, group.DesiredCapacity),
      },
    ];
    return judgeAll(findings);
  },
});
