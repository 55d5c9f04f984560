import type { RestoreJob } from '../probes/aws/restore-jobs.ts';

/**
 * The newest finished test restore: completed into another file system, or ended without success. Of the rest nothing
 * can be learnt: a job that still runs, a parent that only groups others, and a restore into the source itself.
 * The newest decides, so that a success cannot hide the failure after it.
 */
export function newestTest(jobs: readonly RestoreJob[], sourceArn: string): RestoreJob | undefined {
  return jobs
    .filter((job) => isOver(job) && !job.IsParent && job.CreatedResourceArn !== sourceArn)
    .reduce<RestoreJob | undefined>((a, b) => (a && a.CreationDate >= b.CreationDate ? a : b), undefined);
}

/** Whether the job made another file system than its source, in the same account. */
export function madeAnother({ CreatedResourceArn }: RestoreJob, sourceArn: string): boolean {
  const account = sourceArn.split(':')[4];
  const [, , service, , owner, resource] = CreatedResourceArn?.split(':') ?? [];
  return (
    CreatedResourceArn !== sourceArn &&
    service === 'elasticfilesystem' &&
    owner === account &&
    /^file-system\/fs-[0-9a-f]+$/.test(resource ?? '')
  );
}

function isOver({ Status }: RestoreJob): boolean {
  return Status !== 'PENDING' && Status !== 'RUNNING';
}
