import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/retention.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, fileSystem, hoursAgo, plan, point, vaultOf } from './points.ts';

const vault = { BackupVaultArn: 'arn:vault', BackupVaultName: 'openclaw-prod', policy: undefined };
const kept = (lifecycle: object | undefined) =>
  daily.map((p) => ({ ...p, Lifecycle: lifecycle, CalculatedLifecycle: {} }));
const rule = (Lifecycle: object | undefined) => [plan({ Lifecycle })];

describe('backup/retention', () => {
  it.each([
    ['45 days of 35', [plan()], daily, vault, 'pass'],
    ['exactly 35 days', rule({ DeleteAfterDays: 35 }), kept({ DeleteAfterDays: 35 }), vault, 'pass'],
    ['a rule of 34 days', rule({ DeleteAfterDays: 34 }), daily, vault, 'fail'],
    ['a rule of no days', rule({ DeleteAfterDays: 0 }), daily, vault, 'fail'],
    ['for ever', rule(undefined), kept(undefined), vault, 'pass'],
    ['for ever, said with -1', rule({ DeleteAfterDays: -1 }), kept({ DeleteAfterDays: -1 }), vault, 'pass'],
    ['deleted after a copy', rule({ DeleteAfterEvent: 'DELETE_AFTER_COPY' }), daily, vault, 'fail'],
    ['points of 34 days', [plan()], kept({ DeleteAfterDays: 34 }), vault, 'fail'],
    ['long rule is weekly', [plan({ ScheduleExpression: 'rate(7 days)' })], daily, vault, 'fail'],
    [
      'long points are weekly',
      [plan()],
      daily.map((p, i) => (i % 7 ? { ...p, Lifecycle: { DeleteAfterDays: 7 } } : p)),
      vault,
      'fail',
    ],
    ['no plan', [], daily, vault, 'fail'],
    ['no point', [plan()], [], vault, 'fail'],
    ['a lock of at most 44 days', [plan()], daily, { ...vault, MaxRetentionDays: 44 }, 'fail'],
    ['a lock of at most 45 days', [plan()], daily, { ...vault, MaxRetentionDays: 45 }, 'pass'],
    ['a lock of at least 45 days', [plan()], daily, { ...vault, MinRetentionDays: 45 }, 'pass'],
    ['a lock of at least 46 days', [plan()], daily, { ...vault, MinRetentionDays: 46 }, 'fail'],
  ])('%s', (_, backupPlans, points, vault, outcome) => {
    const facts = { fileSystem, backupPlans, recoveryPoints: vaultOf(points), backupVaults: [vault] };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it('counts the rules that keep long enough together, and no others', () => {
    const keeping = (DeleteAfterDays: number, ScheduleExpression: string) =>
      plan({ Lifecycle: { DeleteAfterDays }, ScheduleExpression }).rules;
    const judge = (...rules: object[][]) => {
      const backupPlans = [{ ...plan(), rules: rules.flat() }];
      const facts = { fileSystem, backupPlans, recoveryPoints: vaultOf(daily), backupVaults: [vault] };
      return judgeFacts(check, facts).outcome;
    };
    expect(judge(keeping(7, 'rate(1 day)'), keeping(45, 'rate(7 days)'))).toBe('fail');
    expect(judge(keeping(7, 'rate(1 day)'), keeping(45, 'rate(1 day)'))).toBe('pass');
  });

  it('asks no history of a file system that is younger, and the whole where its age is not known', () => {
    const judge = (changes: object, points: readonly object[]) => {
      const facts = { backupPlans: [plan()], recoveryPoints: vaultOf(points), backupVaults: [vault] };
      return judgeFacts(check, { ...facts, fileSystem: { ...fileSystem, ...changes } }).outcome;
    };
    const two = [point(3), point(20)];
    expect(judge({ CreationTime: hoursAgo(40) }, two)).toBe('pass');
    expect(judge({ CreationTime: undefined }, two)).toBe('fail');
    expect(judge({ CreationTime: undefined }, daily)).toBe('pass');
  });

  it('takes the longest of the daily rules', () => {
    const backupPlans = [
      { ...plan(), rules: [plan({ Lifecycle: { DeleteAfterDays: 7 } }), plan()].flatMap((p) => p.rules) },
    ];
    const facts = { fileSystem, backupPlans, recoveryPoints: vaultOf(daily), backupVaults: [vault] };
    expect(judgeFacts(check, facts).outcome).toBe('pass');
  });

  it('allows exactly as long between points as the objective and the window for the start', () => {
    const judge = (gap: number) => {
      const points = [point(1), ...Array.from({ length: 20 }, (_, i) => point(1 + gap + 24 * i))];
      return judgeFacts(check, {
        fileSystem,
        backupPlans: [plan()],
        recoveryPoints: vaultOf(points),
        backupVaults: [vault],
      }).outcome;
    };
    expect([judge(26), judge(26.1)]).toEqual(['pass', 'fail']);
  });
});
