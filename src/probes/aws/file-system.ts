import type { FileSystemDescription } from '@aws-sdk/client-efs';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';

/** The EFS file system as AWS describes it, with the members that no check can do without. */
export type FileSystem = FileSystemDescription & {
  readonly FileSystemId: string;
  readonly FileSystemArn: string;
};

/** The configured file system of the workspace. That there is none is a ProbeError `not_found`. */
export const fileSystem = awsProbe<FileSystem>({
  id: 'aws/file-system',
  async gather(aws, _facts, { environment, now }) {
    const id = environment.soulDocuments.fileSystemId;
    const answer = await aws.find('efs:DescribeFileSystems', { FileSystemId: id });
    const [found, ...others] = answer?.FileSystems ?? [];
    if (!answer || !found) {
      throw new ProbeError('not_found', 'the file system of the environment file does not exist here', {
        next: 'Compare soulDocuments.fileSystemId, aws.account and aws.region with the deployment.',
      });
    }
    const arn = found.FileSystemArn;
    if (others.length > 0 || found.FileSystemId !== id || !arn?.endsWith(`:file-system/${id}`)) {
      throw new ProbeError('bad_response', 'the description of the file system is incomplete or of another one');
    }
    const [, , , region, owner] = arn.split(':');
    if (found.OwnerId !== aws.account || owner !== aws.account || region !== aws.region) {
      throw new ProbeError('wrong_subject', 'the file system belongs to another account or region');
    }
    // Its age says from when on it can have been backed up.
    if (!found.CreationTime || found.CreationTime.getTime() > now.getTime() + 60_000) {
      throw new ProbeError(
        'bad_response',
        'the file system was described without the time of its creation, or with one to come',
      );
    }
    return { ...found, FileSystemId: id, FileSystemArn: arn };
  },
});
