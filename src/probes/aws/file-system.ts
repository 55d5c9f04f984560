import type { FileSystemDescription } from '@aws-sdk/client-efs';
import { efsSource, mountOf } from '../../judging/mounts.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { agentMounts, rootMounts } from '../host/mounts.ts';

/** The EFS file system as AWS describes it, with the members that no check can do without. */
export type FileSystem = FileSystemDescription & {
  readonly FileSystemId: string;
  readonly FileSystemArn: string;
};

/** The configured file system of the workspace. That there is none is a ProbeError `not_found`. */
export const fileSystem = awsProbe<FileSystem>({
  id: 'aws/file-system',
  async gather(aws, _facts, { environment, now }) {
    const found = await describe(aws, environment.soulDocuments.fileSystemId);
    if (!found) {
      throw new ProbeError('not_found', 'the file system of the environment file does not exist here', {
        next: 'Compare soulDocuments.fileSystemId, aws.account and aws.region with the deployment.',
      });
    }
    // Its age says from when on it can have been backed up.
    if (!found.CreationTime || found.CreationTime.getTime() > now.getTime() + 60_000) {
      throw new ProbeError(
        'bad_response',
        'the file system was described without the time of its creation, or with one to come',
      );
    }
    return found;
  },
});

/** What is on the disks of the instance or in its memory. */
const local = /^(btrfs|ext[234]|f2fs|overlay|tmpfs|xfs)$/;

/** The file system of the runtime directory; undefined where that is on the instance or beside the workspace. */
export const runtimeFileSystem = awsProbe({
  id: 'aws/runtime-file-system',
  needs: { agent: agentMounts, root: rootMounts },
  lost: (error) => error,
  async gather(aws, { agent, root }, { environment: { soulDocuments } }): Promise<FileSystem | ProbeError | undefined> {
    const own = agent instanceof ProbeError ? root : agent;
    if (own instanceof ProbeError) throw own;
    const mount = mountOf(own.seen, soulDocuments.runtime);
    if (mount && local.test(mount.type)) return undefined;
    const source = mount && efsSource(mount);
    const helpers = [agent, root].flatMap((mounts) => (mounts instanceof ProbeError ? [] : mounts.helpers));
    const id =
      source?.kind === 'helper'
        ? helpers.find(({ port, connects }) => connects && port === source.port)?.fileSystem
        : source?.kind === 'name' && source.fileSystem;
    if (!id) throw new ProbeError('unbound', 'which file system the runtime directory is on could not be seen');
    if (id === soulDocuments.fileSystemId) return undefined;
    const found = await describe(aws, id);
    if (found) return found;
    throw new ProbeError('not_found', 'the file system of the runtime directory is not in this account and region');
  },
});

async function describe(aws: AwsPort, id: string): Promise<FileSystem | undefined> {
  const answer = await aws.find('efs:DescribeFileSystems', { FileSystemId: id });
  const [found, ...others] = answer?.FileSystems ?? [];
  if (!found) return undefined;
  const arn = found.FileSystemArn;
  if (others.length > 0 || found.FileSystemId !== id || !arn?.endsWith(`:file-system/${id}`)) {
    throw new ProbeError('bad_response', 'the description of the file system is incomplete or of another one');
  }
  const [, , , region, owner] = arn.split(':');
  if (found.OwnerId !== aws.account || owner !== aws.account || region !== aws.region) {
    throw new ProbeError('wrong_subject', 'the file system belongs to another account or region');
  }
  return { ...found, FileSystemId: id, FileSystemArn: arn };
}
