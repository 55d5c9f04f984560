import { describe, expect, it } from 'vitest';
import type { ProbeContext } from '../../../src/model/probe.ts';
import type { AwsPort } from '../../../src/ports/aws.ts';
import { restoreJobs } from '../../../src/probes/aws/restore-jobs.ts';
import { goodEnvironment, now } from '../../support/rig.ts';

const arn = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-01';
const job = {
  AccountId: '123456789012',
  RestoreJobId: 'job',
  RecoveryPointArn: 'arn:point:1',
  Status: 'COMPLETED',
  CreationDate: now,
  SourceResourceArn: arn as string | undefined,
};

async function jobsOf(jobs: readonly object[], points: readonly string[] = []) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const aws = {
    account: '123456789012',
    region: 'eu-west-1',
    async read(operation: string, input: Record<string, unknown>) {
      asked.push({ operation, input });
      if (operation === 'backup:ListRestoreJobs') return { RestoreJobs: jobs };
      return { RecoveryPoints: points.map((RecoveryPointArn) => ({ RecoveryPointArn })) };
    },
  } as unknown as AwsPort;
  const context = { environment: goodEnvironment(), now } as unknown as ProbeContext;
  const found = await restoreJobs.gather(aws, { fileSystem: { FileSystemArn: arn } } as never, context);
  return { found, asked };
}

describe('restoreJobs', () => {
  it('asks for the whole allowed age, so that no default of the service hides a failure', async () => {
    const { asked } = await jobsOf([job]);
    const after = asked[0]?.input['ByCreatedAfter'] as Date;
    expect((now.getTime() - after.getTime()) / 86_400_000).toBeGreaterThanOrEqual(90);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['of the file system', [job], [], 1],
    ['B1: of another one', [{ ...job, SourceResourceArn: `${arn}0` }], [], 0],
    ['without a source, of one of its points', [{ ...job, SourceResourceArn: undefined }], ['arn:point:1'], 1],
    ['without a source, of another point', [{ ...job, SourceResourceArn: undefined }], ['arn:point:2'], 0],
    ['of another one, although the point is listed', [{ ...job, SourceResourceArn: `${arn}0` }], ['arn:point:1'], 0],
  ])('%s', async (_, jobs, points, count) => {
    expect((await jobsOf(jobs, points)).found).toHaveLength(count);
  });

  it.each([
    ['B1: another account', { AccountId: '210987654321' }, 'wrong_subject'],
    ['no account', { AccountId: undefined }, 'wrong_subject'],
    ['no status', { Status: undefined }, 'bad_response'],
    ['no point', { RecoveryPointArn: undefined }, 'bad_response'],
    ['no date', { CreationDate: undefined }, 'bad_response'],
  ])('%s is an error', async (_, changes, reason) => {
    await expect(jobsOf([{ ...job, ...changes }])).rejects.toMatchObject({ reason });
  });
});
