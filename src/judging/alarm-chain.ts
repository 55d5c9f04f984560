import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Alarm } from '../probes/aws/alarm.ts';
import { asPlain } from './alarm-metric.ts';
import { alarmsIn, holdsWith, parseAlarmRule } from './alarm-rule.ts';
import type { Tri } from './iam-match.ts';

/** Of an alarm and those that stand above or below it: which one watches the gateway, and which one takes action. */
export interface AlarmChain {
  /** The alarm on a metric; undefined where a composite one names none whose description was given. */
  readonly watcher: MetricAlarm | undefined;
  readonly ringer: MetricAlarm | CompositeAlarm;
  /** Whether the one that takes action is in alarm whenever the other is: `maybe` where it hangs on more alarms. */
  readonly follows: Tri;
}

/**
 * Follows an alarm down to the metric and up to the action. An alarm that acts itself is both; one on a metric without
 * an action may be named by composite alarms that act.
 * @param metric as `AWS/ApplicationELB/HealthyHostCount`; of several alarms below, one on this is taken
 */
export function chainOf({ kind, alarm, above = [], below = [] }: Alarm, metric: string): AlarmChain {
  if (kind === 'composite') {
    const links = below.map((watcher) => ({ watcher, ringer: alarm, follows: ringsWith(alarm, watcher) }));
    const watches = ({ watcher }: { watcher: MetricAlarm }) => {
      const { Namespace, MetricName } = asPlain(watcher);
      return `${Namespace}/${MetricName}` === metric;
    };
    const best = surest(links.filter(watches)) ?? surest(links);
    return best ?? { watcher: undefined, ringer: alarm, follows: 'maybe' };
  }
  const own = { watcher: alarm, ringer: alarm, follows: 'yes' } as const;
  if ((alarm.AlarmActions ?? []).length > 0) return own;
  const acting = above.filter(({ AlarmActions }) => (AlarmActions ?? []).length > 0);
  return surest(acting.map((ringer) => ({ watcher: alarm, ringer, follows: ringsWith(ringer, alarm) }))) ?? own;
}

function surest<T extends { readonly follows: Tri }>(links: readonly T[]): T | undefined {
  return links.find(({ follows }) => follows === 'yes') ?? links.find(({ follows }) => follows === 'maybe') ?? links[0];
}

function ringsWith({ AlarmRule = '' }: CompositeAlarm, { AlarmName, AlarmArn }: MetricAlarm): Tri {
  const rule = parseAlarmRule(AlarmRule);
  if (!rule) return 'maybe';
  return holdsWith(rule, 'ALARM', (named) => named === AlarmName || named === AlarmArn);
}

/** The names of the alarms in a composite one's rule; none where the rule is not of the grammar. */
export function namedBy({ AlarmRule = '' }: CompositeAlarm): readonly string[] {
  const rule = parseAlarmRule(AlarmRule);
  return rule ? [...new Set(alarmsIn(rule).map((named) => named.replace(/^arn:.*:alarm:/, '')))] : [];
}
