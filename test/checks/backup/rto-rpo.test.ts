import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/rto-rpo.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, fileSystem, hoursAgo, job, point, vaultOf } from './points.ts';

describe('backup/rto-rpo', () => {
  it.each([
    ['four hours of four', {}, daily, [job], 'pass'],
    ['a minute more', {}, daily, [{ ...job, CompletionDate: hoursAgo(46 - 1 / 60) }], 'fail'],
    ['ended before it began', {}, daily, [{ ...job, CompletionDate: hoursAgo(51) }], 'fail'],
    ['no objective', { 'backup.rtoMinutes': null }, daily, [job], 'undetermined'],
    ['no restore', {}, daily, [], 'undetermined'],
    ['a failed restore', {}, daily, [{ ...job, Status: 'FAILED' }], 'undetermined'],
    ['no point', {}, [], [job], 'fail'],
    ['no point and no restore', {}, [], [], 'fail'],
    ['a day is missing', {}, daily.filter((_, i) => i !== 2), [job], 'fail'],
    ['a tighter objective', { 'backup.rpoHours': 12 }, daily, [job], 'fail'],
  ])('%s', (_, changes, points, restoreJobs, outcome) => {
    const facts = { fileSystem, recoveryPoints: vaultOf(points), restoreJobs };
    expect(judgeFacts(check, facts, changes).outcome).toBe(outcome);
  });

  it('asks no history of a file system that is younger, and the whole where its age is not known', () => {
    const judge = (CreationTime: Date | undefined, points: readonly object[]) => {
      const facts = {
        fileSystem: { ...fileSystem, CreationTime },
        recoveryPoints: vaultOf(points),
        restoreJobs: [job],
      };
      return judgeFacts(check, facts).outcome;
    };
    expect(judge(hoursAgo(40), [point(3), point(20)])).toBe('pass');
    expect(judge(undefined, [point(3), point(20)])).toBe('fail');
    expect(judge(undefined, daily)).toBe('pass');
  });

  it('allows exactly as long between points as the objective and the window for the start', () => {
    const judge = (gap: number) => {
      const points = [point(1), ...Array.from({ length: 20 }, (_, i) => point(1 + gap + 24 * i))];
      return judgeFacts(check, { fileSystem, recoveryPoints: vaultOf(points), restoreJobs: [job] }).outcome;
    };
    expect([judge(26), judge(26.1)]).toEqual(['pass', 'fail']);
  });

  it('does not believe a restore that took no time', () => {
    const restoreJobs = [{ ...job, CompletionDate: job.CreationDate }];
    expect(judgeFacts(check, { fileSystem, recoveryPoints: vaultOf(daily), restoreJobs }).outcome).toBe('fail');
  });
});
