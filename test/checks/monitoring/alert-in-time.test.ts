import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/alert-in-time.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';
import { noRecords, recordOf } from '../drill-record.ts';

/** Seconds after the failure, which was ten days ago. */
const afterFailure = (seconds: number) => new Date(now.getTime() - 10 * 86_400_000 + seconds * 1000);
const topic = 'arn:topic';
const alarmOf = (changes: object = {}) => ({
  kind: 'metric',
  name: 'a',
  arn: 'arn:a',
  alarm: { AlarmConfigurationUpdatedTimestamp: afterFailure(-86_400), AlarmActions: [topic], ...changes },
});
const raised = { at: afterFailure(150), failingSince: afterFailure(0), period: 60 };
const action = { at: afterFailure(151), resource: topic, succeeded: true };
const launch = {
  kind: 'launch',
  instance: 'i-2',
  cause: 'health',
  status: 'Successful',
  start: afterFailure(100),
  end: afterFailure(400),
};
const end = {
  kind: 'termination',
  instance: 'i-1',
  cause: 'health',
  status: 'Successful',
  start: afterFailure(420),
  end: afterFailure(500),
};
const activities = [end, launch];

describe('monitoring/alert-in-time', () => {
  it.each([
    ['in time', alarmOf(), [raised], [action], activities, 'pass'],
    [
      '120 seconds after the first period',
      alarmOf(),
      [{ ...raised, at: afterFailure(180) }],
      [{ ...action, at: afterFailure(181) }],
      activities,
      'pass',
    ],
    [
      '121 seconds after it',
      alarmOf(),
      [{ ...raised, at: afterFailure(181) }],
      [{ ...action, at: afterFailure(182) }],
      activities,
      'fail',
    ],
    ['no action', alarmOf(), [raised], [], activities, 'fail'],
    ['the action failed', alarmOf(), [raised], [{ ...action, succeeded: false }], activities, 'fail'],
    ['an action for another topic', alarmOf(), [raised], [{ ...action, resource: 'arn:other' }], activities, 'fail'],
    ['an action before the alarm', alarmOf(), [raised], [{ ...action, at: afterFailure(100) }], activities, 'fail'],
    ['an action 60 seconds later', alarmOf(), [raised], [{ ...action, at: afterFailure(210) }], activities, 'pass'],
    ['an action 61 seconds later', alarmOf(), [raised], [{ ...action, at: afterFailure(211) }], activities, 'fail'],
    ['an action two minutes later', alarmOf(), [raised], [{ ...action, at: afterFailure(271) }], activities, 'fail'],
    ['replaced after 901 seconds', alarmOf(), [raised], [action], [end, { ...launch, end: afterFailure(901) }], 'fail'],
    ['replaced after 900 seconds', alarmOf(), [raised], [action], [end, { ...launch, end: afterFailure(900) }], 'pass'],
    ['never replaced', alarmOf(), [raised], [action], [end], 'fail'],
    ['never raised', alarmOf(), [], [], activities, 'undetermined'],
    [
      'M10: raised by hand',
      alarmOf(),
      [{ ...raised, failingSince: undefined, period: undefined }],
      [action],
      activities,
      'undetermined',
    ],
    [
      'M5: before the last change',
      alarmOf({ AlarmConfigurationUpdatedTimestamp: afterFailure(3600) }),
      [raised],
      [action],
      activities,
      'undetermined',
    ],
    [
      'M5: when it was changed is not known',
      alarmOf({ AlarmConfigurationUpdatedTimestamp: undefined }),
      [raised],
      [action],
      activities,
      'undetermined',
    ],
    ['no instance failed', alarmOf(), [raised], [action], [], 'undetermined'],
    [
      'the instance was scaled in',
      alarmOf(),
      [raised],
      [action],
      activities.map((a) => ({ ...a, cause: 'other' })),
      'undetermined',
    ],
    [
      'an instance failed the day before',
      alarmOf(),
      [raised],
      [action],
      activities.map((a) => ({ ...a, start: afterFailure(-86_400), end: afterFailure(-86_000) })),
      'undetermined',
    ],
    ['no alarm', undefined, [raised], [action], activities, 'undetermined'],
    [
      'a blip after it',
      alarmOf(),
      [{ ...raised, at: afterFailure(90_150), failingSince: afterFailure(90_000) }, raised],
      [action],
      activities,
      'pass',
    ],
  ])('%s', (_, alarm, raised, actions, scalingActivities, outcome) => {
    const alarmHistory = { raised, actions };
    expect(judgeFacts(check, { alarm, alarmHistory, scalingActivities, drills: noRecords }).outcome).toBe(outcome);
  });

  it.each([
    ['that agrees adds the delivery', { alert: 'pass' }, { alarmAt: raised.at.toISOString() }, 1, ['drills'], 'pass'],
    ['of another alarm adds nothing', { alert: 'pass' }, { alarmAt: afterFailure(149).toISOString() }, 1, [], 'pass'],
    ['that names no alarm adds nothing', { alert: 'pass' }, {}, 1, [], 'pass'],
    ['that does not know of the delivery', { alert: 'unknown' }, { alarmAt: raised.at.toISOString() }, 1, [], 'pass'],
    ['of something else', { 'stays-down': 'pass' }, { alarmAt: raised.at.toISOString() }, 1, [], 'pass'],
    ['in which no alarm came', { alarm: 'fail' }, {}, 1, ['drills'], 'fail'],
    ['in which nobody was alerted', { alert: 'fail' }, {}, 1, ['drills'], 'fail'],
    ['in which nothing was replaced', { replaced: 'fail' }, {}, 1, ['drills'], 'fail'],
    ['that failed before the alarm came', { replaced: 'fail' }, {}, 11, [], 'pass'],
  ] as const)('the record of a drill %s', (_, measures, values, daysAgo, drillsCited, outcome) => {
    const drills = { records: [recordOf('gateway-stop', measures, { values, daysAgo })], refused: [] };
    const alarmHistory = { raised: [raised], actions: [action] };
    const facts = { alarm: alarmOf(), alarmHistory, scalingActivities: activities, drills };
    const judgement = judgeFacts(check, facts);
    expect(judgement.outcome).toBe(outcome);
    expect(judgement.evidence.map(({ fact }) => fact).filter((fact) => fact === 'drills')).toEqual(drillsCited);
    if (outcome === 'pass') expect(judgement.evidence.length).toBe(3 + drillsCited.length);
  });

  it.each([
    ['above was changed since', afterFailure(-86_400), afterFailure(3600), 'undetermined'],
    ['below was changed since', afterFailure(3600), afterFailure(-86_400), 'undetermined'],
    ['neither was changed since', afterFailure(-86_400), afterFailure(-86_400), 'pass'],
  ] as const)('of two alarms, one above the other, the one %s', (_, below, above, outcome) => {
    const composite = {
      AlarmName: 'c',
      AlarmArn: 'arn:c',
      AlarmRule: 'ALARM(a)',
      AlarmActions: [topic],
      AlarmConfigurationUpdatedTimestamp: above,
    };
    const metric = { AlarmName: 'a', AlarmConfigurationUpdatedTimestamp: below, AlarmActions: [] };
    const facts = {
      alarm: { ...alarmOf(metric), above: [composite] },
      alarmHistory: { raised: [raised], actions: [action] },
      scalingActivities: activities,
      drills: noRecords,
    };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it('does not count what is older than allowed', () => {
    const facts = {
      alarm: alarmOf(),
      alarmHistory: { raised: [raised], actions: [action] },
      scalingActivities: activities,
      drills: noRecords,
    };
    expect(judgeFacts(check, facts, { 'monitoring.drillMaxAgeDays': 9 }).outcome).toBe('undetermined');
  });
});
