import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { group } from '../../src/probes/aws/group.ts';
import { lifecycleHooks } from '../../src/probes/aws/lifecycle-hooks.ts';

const transitions = {
  launch: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  termination: 'autoscaling:EC2_INSTANCE_TERMINATING',
};

export default check({
  title: 'Hooks guard launch and termination',
  failureTitle: 'Launch or termination is not guarded by a hook',
  why: 'Without a launch hook a half-started gateway goes into service; without a termination hook it is cut off at work.',
  trap: 'A hook is counted without its default result; with CONTINUE, an instance that never answered goes into service.',
  remediation:
    'Add one lifecycle hook for launching with default result ABANDON and one for terminating, both with a heartbeat timeout within infrastructure.hookSeconds.',
  needs: { group, lifecycleHooks },
  judge({ group, lifecycleHooks }, { environment }) {
    const { minimum, maximum } = environment.infrastructure.hookSeconds;
    const findings: Finding<'group' | 'lifecycleHooks'>[] = [];
    for (const [what, transition] of Object.entries(transitions)) {
      const hooks = lifecycleHooks.filter((hook) => hook.LifecycleTransition === transition);
      findings.push({
        fact: 'lifecycleHooks',
        subject: group.AutoScalingGroupARN,
        expected: `a hook on ${what}`,
        observed: `${hooks.length} hooks on ${what}`,
        ok: hooks.length > 0,
      });
      for (const { LifecycleHookName, HeartbeatTimeout: seconds, DefaultResult } of hooks) {
        // A launch hook that ends in CONTINUE lets an instance into service that never said it was ready.
        const result = what === 'launch' ? DefaultResult === 'ABANDON' : true;
        const inBounds = typeof seconds === 'number' && seconds >= minimum && seconds <= maximum;
        findings.push({
          fact: 'lifecycleHooks',
          subject: `${LifecycleHookName}`,
          expected: `${what === 'launch' ? 'ABANDON' : 'any result'} after ${minimum} to ${maximum} seconds`,
          observed: `${DefaultResult ?? 'no result'} after ${seconds ?? 'an unknown number of'} seconds`,
          ok: result && inBounds,
        });
      }
    }
    return judgeAll(findings);
  },
});
