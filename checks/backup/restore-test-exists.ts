import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { madeAnother, newestTest } from '../../src/judging/restore-test.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { restoreJobs } from '../../src/probes/aws/restore-jobs.ts';

export default check({
  title: 'A test restore of the file system succeeded lately',
  failureTitle: 'No test restore of the file system succeeded lately',
  why: 'A backup that was never restored is a hope: that it can be read back is known only by doing it.',
  trap: 'Some restore has completed: of another file system, into the file system itself, or of a point a year old.',
  remediation:
    'Restore a recent recovery point of the file system to a new file system with AWS Backup, or set up a restore testing plan that does so on a schedule.',
  needs: { fileSystem, restoreJobs },
  judge({ fileSystem, restoreJobs }, { environment, now }) {
    const source = fileSystem.FileSystemArn;
    const { restoreTestMaxAgeDays: days } = environment.backup;
    const job = newestTest(restoreJobs, source);
    if (!job) {
      const inPlace = restoreJobs.some(({ CreatedResourceArn }) => CreatedResourceArn === source);
      return fail([
        {
          fact: 'restoreJobs',
          subject: source,
          expected: `a finished restore to another file system within ${days} days`,
          observed: inPlace
            ? 'restores into the file system itself only'
            : `none among ${restoreJobs.length} restore jobs of this file system`,
        },
      ]);
    }
    const completed = job.Status === 'COMPLETED';
    if (completed && !(job.CompletionDate && job.CreatedResourceArn && job.RecoveryPointCreationDate)) {
      return undetermined('bad_response', 'the restore job does not say what it made, when, or from how old a point');
    }
    const seen = (expected: string, observed: string, ok: boolean): Finding<'restoreJobs'> => {
      return { fact: 'restoreJobs', subject: job.RestoreJobId, expected, observed, ok };
    };
    const findings = [seen('the newest finished restore is COMPLETED', job.Status, completed)];
    if (completed) {
      const { CompletionDate: end = now, RecoveryPointCreationDate: point = now, CreatedResourceArn: made = '' } = job;
      findings.push(
        seen('restored to another file system of this account', made, madeAnother(job, source)),
        seen(`completed within ${days} days`, ago(end, now), isYoungerThan(end, days * dayMs, now)),
        seen(
          `recovery point from within ${days} days`,
          `point of ${point.toISOString()}`,
          isYoungerThan(point, days * dayMs, now) && point <= end,
        ),
      );
    }
    return judgeAll(findings);
  },
});
