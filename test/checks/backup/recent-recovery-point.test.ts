import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/recent-recovery-point.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, fileSystem, hoursAgo, point, vaultOf } from './points.ts';

const without = (...days: number[]) => daily.filter((_, day) => !days.includes(day));

describe('backup/recent-recovery-point', () => {
  it.each([
    ['a point a day', daily, 'pass'],
    ['no point', [], 'fail'],
    ['the newest exactly as old as allowed', [point(26), ...daily.slice(2)], 'pass'],
    ['the newest a minute too old', [point(26 + 1 / 60), ...daily.slice(2)], 'fail'],
    ['a day is missing', without(3), 'fail'],
    ['a day before the history is missing', without(9), 'pass'],
    ['the newest is from the future', [point(-1), ...without(0)], 'fail'],
    ['one that runs, and one a day before', [point(0.1, { Status: 'CREATING' }), ...daily], 'pass'],
    ['the newest is partial', [point(3, { Status: 'PARTIAL' }), ...without(0)], 'fail'],
    ['the newest is expired', [point(3, { Status: 'EXPIRED' }), ...without(0)], 'fail'],
    [
      'the newest is past its deletion',
      [point(3, { CalculatedLifecycle: { DeleteAt: hoursAgo(1) } }), ...without(0)],
      'fail',
    ],
    ['made by hand', daily.map((p) => ({ ...p, CreatedBy: undefined })), 'fail'],
    ['one scheduled, the others by hand', daily.map((p, i) => (i ? { ...p, CreatedBy: undefined } : p)), 'fail'],
    ['two scheduled, the others by hand', daily.map((p, i) => (i > 1 ? { ...p, CreatedBy: {} } : p)), 'pass'],
  ])('%s', (_, points, outcome) => {
    expect(judgeFacts(check, { fileSystem, recoveryPoints: vaultOf(points) }).outcome).toBe(outcome);
  });

  it('wants a point a day, however long the objective is', () => {
    const judged = (points: typeof daily, rpoHours: number) =>
      judgeFacts(check, { fileSystem, recoveryPoints: vaultOf(points) }, { 'backup.rpoHours': rpoHours }).outcome;
    expect([judged(daily, 168), judged(without(3), 168), judged(daily, 12)]).toEqual(['pass', 'fail', 'fail']);
  });

  it('asks no history of a file system that is younger', () => {
    const young = { ...fileSystem, CreationTime: hoursAgo(40) };
    const recoveryPoints = vaultOf([point(3), point(20)]);
    expect(judgeFacts(check, { fileSystem: young, recoveryPoints }).outcome).toBe('pass');
    const ageless = { ...fileSystem, CreationTime: undefined };
    expect(judgeFacts(check, { fileSystem: ageless, recoveryPoints }).outcome).toBe('fail');
    expect(judgeFacts(check, { fileSystem: ageless, recoveryPoints: vaultOf(daily) }).outcome).toBe('pass');
  });
});
