import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { group } from '../../src/probes/aws/group.ts';
import { instances } from '../../src/probes/aws/instances.ts';

export default check({
  title: 'The gateway runs in an Auto Scaling Group',
  failureTitle: 'The Auto Scaling Group does not run the gateway',
  why: 'An instance outside a group is not replaced when it fails.',
  remediation: 'Set the desired capacity of the group to at least 1 and wait until an instance is InService.',
  needs: { group, instances },
  judge({ group, instances }) {
    const subject = group.AutoScalingGroupARN;
    const inService = group.Instances.filter((i) => i.LifecycleState === 'InService' && i.HealthStatus === 'Healthy');
    const running = inService.filter((i) =>
      instances.some((e) => e.InstanceId === i.InstanceId && e.State?.Name === 'running'),
    );
    const findings: Finding<'group' | 'instances'>[] = [
      {
        fact: 'group',
        subject,
        expected: 'desired capacity of at least 1',
        observed: `desired capacity ${group.DesiredCapacity}`,
        ok: group.DesiredCapacity >= 1,
      },
      {
        fact: 'instances',
        subject,
        expected: 'as many healthy instances in service as desired, all running',
        observed: `${running.length} of ${group.DesiredCapacity} in service, healthy and running`,
        ok: running.length >= Math.max(1, group.DesiredCapacity),
      },
    ];
    return judgeAll(findings);
  },
});
