import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { accountDetails, roleOfProfile } from './account-details.ts';
import { demand, demandAll, distinct } from './demand.ts';
import { namedGroups } from './group.ts';
import { profileName } from './instance-roles.ts';
import { describedInstances, type GroupInstance, instances } from './instances.ts';
import { launchVersionsOf } from './launch-versions.ts';

export interface Siblings {
  /** The roles of the group's own instances, by name. */
  readonly own: readonly string[];
  readonly groups: readonly SiblingGroup[];
}

/** What runs for another environment of the file in the same account and region. */
export interface SiblingGroup {
  readonly environment: string;
  readonly group: string;
  /** Undefined: there is no group of that name. */
  readonly roles: readonly string[] | undefined;
}

/**
 * The roles of the groups that the other environments name, where they share account and region: those of their
 * instances or, where a group has none now, those that its launch template gives to the next one.
 */
export const siblingGroups = awsProbe({
  id: 'aws/sibling-groups',
  needs: { instances, describedInstances, namedGroups, accountDetails },
  async gather(aws, { instances, describedInstances, namedGroups, accountDetails }, { others }): Promise<Siblings> {
    const near = others.filter((o) => o.aws.account === aws.account && o.aws.region === aws.region);
    const names = near.map((o) => o.infrastructure.autoScalingGroup);
    const found = namedGroups.filter((g) => names.includes(g.AutoScalingGroupName ?? ''));
    const profiles = await profilesOf(aws, found, describedInstances);
    const rolesOf = (names: readonly string[]) => distinct(names.map((name) => roleOfProfile(accountDetails, name)));
    const own = rolesOf(
      instances.flatMap((i) => (i.IamInstanceProfile?.Arn ? [profileName(i.IamInstanceProfile.Arn)] : [])),
    );
    const groups = near.map((other) => {
      const group = other.infrastructure.autoScalingGroup;
      const there = found.find((g) => g.AutoScalingGroupName === group);
      const roles = there && rolesOf(profiles.get(there) ?? []);
      return { environment: other.name, group, roles };
    });
    return { own, groups };
  },
});

async function profilesOf(
  aws: AwsPort,
  groups: readonly AutoScalingGroup[],
  described: readonly GroupInstance[],
): Promise<ReadonlyMap<AutoScalingGroup, readonly string[]>> {
  const membersOf = (g: AutoScalingGroup) =>
    distinct(demand(g.Instances, 'the instances of a group').map(({ InstanceId }) => InstanceId));
  const ids = distinct(groups.flatMap(membersOf));
  const instances = demandAll(described, ids, ({ InstanceId }) => InstanceId, 'instance of another environment');
  const ofNext = async (group: AutoScalingGroup) => {
    const versions = await launchVersionsOf(aws, group, []);
    return versions.map(({ data: { IamInstanceProfile: profile } }) => {
      const named = profile?.Name ?? profile?.Arn;
      if (profile && !named) throw new ProbeError('bad_response', 'EC2 named an instance profile without its name');
      return named;
    });
  };
  const entries = groups.map(async (group) => {
    const members = membersOf(group);
    const running = instances.filter((i) => members.includes(i.InstanceId ?? ''));
    const profiles = members.length > 0 ? running.map((i) => i.IamInstanceProfile?.Arn) : await ofNext(group);
    return [group, distinct(profiles).map((p) => (p.startsWith('arn:') ? profileName(p) : p))] as const;
  });
  return new Map(await Promise.all(entries));
}
