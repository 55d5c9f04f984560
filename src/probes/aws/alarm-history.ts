import type { AlarmHistoryItem } from '@aws-sdk/client-cloudwatch';
import { chainOf } from '../../judging/alarm-chain.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { alarm } from './alarm.ts';
import { type ScalingActivity, scalingActivities } from './scaling-activities.ts';

/** A change of the alarm's state into ALARM, as CloudWatch itself recorded it. */
export interface AlarmRaised {
  readonly at: Date;
  /**
   * Start of the earliest period whose data breached; undefined when the record holds none, as when somebody set the
   * state by hand.
   */
  readonly failingSince: Date | undefined;
  /** Length of such a period in seconds. */
  readonly period: number | undefined;
}

/** An action that the alarm took, such as to publish to a topic. */
export interface AlarmAction {
  readonly at: Date;
  readonly resource: string;
  readonly succeeded: boolean;
}

export interface AlarmHistory {
  /** Newest first. */
  readonly raised: readonly AlarmRaised[];
  readonly actions: readonly AlarmAction[];
}

const dayMs = 86_400_000;

/**
 * What the configured alarm did within `monitoring.drillMaxAgeDays`: when its metric raised it and which actions were
 * taken, be it by another alarm of its chain. CloudWatch itself remembers some weeks.
 */
export const alarmHistory = awsProbe({
  id: 'aws/alarm-history',
  needs: { alarm },
  async gather(aws, { alarm }, { environment, now }): Promise<AlarmHistory> {
    const { alarm: name, alarmMetric, drillMaxAgeDays } = environment.monitoring;
    const { watcher, ringer } = (alarm && chainOf(alarm, alarmMetric)) ?? {};
    const itemsOf = async (of = name) => {
      const { AlarmHistoryItems } = await aws.read('cloudwatch:DescribeAlarmHistory', {
        AlarmName: of,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        StartDate: new Date(now.getTime() - drillMaxAgeDays * dayMs),
        EndDate: now,
        ScanBy: 'TimestampDescending',
      });
      return (AlarmHistoryItems ?? []).filter(({ AlarmName }) => AlarmName === of);
    };
    const [watched, acted] = await Promise.all([itemsOf(watcher?.AlarmName), itemsOf(ringer?.AlarmName)]);
    return {
      raised: watched
        .filter(({ HistoryItemType }) => HistoryItemType === 'StateUpdate')
        .flatMap(readRaised)
        .sort((a, b) => b.at.getTime() - a.at.getTime()),
      actions: acted.filter(({ HistoryItemType }) => HistoryItemType === 'Action').map(readAction),
    };
  },
});

export interface Failures {
  readonly alarmHistory: AlarmHistory;
  readonly scalingActivities: readonly ScalingActivity[];
}

/** The same beside what the group did, for a check that needs them seldom; undefined where they cannot be read. */
export const failures = awsProbe({
  id: 'aws/failures',
  needs: { alarmHistory, scalingActivities },
  lost: () => undefined,
  gather: async (_aws, { alarmHistory, scalingActivities }): Promise<Failures | undefined> => ({
    alarmHistory,
    scalingActivities,
  }),
});

function readRaised(item: AlarmHistoryItem): AlarmRaised[] {
  const { at, data } = readItem(item);
  const newState = object(data['newState']);
  if (newState['stateValue'] !== 'ALARM') return [];
  const reason = newState['stateReasonData'] === undefined ? {} : object(newState['stateReasonData']);
  const evaluated = Array.isArray(reason['evaluatedDatapoints']) ? reason['evaluatedDatapoints'] : [];
  const times = [reason['startDate'], ...evaluated.map((point) => object(point)['timestamp'])].flatMap(readTime);
  const period = reason['period'];
  return [
    {
      at,
      failingSince: times.length > 0 ? new Date(Math.min(...times)) : undefined,
      period: typeof period === 'number' && period > 0 ? period : undefined,
    },
  ];
}

function readAction(item: AlarmHistoryItem): AlarmAction {
  const { at, data } = readItem(item);
  const resource = data['notificationResource'];
  return { at, resource: typeof resource === 'string' ? resource : '', succeeded: data['actionState'] === 'Succeeded' };
}

function readItem({ Timestamp, HistoryData }: AlarmHistoryItem): { at: Date; data: Record<string, unknown> } {
  if (!Timestamp || !HistoryData) throw malformed();
  try {
    return { at: Timestamp, data: object(JSON.parse(HistoryData)) };
  } catch {
    throw malformed();
  }
}

/** Times are written like `2026-03-04T05:06:07.000+0000`. */
function readTime(value: unknown): number[] {
  const time = typeof value === 'string' ? Date.parse(value.replace(/\+0000$/, 'Z')) : Number.NaN;
  return Number.isNaN(time) ? [] : [time];
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>;
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'an item of the alarm history is not of the documented form');
}
