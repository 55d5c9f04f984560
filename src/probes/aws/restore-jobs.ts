import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { fileSystem } from './file-system.ts';

/** A restore of a recovery point of the configured file system. */
export type RestoreJob = RestoreJobsListMember & {
  readonly RestoreJobId: string;
  readonly RecoveryPointArn: string;
  readonly Status: NonNullable<RestoreJobsListMember['Status']>;
  readonly CreationDate: Date;
};

const dayMs = 86_400_000;

/**
 * Every restore of a point of the configured file system that began within `backup.restoreTestMaxAgeDays` (and a day),
 * whatever it came to, newest first. The time is given with the call: what AWS lists without it is not documented.
 */
export const restoreJobs = awsProbe({
  id: 'aws/restore-jobs',
  needs: { fileSystem },
  async gather(aws, { fileSystem }, { environment, now }): Promise<readonly RestoreJob[]> {
    const since = new Date(now.getTime() - (environment.backup.restoreTestMaxAgeDays + 1) * dayMs);
    const { RestoreJobs } = await aws.read('backup:ListRestoreJobs', {
      ByAccountId: aws.account,
      ByResourceType: 'EFS',
      ByCreatedAfter: since,
    });
    const jobs = (RestoreJobs ?? []).map(complete);
    if (jobs.some(({ AccountId }) => AccountId !== aws.account)) {
      throw new ProbeError('wrong_subject', 'restore jobs of another account were listed');
    }
    // Jobs from before AWS recorded the source are known by their recovery point alone.
    const points = jobs.some(({ SourceResourceArn }) => !SourceResourceArn)
      ? await pointsOf(aws, fileSystem.FileSystemArn)
      : [];
    return jobs
      .filter(({ SourceResourceArn, RecoveryPointArn }) =>
        SourceResourceArn ? SourceResourceArn === fileSystem.FileSystemArn : points.includes(RecoveryPointArn),
      )
      .sort((a, b) => b.CreationDate.getTime() - a.CreationDate.getTime());
  },
});

async function pointsOf(aws: AwsPort, ResourceArn: string): Promise<string[]> {
  const { RecoveryPoints } = await aws.read('backup:ListRecoveryPointsByResource', { ResourceArn });
  return (RecoveryPoints ?? []).flatMap(({ RecoveryPointArn }) => RecoveryPointArn ?? []);
}

function complete(job: RestoreJobsListMember): RestoreJob {
  const { RestoreJobId, RecoveryPointArn, Status, CreationDate } = job;
  if (!RestoreJobId || !RecoveryPointArn || !Status || !CreationDate) {
    throw new ProbeError('bad_response', 'a restore job was listed without its id, recovery point, status or date');
  }
  return { ...job, RestoreJobId, RecoveryPointArn, Status, CreationDate };
}
