import { area, check, judgeAll } from '../model/check.ts';
import { alarm } from '../probes/aws/alarm.ts';
import { group, unitsOf } from '../probes/aws/group.ts';
import { readiness } from '../probes/gateway/readiness.ts';
import type { Registry } from '../runner/plan.ts';
import type { Drill } from './drill.ts';

const text = { why: 'A drill on a deployment that is not well shows nothing, and may break it.' };

/** Every wanted instance of the group is in service and healthy, and none comes or goes. */
export const allInService = check({
  ...text,
  title: 'Every instance of the group is in service and healthy',
  failureTitle: 'The group has not all its instances in service',
  remediation: 'Wait until the group is at rest.',
  needs: { group },
  judge({ group }) {
    const { AutoScalingGroupARN: subject, DesiredCapacity: wanted, Instances } = group;
    const good = Instances.filter((i) => i.LifecycleState === 'InService' && i.HealthStatus === 'Healthy');
    const units = unitsOf(good);
    // Of more than are wanted, one is about to go.
    const isNeeded = good.some((i) => units - unitsOf([i]) < wanted);
    return judgeAll([
      {
        fact: 'group',
        subject,
        expected: `${wanted} instances, at least 1, all InService and Healthy`,
        observed: `${good.length} of ${Instances.length}`,
        ok: wanted >= 1 && good.length === Instances.length && units >= wanted && isNeeded,
      },
    ]);
  },
});

/** Each gateway says itself that it is ready. */
export const gatewayReady = check({
  ...text,
  title: 'Each gateway is ready',
  failureTitle: 'A gateway is not ready',
  remediation: 'Start the gateway, or wait until it is up.',
  needs: { readiness },
  judge({ readiness: { state } }) {
    return judgeAll([
      { fact: 'readiness', subject: '/readyz', expected: 'ready', observed: state, ok: state === 'ready' },
    ]);
  },
});

/** The alarm on the health of the gateway is quiet. */
export const alarmQuiet = check({
  ...text,
  title: 'The alarm is in the state OK',
  failureTitle: 'The alarm is not in the state OK',
  remediation: 'Find out why the alarm is raised, or why it has no data.',
  needs: { alarm },
  judge({ alarm }, { environment }) {
    const observed = alarm?.alarm.StateValue ?? 'there is no such alarm';
    const subject = alarm?.arn ?? environment.monitoring.alarm;
    return judgeAll([{ fact: 'alarm', subject, expected: 'OK', observed, ok: observed === 'OK' }]);
  },
});

/** The steady state of a drill as an area of its own, so that the runner gathers, binds and judges it like any other. */
export function steadyRegistry({ steady }: Drill): Registry {
  return { steady: area({ title: 'Steady state', why: text.why, checks: steady }) };
}
