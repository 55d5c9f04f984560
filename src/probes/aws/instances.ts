import type { Instance } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demandOwner } from './demand.ts';
import { group } from './group.ts';
import { warmPool } from './warm-pool.ts';

export type GroupInstance = Instance & { readonly InstanceId: string };

/**
 * Every instance of the group that is not terminated, those of the warm pool included, as EC2 describes it. Each that
 * the group lists must be found; one that is missing makes the whole set `truncated`.
 */
export const instances = awsProbe({
  id: 'aws/instances',
  needs: { group, warmPool },
  async gather(aws, { group, warmPool }): Promise<readonly GroupInstance[]> {
    const listed = [...group.Instances, ...warmPool].flatMap(({ InstanceId }) => InstanceId ?? []);
    if (listed.length === 0) {
      throw new ProbeError('empty_subject', 'the Auto Scaling Group has no instance', {
        next: 'Set the desired capacity to at least 1 and wait until an instance is in service.',
      });
    }
    const { Reservations } = await aws.read('ec2:DescribeInstances', { InstanceIds: listed });
    const found = (Reservations ?? []).flatMap(({ OwnerId, Instances }) => {
      demandOwner(aws.account, OwnerId, 'an instance of the group');
      return Instances ?? [];
    });
    const known = found.filter((i): i is GroupInstance => i.InstanceId !== undefined && listed.includes(i.InstanceId));
    if (new Set(known.map((i) => i.InstanceId)).size !== new Set(listed).size) {
      throw new ProbeError('truncated', 'EC2 did not describe every instance that the group lists');
    }
    return known.filter((i) => i.State?.Name !== 'terminated');
  },
});
