import type { ComparisonOperator, MetricAlarm, Statistic } from '@aws-sdk/client-cloudwatch';
import { type Group, membersInService } from '../probes/aws/group.ts';
import type { Tri } from './iam-match.ts';

/** Seconds from failure to alarm that no environment file can make longer: what runs away does its harm in minutes. */
export const longestDetectionSeconds = 120;

/** Whether a value breaches; undefined for the operators of anomaly detection, which have no fixed threshold. */
export function breaches(
  value: number,
  operator: ComparisonOperator | undefined,
  threshold: number,
): boolean | undefined {
  switch (operator) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      return undefined;
  }
}

/**
 * What the metric says while all is well, and while one gateway is down. Metrics that count what is wrong rise from 0;
 * a host count falls by one from the desired capacity; any other falls from 1 to 0. Where several gateways send a metric
 * of their own, the statistic puts what each says together: the others may outshine the one that is down.
 */
export function levels(
  { MetricName = '', Statistic }: MetricAlarm,
  group: Group,
): { readonly well: number; readonly down: number } {
  // A capacity that is counted in weights says nothing about how many there are.
  const isWeighted = group.Instances.some(({ WeightedCapacity }) => WeightedCapacity);
  const gateways = Math.max(1, isWeighted ? membersInService(group).length : group.DesiredCapacity);
  const rises = /un-?healthy|error|fail|down|unready|dead/i.test(MetricName);
  if (/count$/i.test(MetricName)) return rises ? { well: 0, down: 1 } : { well: gateways, down: gateways - 1 };
  const [well, down] = rises ? [0, 1] : [1, 0];
  if (Statistic === 'Sum') return { well: well * gateways, down: well * (gateways - 1) + down };
  if (Statistic === 'Average') return { well, down: (well * (gateways - 1) + down) / gateways };
  const extreme = { Maximum: Math.max, Minimum: Math.min }[String(Statistic)];
  return { well, down: gateways > 1 && extreme ? extreme(well, down) : down };
}

const dimensionOf = ({ Dimensions }: MetricAlarm, name: string) => Dimensions?.find(({ Name }) => Name === name)?.Value;

/** Those of the target groups that the alarm names in its dimensions. */
export function watchedTargetGroups<T extends { readonly arn: string }>(
  alarm: MetricAlarm,
  targetGroups: readonly T[],
): readonly T[] {
  const named = dimensionOf(alarm, 'TargetGroup');
  return named === undefined ? [] : targetGroups.filter(({ arn }) => arn.split(':')[5] === named);
}

/**
 * Whether the dimensions pick out this deployment: its group, or one of its target groups, and no part of it. `maybe`
 * for a metric of one's own whose dimensions name neither.
 */
export function isOfGroup(
  alarm: MetricAlarm,
  group: Group,
  /** The target groups of the group, each with the load balancers in front of it. */
  targetGroups: readonly { readonly arn: string; readonly balancers: readonly string[] }[],
): Tri {
  const dimensions = alarm.Dimensions ?? [];
  const parts = ['AvailabilityZone', 'InstanceId', 'InstanceType', 'host'];
  if (dimensions.some(({ Name }) => parts.includes(Name ?? ''))) return 'no';
  if (dimensionOf(alarm, 'TargetGroup') !== undefined) {
    const balancer = dimensionOf(alarm, 'LoadBalancer');
    // Elastic Load Balancing counts each pair of the two; another pair has no data.
    const isPair = watchedTargetGroups(alarm, targetGroups).some(({ balancers }) =>
      balancers.some((b) => b.split(':loadbalancer/')[1] === balancer),
    );
    return isPair ? 'yes' : 'no';
  }
  const named = dimensionOf(alarm, 'AutoScalingGroupName');
  if (named === undefined && alarm.Namespace?.startsWith('AWS/') === false) return 'maybe';
  return named === group.AutoScalingGroupName ? 'yes' : 'no';
}

/**
 * Whether the statistic shows a gateway that is down: a sum adds up the samples of a period, so that it tells nothing
 * from something only, and a count of samples says nothing about their values. Percentiles lie between the extremes.
 */
export function showsOutage(alarm: MetricAlarm, levels: { well: number; down: number }) {
  const { Statistic, ExtendedStatistic, EvaluateLowSampleCountPercentile } = alarm;
  if (Statistic === 'Sum') return levels.well === 0 || levels.down === 0;
  if (Statistic) return ['Average', 'Maximum', 'Minimum'].includes(Statistic);
  // A health metric has few samples in a period, and this alarm would then stay as it is.
  if (EvaluateLowSampleCountPercentile === 'ignore') return false;
  return /^(p|tm|wm)\d/.test(ExtendedStatistic ?? '');
}

/**
 * An alarm that is written as a list with one metric of its account in it, and nothing to compute, as an alarm on that
 * metric. Any other stays as it is.
 */
export function asPlain(alarm: MetricAlarm): MetricAlarm {
  const [only, ...others] = alarm.Metrics ?? [];
  const { Metric: metric, Period, Stat = '' } = only?.MetricStat ?? {};
  const account = alarm.AlarmArn?.split(':')[4];
  const isForeign = (only?.AccountId ?? account) !== account;
  if (alarm.MetricName || others.length > 0 || only?.Expression || !metric || isForeign) return alarm;
  const simple = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'].includes(Stat);
  return { ...alarm, ...metric, Period, ...(simple ? { Statistic: Stat as Statistic } : { ExtendedStatistic: Stat }) };
}

export function dimensionsOf({ Dimensions }: MetricAlarm): string {
  return Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`).join(', ') || 'no dimensions';
}

/** Seconds of breaching data that raise the alarm, by its own settings. */
export function secondsToAlarm({ Period, EvaluationPeriods, DatapointsToAlarm }: MetricAlarm): number | undefined {
  const needed = DatapointsToAlarm ?? EvaluationPeriods;
  return Period && needed ? Period * needed : undefined;
}
