import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Instance } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { accountDetails, roleOfProfile } from './account-details.ts';
import { demand, demandAll, distinct } from './demand.ts';
import { namedGroups, readGroups } from './group.ts';
import { launchProfile, profileName } from './instance-roles.ts';
import { describedInstances, type GroupInstance, instances, readInstances } from './instances.ts';
import { type LaunchVersion, launchVersions, launchVersionsOf, usesOf } from './launch-versions.ts';
import { ownTargetGroups } from './target-groups.ts';

export interface Siblings {
  /** The roles of the group's own instances and of its next one, by name. */
  readonly own: readonly string[];
  readonly groups: readonly SiblingGroup[];
}

/** What runs for another environment of the file in the same account. */
export interface SiblingGroup {
  readonly environment: string;
  readonly group: string;
  /** Undefined: there is no group of that name. */
  readonly roles: readonly string[] | undefined;
  /** The target groups and launch templates that are those of the group itself, too. */
  readonly shared: readonly string[];
}

/**
 * The roles of the groups that the other environments name, where they share the account, in each one's own region:
 * those of their instances or, where a group has none now, those that its launch template gives to the next one.
 */
export const siblingGroups = awsProbe({
  id: 'aws/sibling-groups',
  needs: { instances, launchVersions, describedInstances, namedGroups, accountDetails },
  async gather(aws, facts, { environment, others }): Promise<Siblings> {
    const { instances, launchVersions, describedInstances, namedGroups, accountDetails } = facts;
    const rolesOf = (names: readonly string[]) => distinct(names.map((name) => roleOfProfile(accountDetails, name)));
    const next = launchVersions.filter((version) => version.next);
    const own = rolesOf([...instances.flatMap(profileOf), ...profilesNamedBy(next)]);
    const mine = partsOf(
      namedGroups.find((g) => g.AutoScalingGroupName === environment.infrastructure.autoScalingGroup),
    );
    const kin = others.filter((o) => o.aws.account === aws.account);
    const groups = distinct(kin.map((o) => o.aws.region)).map(async (region): Promise<SiblingGroup[]> => {
      const here = region === aws.region;
      const there = here ? aws : aws.inRegion(region);
      const named = kin
        .filter((o) => o.aws.region === region)
        .map((o) => [o.name, o.infrastructure.autoScalingGroup] as const);
      const names = named.map(([, group]) => group);
      const known = here ? namedGroups : await readGroups(there, names);
      const found = known.filter((g) => names.includes(g.AutoScalingGroupName ?? ''));
      const described = here
        ? describedInstances
        : await readInstances(
            there,
            found.flatMap((g) => g.Instances ?? []),
          );
      const profiles = await profilesOf(there, found, described);
      return named.map(([environment, group]) => {
        const its = found.find((g) => g.AutoScalingGroupName === group);
        const roles = its && rolesOf(profiles.get(its) ?? []);
        // Target groups and launch templates are of one region, whatever their names.
        const shared = here ? partsOf(its).filter((part) => mine.includes(part)) : [];
        return { environment, group, roles, shared };
      });
    });
    return { own, groups: (await Promise.all(groups)).flat() };
  },
});

function partsOf(group: AutoScalingGroup | undefined): readonly string[] {
  if (!group) return [];
  const templates = usesOf(group).map(({ template }) => template.LaunchTemplateId);
  return distinct([...ownTargetGroups(group), ...templates, group.LaunchConfigurationName]);
}

/** Of an instance, the name of its profile; none where it has none. */
function profileOf({ IamInstanceProfile: profile }: Instance): string[] {
  return profile?.Arn ? [profileName(profile.Arn)] : [];
}

function profilesNamedBy(versions: readonly LaunchVersion[]): string[] {
  return versions.flatMap(({ data: { IamInstanceProfile: profile } }) => (profile ? [launchProfile(profile)] : []));
}

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
    return profilesNamedBy(versions);
  };
  const entries = groups.map(async (group) => {
    const members = membersOf(group);
    const running = instances.filter((i) => members.includes(i.InstanceId ?? ''));
    return [group, distinct(members.length > 0 ? running.flatMap(profileOf) : await ofNext(group))] as const;
  });
  return new Map(await Promise.all(entries));
}
