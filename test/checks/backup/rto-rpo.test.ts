import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/rto-rpo.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, fileSystem, hoursAgo, vaultOf } from './points.ts';

const job = {
  RestoreJobId: 'job',
  Status: 'COMPLETED',
  CreationDate: hoursAgo(50),
  CompletionDate: hoursAgo(46),
  CreatedResourceArn: fileSystem.FileSystemArn.replace('fs-01', 'fs-02'),
};

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
});
