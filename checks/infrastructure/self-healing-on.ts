import { ago, dayMs } from '../../src/judging/age.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { group } from '../../src/probes/aws/group.ts';
import { scalingActivities } from '../../src/probes/aws/scaling-activities.ts';
import { warmPool } from '../../src/probes/aws/warm-pool.ts';

const healing = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy', 'AddToLoadBalancer'];

/** What a schedule does, it does within a week. */
const scheduleDays = 7;

export default check({
  title: 'Nothing stops the group from healing itself',
  failureTitle: 'The group cannot heal itself',
  why: 'A suspended process or an instance in standby looks fine until the first failure, which then stays.',
  trap: 'The size of the group is right, while a process is suspended, an instance is protected or in standby, or a schedule takes all away at night.',
  remediation:
    'Resume all processes of the group, set its minimum to at least 1, delete scheduled actions that leave it without an instance, put instances back into service, remove scale-in protection, and spread the group over the zones that are required.',
  needs: { group, warmPool, scalingActivities },
  judge({ group, warmPool, scalingActivities }, { environment, now }) {
    if (!group.SuspendedProcesses || !group.AvailabilityZones) {
      return undetermined('bad_response', 'the group was described without its suspended processes or its zones');
    }
    const subject = group.AutoScalingGroupARN;
    const suspended = group.SuspendedProcesses.map(({ ProcessName }) => ProcessName ?? 'a process without a name');
    const stopped = suspended.filter((name) => healing.includes(name) || name.startsWith('a process'));
    const zones = new Set(group.AvailabilityZones).size;
    const { availabilityZones } = environment.infrastructure;
    const since = now.getTime() - scheduleDays * dayMs;
    const night = scalingActivities.find(({ toNothing, start }) => toNothing && start.getTime() >= since);
    const findings: Finding<'group' | 'warmPool' | 'scalingActivities'>[] = [
      {
        fact: 'group',
        subject,
        expected: `none suspended of ${healing.join(', ')}`,
        observed: stopped.length > 0 ? `suspended: ${stopped.join(', ')}` : 'none suspended',
        ok: stopped.length === 0,
      },
      {
        fact: 'group',
        subject,
        expected: 'not being deleted',
        observed: group.Status ?? 'not being deleted',
        ok: group.Status === undefined,
      },
      {
        fact: 'group',
        subject,
        expected: 'minimum size of at least 1',
        observed: `minimum size ${group.MinSize}`,
        ok: group.MinSize >= 1,
      },
      {
        fact: 'group',
        subject,
        expected: `at least ${availabilityZones} zones`,
        observed: `${zones} zones: ${group.AvailabilityZones.join(', ')}`,
        ok: zones >= availabilityZones,
      },
      {
        fact: 'group',
        subject,
        expected: 'new instances are not protected',
        observed: group.NewInstancesProtectedFromScaleIn ? 'protected from scale-in' : 'not protected',
        ok: group.NewInstancesProtectedFromScaleIn !== true,
      },
    ];
    // The scheduled actions are not read: what they did is.
    findings.push({
      fact: 'scalingActivities',
      subject,
      expected: `taken down by no scheduled action within ${scheduleDays} days`,
      observed: night ? `left without an instance ${ago(night.start, now)}` : 'by none',
      ok: !night,
    });
    const instances = [
      ...group.Instances.map((i) => ({ i, fact: 'group' as const })),
      ...warmPool.map((i) => ({ i, fact: 'warmPool' as const })),
    ];
    for (const { i, fact } of instances) {
      const state = i.LifecycleState ?? 'in no known state';
      const held = /Standby|Detach|Quarantine/.test(state) || !i.LifecycleState;
      findings.push({
        fact,
        subject: `${i.InstanceId}`,
        expected: 'neither in standby nor protected',
        observed: `${state}${i.ProtectedFromScaleIn ? ', protected from scale-in' : ''}`,
        ok: !held && i.ProtectedFromScaleIn !== true,
      });
    }
    return judgeAll(findings);
  },
});
