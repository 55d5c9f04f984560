import type { Instance } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demandOwner, distinct } from './demand.ts';
import { group, namedGroups } from './group.ts';
import { warmPool } from './warm-pool.ts';

export type GroupInstance = Instance & { readonly InstanceId: string };

/** As many values as a filter takes. */
const idsACall = 200;

/**
 * The instances of the group, of its warm pool, and of the groups of the other environments of the file. Asked for by a
 * filter: an instance that has just gone is then missing from the answer, and not the end of it.
 */
export const describedInstances = awsProbe({
  id: 'aws/described-instances',
  needs: { namedGroups, warmPool },
  gather: (aws, { namedGroups, warmPool }) =>
    readInstances(aws, [...namedGroups.flatMap((g) => g.Instances ?? []), ...warmPool]),
});

/** Those of the instances that there are. */
export async function readInstances(
  aws: AwsPort,
  listed: readonly { readonly InstanceId?: string | undefined }[],
): Promise<readonly GroupInstance[]> {
  const ids = distinct(listed.map((i) => i.InstanceId));
  const asked = new Set(ids);
  const batches = Array.from({ length: Math.ceil(ids.length / idsACall) }, (_, i) =>
    ids.slice(i * idsACall, (i + 1) * idsACall),
  );
  const answers = batches.map(async (Values) => {
    const { Reservations } = await aws.read('ec2:DescribeInstances', { Filters: [{ Name: 'instance-id', Values }] });
    return (Reservations ?? []).flatMap(({ OwnerId, Instances }) => {
      demandOwner(aws.account, OwnerId, 'an instance of a group');
      return Instances ?? [];
    });
  });
  return (await Promise.all(answers)).flat().filter((i): i is GroupInstance => asked.has(i.InstanceId ?? ''));
}

/**
 * Every instance of the group that is not terminated, those of the warm pool included, as EC2 describes it. Each that
 * the group lists must be found; one that is missing makes the whole set `truncated`.
 */
export const instances = awsProbe({
  id: 'aws/instances',
  needs: { group, warmPool, describedInstances },
  async gather(_aws, { group, warmPool, describedInstances }): Promise<readonly GroupInstance[]> {
    const listed = distinct([...group.Instances, ...warmPool].map(({ InstanceId }) => InstanceId));
    if (listed.length === 0) {
      throw new ProbeError('empty_subject', 'the Auto Scaling Group has no instance', {
        next: 'Set the desired capacity to at least 1 and wait until an instance is in service.',
      });
    }
    const own = new Set(listed);
    const known = describedInstances.filter(({ InstanceId }) => own.has(InstanceId));
    if (new Set(known.map((i) => i.InstanceId)).size !== own.size) {
      throw new ProbeError('truncated', 'EC2 did not describe every instance that the group lists');
    }
    return known.filter((i) => i.State?.Name !== 'terminated');
  },
});
