import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { group } from '../../src/probes/aws/group.ts';
import { instanceRefreshes } from '../../src/probes/aws/instance-refreshes.ts';

interface Bounds {
  readonly MinHealthyPercentage?: number | undefined;
  readonly MaxHealthyPercentage?: number | undefined;
}

export default check({
  title: 'A deploy leaves no gap',
  failureTitle: 'A deploy takes the gateway away before the next one is ready',
  why: 'With one instance, terminating first means that nobody answers until the next one is up.',
  trap: 'The policy of the group is read; the last instance refresh overrode it.',
  remediation:
    'Set the instance maintenance policy of the group to a minimum of 100 % and a maximum above 100 % healthy, and start instance refreshes without lower values.',
  needs: { group, instanceRefreshes },
  judge({ group, instanceRefreshes }) {
    const subject = group.AutoScalingGroupARN;
    const finding = <F extends 'group' | 'instanceRefreshes'>(fact: F, subject: string, b: Bounds): Finding<F> => ({
      fact,
      subject,
      expected: 'minimum of 100 % and maximum above 100 % healthy',
      observed: `minimum ${percent(b.MinHealthyPercentage)}, maximum ${percent(b.MaxHealthyPercentage)}`,
      ok: (b.MinHealthyPercentage ?? -1) >= 100 && (b.MaxHealthyPercentage ?? -1) > 100,
    });
    // A refresh may name its own percentages, which then win over the policy; AWS shows those in force.
    const [last] = instanceRefreshes;
    const policy = group.InstanceMaintenancePolicy ?? {};
    const findings = [finding('group', `${subject} maintenance policy`, policy)];
    if (!last) return judgeAll(findings);
    const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = last.Preferences ?? {};
    const inForce = {
      MinHealthyPercentage: min ?? policy.MinHealthyPercentage,
      MaxHealthyPercentage: max ?? policy.MaxHealthyPercentage,
    };
    return judgeAll<'group' | 'instanceRefreshes'>([
      ...findings,
      finding('instanceRefreshes', `last refresh, of ${last.StartTime.toISOString()}`, inForce),
    ]);
  },
});

/** A value of -1 is one that was taken away again. */
function percent(value: number | undefined): string {
  return value === undefined || value < 0 ? 'not set' : `${value} %`;
}
