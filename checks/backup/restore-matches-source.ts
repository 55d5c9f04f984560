import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { newestRecord, observationOf } from '../../src/judging/drill-record.ts';
import { madeAnother, newestTest } from '../../src/judging/restore-test.ts';
import { check, fail, pass, undetermined } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { restoreJobs } from '../../src/probes/aws/restore-jobs.ts';
import { drillRecords } from '../../src/probes/files/drill-records.ts';

export default check({
  title: 'Restored files match the source',
  failureTitle: 'Restored files do not match the source',
  why: 'A restore can complete and bring back the wrong or damaged files; only a comparison shows that it did not.',
  trap: 'COMPLETED is taken for correct, and nobody compared a file.',
  remediation:
    'Run clawcheck drill run restore and keep its record, or compare the restored files with the source in the validation of a restore testing plan, and report the result to AWS Backup (PutRestoreValidationResult).',
  needs: { fileSystem, restoreJobs, drills: drillRecords },
  judge({ fileSystem, restoreJobs, drills }, { environment, now }) {
    const { restoreTestMaxAgeDays: days } = environment.backup;
    const job = newestTest(restoreJobs, fileSystem.FileSystemArn);
    const expected = `the validation of a restore within ${days} days is SUCCESSFUL`;
    if (job?.Status !== 'COMPLETED' || !madeAnother(job, fileSystem.FileSystemArn)) {
      return undetermined(
        'not_drilled',
        'the newest test restore did not complete to another file system, or there is none',
      );
    }
    const { RestoreJobId, ValidationStatus: validation, CompletionDate: end } = job;
    if (validation === 'FAILED' || validation === 'TIMED_OUT') {
      return fail([{ fact: 'restoreJobs', subject: RestoreJobId, expected, observed: `validation ${validation}` }]);
    }
    const record = newestRecord(drills, 'restore', days, now);
    const compared = record?.measurements.find(({ id, outcome }) => id === 'same-files' && outcome !== 'unknown');
    // The comparison was made by the drill, the restore by AWS: both must name the same job and what it made.
    if (record && compared && record.values['restoreJob'] === RestoreJobId) {
      const made = job.CreatedResourceArn?.endsWith(`/${record.values['restored']}`);
      if (!made || !end || !isYoungerThan(end, days * dayMs, now)) {
        return undetermined('conflict', 'the record of the drill restore and the restore job of AWS do not agree');
      }
      const seen = observationOf(record, compared, now);
      const control = {
        fact: 'restoreJobs',
        subject: RestoreJobId,
        expected: 'COMPLETED',
        observed: job.Status,
      } as const;
      return compared.outcome === 'pass' ? pass<'drills' | 'restoreJobs'>([seen], [control]) : fail([seen]);
    }
    if (validation !== 'SUCCESSFUL') {
      return undetermined('not_drilled', 'AWS Backup has no result of a validation of the newest test restore');
    }
    if (!end || !isYoungerThan(end, days * dayMs, now)) {
      return undetermined('stale', 'the newest validated restore is older than allowed, or its date is not known');
    }
    const observed = `validation SUCCESSFUL, restored ${ago(end, now)}`;
    return pass([{ fact: 'restoreJobs', subject: RestoreJobId, expected, observed }]);
  },
});
