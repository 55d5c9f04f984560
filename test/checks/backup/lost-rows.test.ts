import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import dailyPlan from '../../../checks/backup/daily-plan-covers-efs.ts';
import recentPoint from '../../../checks/backup/recent-recovery-point.ts';
import retention from '../../../checks/backup/retention.ts';
import rtoRpo from '../../../checks/backup/rto-rpo.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, fileSystem, hoursAgo, job, plan, point, vaultOf } from './points.ts';

/**
 * Nothing says how many backup plans or recovery points there are, so that a list which lost its end is not always
 * known for one. What is lost can only make these verdicts worse: none of them passes on a part and not on the whole.
 */
const schedules = ['cron(0 3 ? * * *)', 'cron(0 3 ? * SUN *)', 'cron(0 3 ? * MON-FRI *)', 'rate(12 hours)', 'odd'];
const zones = ['Etc/UTC', 'Europe/Amsterdam', undefined];
const days = [1, 7, 35, 45, -1, undefined];

const plans = fc.array(
  fc
    .tuple(fc.constantFrom(...schedules), fc.constantFrom(...days), fc.constantFrom(...zones), fc.boolean())
    .map(([ScheduleExpression, DeleteAfterDays, zone, covers]) =>
      plan(
        {
          ScheduleExpression,
          Lifecycle: { DeleteAfterDays },
          ...(zone && { ScheduleExpressionTimezone: zone }),
        },
        { Resources: [covers ? fileSystem.FileSystemArn : 'arn:other'] },
      ),
    ),
  { maxLength: 5 },
);

const points = fc
  .array(
    fc.tuple(
      fc.constantFrom('COMPLETED', 'COMPLETED', 'COMPLETED', 'PARTIAL', 'EXPIRED'),
      fc.constantFrom(7, 35, 45, 45, undefined),
      fc.constantFrom(1, 3, 20),
      fc.constantFrom('plan', 'plan', undefined),
    ),
    { minLength: 10, maxLength: 20 },
  )
  .map((rows) =>
    // Beside them a good point a day, of which some may be lost.
    [
      ...rows.map(([Status, DeleteAfterDays, hour, by], day) =>
        point(hour + 24 * day, {
          Status,
          CreatedBy: { BackupPlanId: by },
          Lifecycle: { DeleteAfterDays },
          CalculatedLifecycle:
            DeleteAfterDays === undefined ? {} : { DeleteAt: hoursAgo(24 * (day - DeleteAfterDays)) },
        }),
      ),
      ...daily,
    ],
  );

const vault = { BackupVaultArn: 'arn:vault', BackupVaultName: 'openclaw-prod', policy: undefined };

type Lists = { readonly plans: readonly object[]; readonly points: readonly object[] };

const passes: Readonly<Record<string, (lists: Lists) => boolean>> = {
  'backup/daily-plan-covers-efs': ({ plans }) =>
    judgeFacts(dailyPlan, { fileSystem, backupPlans: plans }).outcome === 'pass',
  'backup/recent-recovery-point': ({ points }) =>
    judgeFacts(recentPoint, { fileSystem, recoveryPoints: vaultOf(points) }).outcome === 'pass',
  'backup/retention': ({ plans, points }) =>
    judgeFacts(retention, {
      fileSystem,
      backupPlans: plans,
      recoveryPoints: vaultOf(points),
      backupVaults: [vault],
    }).outcome === 'pass',
  'backup/rto-rpo': ({ points }) =>
    judgeFacts(rtoRpo, { fileSystem, recoveryPoints: vaultOf(points), restoreJobs: [job] }).outcome === 'pass',
};

describe('a backup plan or recovery point that was not listed', () => {
  it.each(Object.entries(passes))('never makes %s pass', (_, passesOn) => {
    let passed = 0;
    fc.assert(
      fc.property(plans, points, fc.infiniteStream(fc.nat(15)), (some, points, dice) => {
        const all = { plans: [plan(), ...some], points };
        const kept = <T>(list: readonly T[]) => list.filter(() => dice.next().value > 0);
        const part = { plans: kept(all.plans), points: kept(all.points) };
        if (!passesOn(part)) return;
        passed += 1;
        expect(passesOn(all)).toBe(true);
      }),
      { seed: 1, numRuns: 60 },
    );
    expect(passed).toBeGreaterThan(20);
  });
});
