import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/daily-plan-covers-efs.ts';
import { judgeFacts } from '../../support/judge.ts';
import { fileSystem, plan } from './points.ts';

const other = { Resources: [`${fileSystem.FileSystemArn}0`] };
const tagged = (value: string) => ({
  ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'backup', ConditionValue: value }],
});

describe('backup/daily-plan-covers-efs', () => {
  it.each([
    ['daily, by ARN', [plan()], 'pass'],
    ['daily, by tag', [plan({}, tagged('daily'))], 'pass'],
    ['by a tag that it lacks', [plan({}, tagged('weekly'))], 'fail'],
    ['no plan', [], 'fail'],
    ['a plan for another file system', [plan({}, other)], 'fail'],
    [
      'the daily plan for another, a weekly for this',
      [plan({}, other), plan({ ScheduleExpression: 'rate(7 days)' })],
      'fail',
    ],
    ['weekly and daily', [plan({ ScheduleExpression: 'rate(7 days)' }), plan()], 'pass'],
    ['every 24 hours', [plan({ ScheduleExpression: 'rate(24 hours)' })], 'pass'],
    ['every 25 hours', [plan({ ScheduleExpression: 'rate(25 hours)' })], 'fail'],
    ['weekdays', [plan({ ScheduleExpression: 'cron(0 3 ? * MON-FRI *)' })], 'fail'],
    ['a past year', [plan({ ScheduleExpression: 'cron(0 3 ? * * 2020)' })], 'fail'],
    ['into another vault', [plan({ TargetBackupVaultName: 'scratch' })], 'fail'],
    ['no schedule, which is daily at five', [plan({ ScheduleExpression: undefined })], 'pass'],
    [
      'weekdays, and weekends by another plan',
      [
        plan({ ScheduleExpression: 'cron(0 3 ? * MON-FRI *)' }),
        plan({ ScheduleExpression: 'cron(0 3 ? * SAT,SUN *)' }),
      ],
      'pass',
    ],
    [
      'weekdays, and weekends at a later hour',
      [
        plan({ ScheduleExpression: 'cron(0 3 ? * MON-FRI *)' }),
        plan({ ScheduleExpression: 'cron(0 4 ? * SAT,SUN *)' }),
      ],
      'fail',
    ],
    [
      'weekdays, and weekends in another time zone',
      [
        plan({ ScheduleExpression: 'cron(0 3 ? * MON-FRI *)' }),
        plan({ ScheduleExpression: 'cron(0 3 ? * SAT,SUN *)', ScheduleExpressionTimezone: 'America/New_York' }),
      ],
      'fail',
    ],
    [
      'weekdays, and weekends of another file system',
      [
        plan({ ScheduleExpression: 'cron(0 3 ? * MON-FRI *)' }),
        plan({ ScheduleExpression: 'cron(0 3 ? * SAT,SUN *)' }, other),
      ],
      'fail',
    ],
    ['a schedule that is not understood', [plan({ ScheduleExpression: 'cron(daily)' })], 'undetermined'],
    ['one not understood, one daily', [plan({ ScheduleExpression: 'cron(daily)' }), plan()], 'pass'],
    ['no selection', [{ ...plan(), selections: [] }], 'fail'],
  ])('%s', (_, backupPlans, outcome) => {
    expect(judgeFacts(check, { fileSystem, backupPlans }).outcome).toBe(outcome);
  });
});
