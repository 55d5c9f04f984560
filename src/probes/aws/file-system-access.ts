import type { AccessPointDescription } from '@aws-sdk/client-efs';
import { type Policy, parsePolicy } from '../../judging/iam-document.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { fileSystem } from './file-system.ts';

/** The file system's own policy; undefined where it has none, and everyone who reaches it may write. */
export const fileSystemPolicy = awsProbe({
  id: 'aws/file-system-policy',
  needs: { fileSystem },
  async gather(aws, { fileSystem }): Promise<{ readonly policy: Policy | undefined }> {
    const { FileSystemId: id, FileSystemArn: arn } = fileSystem;
    const answer = await aws.find('efs:DescribeFileSystemPolicy', { FileSystemId: id });
    if (!answer) return { policy: undefined };
    if (answer.FileSystemId !== id) throw new ProbeError('bad_response', 'EFS gave the policy of another file system');
    return { policy: parsePolicy(answer.Policy, arn, 'resource') };
  },
});

/** A way into the file system that starts at a directory of it. */
export interface AccessPoint {
  readonly id: string;
  readonly arn: string;
  /** Absolute path in the file system. */
  readonly path: string;
}

/** Every access point of the file system. */
export const accessPoints = awsProbe({
  id: 'aws/access-points',
  needs: { fileSystem },
  async gather(aws, { fileSystem }): Promise<readonly AccessPoint[]> {
    const { FileSystemId } = fileSystem;
    const { AccessPoints } = await aws.read('efs:DescribeAccessPoints', { FileSystemId });
    return (AccessPoints ?? []).map((point) => asAccessPoint(point, FileSystemId, aws.account));
  },
});

function asAccessPoint(point: AccessPointDescription, fileSystem: string, account: string): AccessPoint {
  const { AccessPointId: id, AccessPointArn: arn, FileSystemId, OwnerId, RootDirectory } = point;
  if (!id || !arn || FileSystemId !== fileSystem || OwnerId !== account) {
    throw new ProbeError('bad_response', 'EFS described an access point of something else, or one without its ARN');
  }
  return { id, arn, path: RootDirectory?.Path ?? '/' };
}
