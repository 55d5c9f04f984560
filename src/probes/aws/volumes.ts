import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { defaultEncryption } from './default-encryption.ts';
import { demand, demandAll, distinct } from './demand.ts';
import { type GroupInstance, instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';

export interface Block {
  /** `vol-…` or `snap-…`. */
  readonly id: string;
  /** The instance that has the volume, or the launch template version that names the snapshot. */
  readonly on: string;
  readonly encrypted: boolean;
  /** Of a volume: what it was made of. */
  readonly snapshot?: string | undefined;
}

/** Every volume on an instance of the group. Each that EC2 lists on an instance must be described. */
export const volumes = awsProbe({
  id: 'aws/volumes',
  needs: { instances },
  async gather(aws, { instances }): Promise<readonly Block[]> {
    const mapped = instances.flatMap((instance) =>
      demand(instance.BlockDeviceMappings, 'the volumes of an instance').flatMap(({ Ebs }) =>
        Ebs?.VolumeId ? [{ id: Ebs.VolumeId, on: instance.InstanceId }] : [],
      ),
    );
    if (mapped.length === 0) throw new ProbeError('empty_subject', 'no instance of the group has a volume');
    const ids = distinct(mapped.map(({ id }) => id));
    const { Volumes } = await aws.read('ec2:DescribeVolumes', { VolumeIds: ids });
    const found = demandAll(Volumes ?? [], ids, ({ VolumeId }) => VolumeId, 'volume');
    const volumes = new Map(found.map((volume, i) => [ids[i], volume]));
    return mapped.map(({ id, on }) => {
      const { Encrypted, SnapshotId: snapshot } = volumes.get(id) ?? {};
      return { id, on, encrypted: demand(Encrypted, `whether ${id} is encrypted`), snapshot };
    });
  },
});

/** The snapshots that launch templates make volumes of: a volume of an encrypted snapshot is always encrypted. */
export const templateSnapshots = awsProbe({
  id: 'aws/template-snapshots',
  needs: { launchVersions },
  async gather(aws, { launchVersions }): Promise<readonly Block[]> {
    const named = launchVersions
      .filter(({ next }) => next)
      .flatMap(({ subject, data }) =>
        (data.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => {
          if (Ebs?.SnapshotId === undefined) return [];
          if (Ebs.SnapshotId === '') throw new ProbeError('bad_response', 'EC2 named a snapshot without its id');
          return [{ id: Ebs.SnapshotId, on: subject }];
        }),
      );
    return snapshotsOf(aws, named);
  },
});

/**
 * The snapshots in the image of a template that leaves the root device to it, by the root volumes of its instances:
 * asked for only where these are encrypted, and not by a default of the account.
 */
export const imageSnapshots = awsProbe({
  id: 'aws/image-snapshots',
  needs: { instances, launchVersions, volumes, defaultEncryption },
  async gather(aws, { instances, launchVersions, volumes, defaultEncryption }): Promise<readonly Block[]> {
    if (defaultEncryption) return [];
    // What a parameter of Systems Manager names may be another image tomorrow.
    const open = launchVersions.filter(
      ({ next, data }) => next && !namesRoot(data, instances) && data.ImageId?.startsWith('ami-'),
    );
    const named = open.flatMap(({ subject, usedBy }) =>
      instances
        .filter(({ InstanceId }) => usedBy.includes(InstanceId))
        .flatMap(({ BlockDeviceMappings, RootDeviceName }) => {
          const root = BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs?.VolumeId;
          const { encrypted, snapshot } = volumes.find(({ id }) => id === root) ?? {};
          return encrypted && snapshot ? [{ id: snapshot, on: subject }] : [];
        }),
    );
    return snapshotsOf(aws, named);
  },
});

/** Whether a template says how the root device is made that the instances have. */
export function namesRoot(data: ResponseLaunchTemplateData, instances: readonly GroupInstance[]): boolean {
  const roots = distinct(instances.map(({ RootDeviceName }) => RootDeviceName));
  return roots.length > 0 && roots.every((root) => disksOf(data).some(({ DeviceName }) => DeviceName === root));
}

/** The volumes that a template names. */
export function disksOf({ BlockDeviceMappings = [] }: ResponseLaunchTemplateData) {
  return BlockDeviceMappings.filter(({ Ebs, NoDevice }) => Ebs && NoDevice === undefined);
}

async function snapshotsOf(aws: AwsPort, named: readonly Pick<Block, 'id' | 'on'>[]): Promise<readonly Block[]> {
  if (named.length === 0) return [];
  const ids = distinct(named.map(({ id }) => id));
  const { Snapshots } = await aws.read('ec2:DescribeSnapshots', { SnapshotIds: ids });
  const found = demandAll(Snapshots ?? [], ids, ({ SnapshotId }) => SnapshotId, 'snapshot');
  return named.map(({ id, on }) => {
    const snapshot = found.find(({ SnapshotId }) => SnapshotId === id);
    return { id, on, encrypted: demand(snapshot?.Encrypted, `whether ${id} is encrypted`) };
  });
}
