import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/restore-matches-source.ts';
import { judgeFacts } from '../../support/judge.ts';
import { noRecords } from '../drill-record.ts';
import { fileSystem, hoursAgo } from './points.ts';

const job = {
  RestoreJobId: 'job',
  Status: 'COMPLETED',
  CreationDate: hoursAgo(49),
  CompletionDate: hoursAgo(48),
  CreatedResourceArn: fileSystem.FileSystemArn.replace('fs-01', 'fs-02'),
  ValidationStatus: 'SUCCESSFUL',
};

describe('backup/restore-matches-source', () => {
  it.each([
    ['validated', [job], 'pass'],
    ['failed validation', [{ ...job, ValidationStatus: 'FAILED' }], 'fail'],
    ['validation timed out', [{ ...job, ValidationStatus: 'TIMED_OUT' }], 'fail'],
    ['still validating', [{ ...job, ValidationStatus: 'VALIDATING' }], 'undetermined'],
    ['never validated', [{ ...job, ValidationStatus: undefined }], 'undetermined'],
    ['no job', [], 'undetermined'],
    ['validated, but the restore failed', [{ ...job, Status: 'FAILED' }], 'undetermined'],
    ['validated in place', [{ ...job, CreatedResourceArn: fileSystem.FileSystemArn }], 'undetermined'],
    ['too old', [{ ...job, CompletionDate: hoursAgo(91 * 24) }], 'undetermined'],
    [
      'an unvalidated one after it',
      [{ ...job, CreationDate: hoursAgo(2), ValidationStatus: undefined }, job],
      'undetermined',
    ],
    ['a failed one after it', [{ ...job, CreationDate: hoursAgo(2), Status: 'FAILED' }, job], 'undetermined'],
  ])('%s', (_, restoreJobs, outcome) => {
    expect(judgeFacts(check, { fileSystem, restoreJobs, drills: noRecords }).outcome).toBe(outcome);
  });
});
