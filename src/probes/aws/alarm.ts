import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { chainOf, namedBy } from '../../judging/alarm-chain.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demandOwner } from './demand.ts';

interface Named {
  readonly name: string;
  readonly arn: string;
  /** The composite alarms of the region, where it watches a metric and has no action of its own. */
  readonly above?: readonly CompositeAlarm[];
  /** The alarms on metrics that the rule of a composite one names. */
  readonly below?: readonly MetricAlarm[];
}

export type Alarm = Named &
  (
    | { readonly kind: 'metric'; readonly alarm: MetricAlarm }
    | { readonly kind: 'composite'; readonly alarm: CompositeAlarm }
  );

/** The configured alarm on the health of the gateway; undefined when there is none of that name. */
export const alarm = awsProbe({
  id: 'aws/alarm',
  async gather(aws, _facts, { environment }): Promise<Alarm | undefined> {
    const name = environment.monitoring.alarm;
    const { MetricAlarms = [], CompositeAlarms = [] } = await aws.read('cloudwatch:DescribeAlarms', {
      AlarmNames: [name],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    const metric = MetricAlarms.find(({ AlarmName }) => AlarmName === name);
    const composite = CompositeAlarms.find(({ AlarmName }) => AlarmName === name);
    if (metric && composite) throw new ProbeError('conflict', 'two alarms have the configured name');
    const arn = (metric ?? composite)?.AlarmArn;
    if (metric || composite) {
      demandOwner(aws.account, arn?.split(':')[4], 'the alarm');
      if (arn?.split(':')[3] !== aws.region) throw new ProbeError('wrong_subject', 'the alarm is in another region');
    }
    if (metric && arn) return { kind: 'metric', name, arn, alarm: metric, above: await aboveOf(aws, metric) };
    if (composite && arn) {
      return { kind: 'composite', name, arn, alarm: composite, below: await belowOf(aws, composite) };
    }
    return undefined;
  },
});

/** AWS names the composite alarms above one without their rules, so all of them are read, which is one call. */
async function aboveOf(aws: AwsPort, { AlarmActions, AlarmName = '' }: MetricAlarm) {
  if ((AlarmActions ?? []).length > 0) return [];
  const { CompositeAlarms } = await aws.read('cloudwatch:DescribeAlarms', { AlarmTypes: ['CompositeAlarm'] });
  return (CompositeAlarms ?? []).filter((composite) => namedBy(composite).includes(AlarmName));
}

/** The most names that a call takes. */
const namesACall = 100;

async function belowOf(aws: AwsPort, composite: CompositeAlarm): Promise<readonly MetricAlarm[]> {
  const names = namedBy(composite).slice(0, namesACall);
  if (names.length === 0) return [];
  const { MetricAlarms } = await aws.read('cloudwatch:DescribeAlarms', {
    AlarmNames: names,
    AlarmTypes: ['MetricAlarm'],
  });
  return (MetricAlarms ?? []).filter(({ AlarmName }) => names.includes(AlarmName ?? ''));
}

/** How many mute rules keep the alarm quiet now: of the two in a chain, that which takes action. */
export const alarmMutes = awsProbe({
  id: 'aws/alarm-mutes',
  needs: { alarm },
  async gather(aws, { alarm }, { environment }): Promise<number> {
    const { alarmMetric, alarm: name } = environment.monitoring;
    const { AlarmMuteRuleSummaries } = await aws.read('cloudwatch:ListAlarmMuteRules', {
      AlarmName: (alarm && chainOf(alarm, alarmMetric).ringer.AlarmName) ?? name,
      Statuses: ['ACTIVE'],
    });
    return (AlarmMuteRuleSummaries ?? []).filter(({ Status }) => Status !== 'EXPIRED' && Status !== 'SCHEDULED').length;
  },
});
