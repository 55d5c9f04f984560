import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/alarm-on-health.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const group = {
  AutoScalingGroupName: 'openclaw-prod',
  DesiredCapacity: 1,
  Instances: [] as object[],
  TargetGroupARNs: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/openclaw-prod/0123456789abcdef'],
};
const targetGroup = { Name: 'TargetGroup', Value: 'targetgroup/openclaw-prod/0123456789abcdef' };
const balancer = { Name: 'LoadBalancer', Value: 'app/openclaw-prod/0123456789abcdef' };
const good = {
  Namespace: 'AWS/ApplicationELB',
  MetricName: 'HealthyHostCount',
  Dimensions: [targetGroup, balancer],
  Statistic: 'Minimum',
  Period: 60,
  EvaluationPeriods: 2,
  Threshold: 1,
  ComparisonOperator: 'LessThanThreshold',
  TreatMissingData: 'breaching',
  ActionsEnabled: true,
  AlarmActions: ['arn:topic'],
  StateValue: 'OK',
};
const expression = {
  Namespace: undefined,
  MetricName: undefined,
  Dimensions: [],
  Period: undefined,
  Statistic: undefined,
};
const metricOf = (stat: object) => ({
  Id: 'm',
  ReturnData: true,
  MetricStat: {
    Metric: { Namespace: good.Namespace, MetricName: good.MetricName, Dimensions: good.Dimensions },
    Period: 60,
    Stat: 'Minimum',
    ...stat,
  },
});
const targetGroups = group.TargetGroupARNs.map((arn) => ({
  arn,
  balancers: [`arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/${balancer.Value}`],
  unhealthyAfterSeconds: 120,
}));
const alarmOf = (changes: object) => ({ kind: 'metric', name: 'a', arn: 'arn:a', alarm: { ...good, ...changes } });
const quiet = { alarmHistory: { raised: [], actions: [] }, scalingActivities: [] as object[] };
const unread = undefined as typeof quiet | undefined;
const outcomeOf = (alarm: unknown, changes = {}, mutes = 0, asg: object = group, failures = unread) =>
  judgeFacts(check, { alarm, alarmMutes: mutes, group: asg, targetGroups, failures }, changes).outcome;

describe('monitoring/alarm-on-health', () => {
  it.each<[string, number, string, object, string]>([
    ['Ready', 1, 'Maximum', { Threshold: 1 }, 'pass'],
    ['Ready', 2, 'Minimum', { Threshold: 1 }, 'pass'],
    ['Ready', 2, 'Average', { Threshold: 1 }, 'pass'],
    ['Ready', 2, 'Average', { Threshold: 0.5 }, 'fail'],
    ['Ready', 2, 'Maximum', { Threshold: 1 }, 'fail'],
    ['Ready', 2, 'Sum', { Threshold: 2 }, 'fail'],
    ['Failures', 2, 'Maximum', { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' }, 'pass'],
    ['Failures', 2, 'Sum', { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' }, 'pass'],
    ['Failures', 2, 'Minimum', { Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' }, 'fail'],
    ['Failures', 2, 'Average', { Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' }, 'fail'],
  ])(
    'a metric %s that %i gateways send, by its %s, with %j: %s',
    (MetricName, DesiredCapacity, Statistic, more, outcome) => {
      const Dimensions = [{ Name: 'AutoScalingGroupName', Value: 'openclaw-prod' }];
      const own = alarmOf({ Namespace: 'OpenClaw', MetricName, Dimensions, Statistic, ...more });
      const changes = { 'monitoring.alarmMetric': `OpenClaw/${MetricName}` };
      expect(outcomeOf(own, changes, 0, { ...group, DesiredCapacity })).toBe(outcome);
    },
  );

  it('is not longer than two minutes, whatever the environment file says', () => {
    const long = { 'monitoring.detectWithinSeconds': 3600 };
    expect([outcomeOf(alarmOf({}), long), outcomeOf(alarmOf({ EvaluationPeriods: 3 }), long)]).toEqual([
      'pass',
      'fail',
    ]);
    expect(outcomeOf(alarmOf({}), { 'monitoring.detectWithinSeconds': 60 })).toBe('fail');
  });

  it('fails where the load balancer notices later than the alarm may', () => {
    const slow = targetGroups.map((one) => ({ ...one, unhealthyAfterSeconds: 121 }));
    const facts = { alarm: alarmOf({}), alarmMutes: 0, group, targetGroups: slow, failures: quiet };
    expect(judgeFacts(check, facts, {}).outcome).toBe('fail');
  });

  it.each([
    ['as it should be', {}, 'pass'],
    ['breaches while all is well, too', { Threshold: 2 }, 'fail'],
    ['M1: actions off', { ActionsEnabled: false }, 'fail'],
    ['M1: whether actions are on is not said', { ActionsEnabled: undefined }, 'fail'],
    ['no action', { AlarmActions: [] }, 'fail'],
    ['actions are not said', { AlarmActions: undefined }, 'fail'],
    ['M3: insufficient data', { StateValue: 'INSUFFICIENT_DATA' }, 'fail'],
    ['M3: a typo in the metric', { MetricName: 'HealtyHostCount' }, 'fail'],
    ['M3: another target group', { Dimensions: [{ ...targetGroup, Value: 'targetgroup/x/0123456789abcdef' }] }, 'fail'],
    ['M3: a longer name', { Dimensions: [{ ...targetGroup, Value: `${targetGroup.Value}0` }] }, 'fail'],
    ['M3: the balancer only', { Dimensions: [balancer] }, 'fail'],
    ['M3: the target group only', { Dimensions: [targetGroup] }, 'fail'],
    [
      'M3: another balancer beside the right target group',
      { Dimensions: [targetGroup, { ...balancer, Value: 'app/openclaw-old/0123456789abcdef' }] },
      'fail',
    ],
    ['M3: no dimension', { Dimensions: undefined }, 'fail'],
    ['one zone only', { Dimensions: [targetGroup, { Name: 'AvailabilityZone', Value: 'a' }] }, 'fail'],
    ['raised already', { StateValue: 'ALARM' }, 'fail'],
    ['M4: missing data is not breaching', { TreatMissingData: 'notBreaching' }, 'fail'],
    ['M4: missing data is ignored', { TreatMissingData: 'ignore' }, 'fail'],
    ['M4: the default', { TreatMissingData: undefined }, 'fail'],
    ['no metric at all', { Namespace: undefined, MetricName: undefined }, 'fail'],
    [
      'an expression',
      { ...expression, Metrics: [metricOf({}), { Id: 'e', Expression: 'FILL(m, 0)' }] },
      'undetermined',
    ],
    ['an expression of a muted alarm', { ...expression, ActionsEnabled: false, Metrics: [{}, {}] }, 'fail'],
    ['a list of one metric', { ...expression, Metrics: [metricOf({})] }, 'pass'],
    ['a list of one slow metric', { ...expression, Metrics: [metricOf({ Period: 300 })] }, 'fail'],
    ['a list of one count of samples', { ...expression, Metrics: [metricOf({ Stat: 'SampleCount' })] }, 'fail'],
    ['a count of samples', { Statistic: 'SampleCount' }, 'fail'],
    ['no statistic', { Statistic: undefined }, 'fail'],
    ['a sum that falls to 0', { Statistic: 'Sum' }, 'pass'],
    ['a percentile', { Statistic: undefined, ExtendedStatistic: 'p50' }, 'pass'],
    ['a trimmed count', { Statistic: undefined, ExtendedStatistic: 'tc10' }, 'fail'],
    ['120 seconds', { Period: 120, EvaluationPeriods: 1 }, 'pass'],
    ['180 seconds', { EvaluationPeriods: 3 }, 'fail'],
    ['two of three', { EvaluationPeriods: 3, DatapointsToAlarm: 2 }, 'pass'],
    ['no period', { Period: undefined }, 'fail'],
    ['at most 0', { ComparisonOperator: 'LessThanOrEqualToThreshold', Threshold: 0 }, 'pass'],
    ['less than 0', { Threshold: 0 }, 'fail'],
    ['more than 0', { ComparisonOperator: 'GreaterThanThreshold', Threshold: 0 }, 'fail'],
    ['no threshold', { Threshold: undefined }, 'fail'],
    ['anomaly detection', { ComparisonOperator: 'LessThanLowerThreshold' }, 'fail'],
  ])('%s', (_, changes, outcome) => {
    expect(outcomeOf(alarmOf(changes))).toBe(outcome);
  });

  const composite = (more: object = {}) => ({
    AlarmName: 'pages',
    ActionsEnabled: true,
    AlarmActions: ['arn:topic'],
    StateValue: 'OK',
    AlarmRule: 'ALARM(a)',
    ...more,
  });
  const madeOf = (more: object, ...below: object[]) => {
    return { kind: 'composite', name: 'pages', arn: 'arn:pages', alarm: composite(more), above: [], below };
  };
  const hosts = { ...good, AlarmName: 'a', AlarmArn: 'arn:x:alarm:a', AlarmActions: [] };
  const cpu = { ...hosts, AlarmName: 'cpu', AlarmArn: 'arn:x:alarm:cpu', MetricName: 'CPUUtilization' };

  it('M6: a composite alarm that is silenced, a mute rule and a missing alarm fail', () => {
    expect(outcomeOf(madeOf({ ActionsSuppressor: 'maintenance' }, hosts))).toBe('fail');
    expect(outcomeOf(madeOf({}, hosts), {}, 1)).toBe('fail');
    expect(outcomeOf(alarmOf({}), {}, 1)).toBe('fail');
    expect(outcomeOf(undefined)).toBe('fail');
  });

  it.each([
    ['the one on the gateway', {}, [hosts], 'pass'],
    ['it, by its ARN', { AlarmRule: 'ALARM("arn:x:alarm:a")' }, [hosts], 'pass'],
    ['it or another', { AlarmRule: 'ALARM(cpu) OR ALARM(a)' }, [cpu, hosts], 'pass'],
    ['it and another', { AlarmRule: 'ALARM(cpu) AND ALARM(a)' }, [cpu, hosts], 'undetermined'],
    ['it but for another', { AlarmRule: 'ALARM(a) AND NOT ALARM(deploying)' }, [hosts], 'undetermined'],
    ['the opposite', { AlarmRule: 'OK(a)' }, [hosts], 'fail'],
    ['another', { AlarmRule: 'ALARM(cpu)' }, [cpu], 'fail'],
    ['one that is slow', {}, [{ ...hosts, EvaluationPeriods: 9 }], 'fail'],
    ['one that has no data', {}, [{ ...hosts, StateValue: 'INSUFFICIENT_DATA' }], 'fail'],
    ['composite ones', {}, [], 'undetermined'],
    ['a rule that is not understood', { AlarmRule: 'AT_LEAST(1, ALARM, (a))' }, [hosts], 'undetermined'],
    ['it, with actions off', { ActionsEnabled: false }, [hosts], 'fail'],
    ['it, without an action', { AlarmActions: [] }, [hosts], 'fail'],
    ['it, raised already', { StateValue: 'ALARM' }, [hosts], 'fail'],
    ['composite ones, with actions off', { ActionsEnabled: false }, [], 'fail'],
  ])('follows a composite alarm on %s', (_, more, below, outcome) => {
    expect(outcomeOf(madeOf(more, ...below))).toBe(outcome);
  });

  it.each([
    ['one that follows it', [composite()], 'pass'],
    [
      'one that follows it, beside one that needs more',
      [composite({ AlarmRule: 'ALARM(a) AND ALARM(b)' }), composite()],
      'pass',
    ],
    ['one that needs more', [composite({ AlarmRule: 'ALARM(a) AND ALARM(b)' })], 'undetermined'],
    ['one that rings while all is well', [composite({ AlarmRule: 'NOT ALARM(a)' })], 'fail'],
    ['one without an action', [composite({ AlarmActions: [] })], 'fail'],
    ['one that is silenced', [composite({ ActionsSuppressor: 'maintenance' })], 'fail'],
    ['one whose actions are off', [composite({ ActionsEnabled: false })], 'fail'],
    ['none', [], 'fail'],
  ])('without an action of its own, looks above it for %s', (_, above, outcome) => {
    expect(outcomeOf({ ...alarmOf({ AlarmName: 'a', AlarmActions: [] }), above })).toBe(outcome);
  });

  it('with an action of its own needs nobody above it', () => {
    const above = [composite({ ActionsSuppressor: 'maintenance' })];
    expect(outcomeOf({ ...alarmOf({ AlarmName: 'a' }), above })).toBe('pass');
  });

  it('must notice one of two gateways', () => {
    const two = { ...group, DesiredCapacity: 2 };
    expect(outcomeOf(alarmOf({}), {}, 0, two)).toBe('fail');
    expect(outcomeOf(alarmOf({ Threshold: 2 }), {}, 0, two)).toBe('pass');
  });

  it('counts gateways, where the capacity is counted in weights', () => {
    const member = { InstanceId: 'i-1', LifecycleState: 'InService', WeightedCapacity: '2' };
    const one = { ...group, DesiredCapacity: 2, Instances: [member] };
    expect(outcomeOf(alarmOf({}), {}, 0, one)).toBe('pass');
    const two = { ...group, DesiredCapacity: 4, Instances: [member, { ...member, InstanceId: 'i-2' }] };
    expect(outcomeOf(alarmOf({}), {}, 0, two)).toBe('fail');
    expect(outcomeOf(alarmOf({ Threshold: 2 }), {}, 0, two)).toBe('pass');
  });

  const at = (seconds: number) => new Date(now.getTime() - 864_000_000 + seconds * 1000);
  const replacement = [
    { kind: 'termination', instance: 'i-1', cause: 'health', status: 'Successful', start: at(100), end: at(200) },
    { kind: 'launch', instance: 'i-2', cause: 'health', status: 'Successful', start: at(150), end: at(400) },
  ];
  const raisedAt = (seconds: number) => ({
    raised: [{ at: at(seconds), failingSince: at(seconds - 150), period: 60 }],
    actions: [],
  });
  it.each([
    ['with an instance that failed', raisedAt(150), replacement, -60, 'pass'],
    ['never', quiet.alarmHistory, replacement, -60, 'undetermined'],
    ['with no instance that failed', raisedAt(150), [], -60, 'undetermined'],
    ['long before an instance failed', raisedAt(-3600), replacement, -7200, 'undetermined'],
    ['with an instance that failed, and changed since', raisedAt(150), replacement, 500, 'undetermined'],
  ])(
    'takes a metric that does not name the group where it was raised %s',
    (_, alarmHistory, scalingActivities, changed, outcome) => {
      const ready = { 'monitoring.alarmMetric': 'OpenClaw/Gateway/Ready' };
      const own = {
        Namespace: 'OpenClaw/Gateway',
        MetricName: 'Ready',
        AlarmConfigurationUpdatedTimestamp: at(changed),
      };
      const past = { alarmHistory, scalingActivities } as typeof quiet;
      for (const Dimensions of [[], [{ Name: 'Environment', Value: 'prod' }]]) {
        expect(outcomeOf(alarmOf({ ...own, Dimensions }), ready, 0, group, past)).toBe(outcome);
        expect(outcomeOf(alarmOf({ ...own, Dimensions }), ready)).toBe('undetermined');
      }
      const part = [{ Name: 'InstanceId', Value: 'i-1' }];
      expect(outcomeOf(alarmOf({ ...own, Dimensions: part }), ready, 0, group, past)).toBe('fail');
      expect(outcomeOf(alarmOf({ ...own, Dimensions: [], ActionsEnabled: false }), ready, 0, group, past)).toBe('fail');
    },
  );

  it('takes a metric of the group itself, falling or rising', () => {
    const own = {
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'openclaw-prod' }],
      Namespace: 'OpenClaw/Gateway',
    };
    const ready = { 'monitoring.alarmMetric': 'OpenClaw/Gateway/Ready' };
    expect(outcomeOf(alarmOf({ ...own, MetricName: 'Ready' }), ready)).toBe('pass');
    const others = [{ Name: 'AutoScalingGroupName', Value: 'openclaw-dev' }];
    expect(outcomeOf(alarmOf({ ...own, MetricName: 'Ready', Dimensions: others }), ready)).toBe('fail');
    const unhealthy = { 'monitoring.alarmMetric': 'OpenClaw/Gateway/Unhealthy' };
    expect(outcomeOf(alarmOf({ ...own, MetricName: 'Unhealthy' }), unhealthy)).toBe('fail');
    const rising = {
      ...own,
      MetricName: 'Unhealthy',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
    };
    expect(outcomeOf(alarmOf(rising), unhealthy)).toBe('pass');
  });
});
