import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/restore-test-exists.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const arn = (id: string) => `arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/${id}`;
const fileSystem = { FileSystemArn: arn('fs-01') };
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const job = {
  RestoreJobId: 'job',
  RecoveryPointArn: 'arn:point',
  Status: 'COMPLETED',
  CreationDate: daysAgo(10),
  CompletionDate: daysAgo(9.9),
  RecoveryPointCreationDate: daysAgo(11),
  CreatedResourceArn: arn('fs-02'),
};

describe('backup/restore-test-exists', () => {
  it.each([
    ['a completed restore to another file system', [job], 'pass'],
    ['no job at all', [], 'fail'],
    [
      'exactly as old as allowed',
      [{ ...job, CompletionDate: daysAgo(90), RecoveryPointCreationDate: daysAgo(90) }],
      'pass',
    ],
    ['a minute too old', [{ ...job, CompletionDate: daysAgo(90 + 1 / 1440) }], 'fail'],
    ['completed in the future', [{ ...job, CompletionDate: daysAgo(-1) }], 'fail'],
    ['of a point too old', [{ ...job, RecoveryPointCreationDate: daysAgo(91) }], 'fail'],
    ['of a point younger than the restore', [{ ...job, RecoveryPointCreationDate: daysAgo(1) }], 'fail'],
    ['into the file system itself', [{ ...job, CreatedResourceArn: arn('fs-01') }], 'fail'],
    ['into something else', [{ ...job, CreatedResourceArn: 'arn:aws:s3:::bucket' }], 'fail'],
    ['into another account', [{ ...job, CreatedResourceArn: arn('fs-02').replace('123456789012', '1') }], 'fail'],
    ['pending', [{ ...job, Status: 'PENDING' }], 'fail'],
    ['running', [{ ...job, Status: 'RUNNING' }], 'fail'],
    ['aborted', [{ ...job, Status: 'ABORTED' }], 'fail'],
    ['a status that is not documented', [{ ...job, Status: 'PARTIAL' }], 'fail'],
    ['a parent only', [{ ...job, IsParent: true }], 'fail'],
    ['a failure after the success', [{ ...job, CreationDate: daysAgo(2), Status: 'FAILED' }, job], 'fail'],
    ['a failure before the success', [job, { ...job, CreationDate: daysAgo(20), Status: 'FAILED' }], 'pass'],
    ['a newer one that still runs', [{ ...job, CreationDate: daysAgo(0.1), Status: 'RUNNING' }, job], 'pass'],
    [
      'a newer one into the source',
      [{ ...job, CreationDate: daysAgo(1), CreatedResourceArn: arn('fs-01') }, job],
      'pass',
    ],
    ['no end', [{ ...job, CompletionDate: undefined }], 'undetermined'],
    ['nothing made', [{ ...job, CreatedResourceArn: undefined }], 'undetermined'],
    ['no date of the point', [{ ...job, RecoveryPointCreationDate: undefined }], 'undetermined'],
  ])('%s', (_, restoreJobs, outcome) => {
    expect(judgeFacts(check, { fileSystem, restoreJobs }).outcome).toBe(outcome);
  });

  it.each([
    ['no job at all', [], ['none among 0 restore jobs of this file system']],
    ['into itself', [{ ...job, CreatedResourceArn: arn('fs-01') }], ['restores into the file system itself only']],
    ['a parent of something else', [{ ...job, IsParent: true }], ['none among 1 restore jobs of this file system']],
    ['aborted', [{ ...job, Status: 'ABORTED' }], ['ABORTED']],
  ])('tells what is wrong: %s', (_, restoreJobs, observed) => {
    expect(judgeFacts(check, { fileSystem, restoreJobs }).evidence.map((one) => one.observed)).toEqual(observed);
  });
});
