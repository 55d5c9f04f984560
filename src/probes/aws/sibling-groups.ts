import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demand, demandAll, demandOwner, distinct } from './demand.ts';

/** What runs for another environment of the file in the same account and region. */
export interface SiblingGroup {
  readonly environment: string;
  readonly group: string;
  /** Undefined: there is no group of that name. */
  readonly profiles: readonly string[] | undefined;
}

/** The instance profiles of the groups that the other environments name, where they share account and region. */
export const siblingGroups = awsProbe({
  id: 'aws/sibling-groups',
  async gather(aws, _facts, { others }): Promise<readonly SiblingGroup[]> {
    const near = others.filter((o) => o.aws.account === aws.account && o.aws.region === aws.region);
    const names = distinct(near.map((o) => o.infrastructure.autoScalingGroup));
    if (names.length === 0) return [];
    const { AutoScalingGroups } = await aws.read('autoscaling:DescribeAutoScalingGroups', {
      AutoScalingGroupNames: names,
    });
    const found = (AutoScalingGroups ?? []).filter((g) => names.includes(g.AutoScalingGroupName ?? ''));
    const membersOf = (g: AutoScalingGroup) =>
      distinct(demand(g.Instances, 'the instances of a group').map(({ InstanceId }) => InstanceId));
    const ids = distinct(found.flatMap(membersOf));
    if (found.some((g) => membersOf(g).length === 0)) {
      throw new ProbeError(
        'empty_subject',
        'the group of another environment has no instance whose role could be read',
        {
          next: 'Run this while the other environments have an instance.',
        },
      );
    }
    const { Reservations } =
      ids.length > 0 ? await aws.read('ec2:DescribeInstances', { InstanceIds: ids }) : { Reservations: [] };
    const described = (Reservations ?? []).flatMap(({ OwnerId, Instances }) => {
      demandOwner(aws.account, OwnerId, 'an instance of another environment');
      return Instances ?? [];
    });
    const instances = demandAll(described, ids, ({ InstanceId }) => InstanceId, 'instance of another environment');
    return near.map((other) => {
      const group = other.infrastructure.autoScalingGroup;
      const there = found.find((g) => g.AutoScalingGroupName === group);
      const members = there ? membersOf(there) : [];
      const theirs = instances.filter((i) => members.includes(i.InstanceId ?? ''));
      return {
        environment: other.name,
        group,
        profiles: there && distinct(theirs.map((i) => i.IamInstanceProfile?.Arn)),
      };
    });
  },
});
