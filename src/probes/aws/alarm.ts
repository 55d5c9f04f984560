import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demandOwner } from './demand.ts';

export type Alarm =
  | { readonly kind: 'metric'; readonly name: string; readonly arn: string; readonly alarm: MetricAlarm }
  | { readonly kind: 'composite'; readonly name: string; readonly arn: string; readonly alarm: CompositeAlarm };

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
    if (metric && arn) return { kind: 'metric', name, arn, alarm: metric };
    if (composite && arn) return { kind: 'composite', name, arn, alarm: composite };
    return undefined;
  },
});

/** How many mute rules keep the alarm quiet now. */
export const alarmMutes = awsProbe({
  id: 'aws/alarm-mutes',
  async gather(aws, _facts, { environment }): Promise<number> {
    const { AlarmMuteRuleSummaries } = await aws.read('cloudwatch:ListAlarmMuteRules', {
      AlarmName: environment.monitoring.alarm,
      Statuses: ['ACTIVE'],
    });
    return (AlarmMuteRuleSummaries ?? []).filter(({ Status }) => Status !== 'EXPIRED' && Status !== 'SCHEDULED').length;
  },
});
