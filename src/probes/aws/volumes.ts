import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demand, demandAll, distinct } from './demand.ts';
import { instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';

export interface Block {
  /** `vol-…` or `snap-…`. */
  readonly id: string;
  /** The instance that has the volume, or the launch template version that names the snapshot. */
  readonly on: string;
  readonly encrypted: boolean;
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
      return { id, on, encrypted: demand(volumes.get(id)?.Encrypted, `whether ${id} is encrypted`) };
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
    if (named.length === 0) return [];
    const ids = distinct(named.map(({ id }) => id));
    const { Snapshots } = await aws.read('ec2:DescribeSnapshots', { SnapshotIds: ids });
    const found = demandAll(Snapshots ?? [], ids, ({ SnapshotId }) => SnapshotId, 'snapshot');
    return named.map(({ id, on }) => {
      const snapshot = found.find(({ SnapshotId }) => SnapshotId === id);
      return { id, on, encrypted: demand(snapshot?.Encrypted, `whether ${id} is encrypted`) };
    });
  },
});
