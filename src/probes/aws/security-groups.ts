import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { parseRange } from '../../judging/cidr.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, demandAll, demandOwner, distinct, isPort } from './demand.ts';
import { instances } from './instances.ts';
import { interfaces } from './interfaces.ts';
import { type LaunchVersion, launchVersions } from './launch-versions.ts';

/** Who is at the other end of a rule. */
export type Peer =
  | { readonly kind: 'range'; readonly id: string }
  | { readonly kind: 'prefix-list'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string };

export interface Rule {
  /** `tcp`, `udp`, `icmp`, … or `all`. */
  readonly protocol: string;
  /** First and last port; null where the protocol has none. All ports are 0 to 65535. */
  readonly ports: readonly [number, number] | null;
  readonly peer: Peer;
}

export interface RuleSet {
  readonly id: string;
  /** Interfaces that it is on, and launch template versions that put it on new ones. */
  readonly on: readonly string[];
  readonly inbound: readonly Rule[];
  readonly outbound: readonly Rule[];
}

/**
 * The security groups that EC2 describes the instances with, and those that the launch templates name by id: as a rule
 * all that there are on their interfaces, and known before these.
 */
export const expectedGroups = awsProbe({
  id: 'aws/expected-groups',
  needs: { instances, launchVersions },
  async gather(aws, { instances, launchVersions }): Promise<readonly SecurityGroup[]> {
    const ofInstances = instances.flatMap((i) => (i.NetworkInterfaces ?? []).flatMap(({ Groups }) => Groups ?? []));
    const ids = distinct([...ofInstances.map(({ GroupId }) => GroupId), ...idsOf(namedBy(launchVersions))]);
    return ids.length === 0 ? [] : groupsById(aws, ids);
  },
});

/** The rules of every security group on any interface of the group's instances, or on those that it will launch. */
export const securityGroups = awsProbe({
  id: 'aws/security-groups',
  needs: { expectedGroups, interfaces, launchVersions },
  async gather(aws, { expectedGroups, interfaces, launchVersions }): Promise<readonly RuleSet[]> {
    const bare = interfaces.filter((eni) => eni.securityGroups.length === 0);
    if (bare.length > 0) throw new ProbeError('bad_response', 'a network interface was described without its groups');
    const named = namedBy(launchVersions);
    const names = distinct(named.flatMap(({ groups }) => groups.filter((g) => !g.startsWith('sg-'))));
    const vpcs = distinct(interfaces.map(({ vpc }) => vpc));
    const byName =
      names.length === 0
        ? []
        : await aws
            .read('ec2:DescribeSecurityGroups', {
              Filters: [
                { Name: 'vpc-id', Values: vpcs },
                { Name: 'group-name', Values: names },
              ],
            })
            .then(({ SecurityGroups }) => demandAll(SecurityGroups ?? [], names, (g) => g.GroupName, 'security group'));
    const ids = distinct([...interfaces.flatMap((eni) => eni.securityGroups), ...idsOf(named)]);
    const known = ids.every((id) => expectedGroups.some(({ GroupId }) => GroupId === id))
      ? expectedGroups
      : await groupsById(aws, ids);
    const byId = demandAll(known, ids, ({ GroupId }) => GroupId, 'security group');
    return [...byId, ...byName.filter(({ GroupId }) => !ids.includes(GroupId ?? ''))].map((group) => {
      const id = demand(group.GroupId, 'the id of a security group');
      demandOwner(aws.account, group.OwnerId, `the security group ${id}`);
      return {
        id,
        on: [
          ...interfaces.filter((eni) => eni.securityGroups.includes(id)).map((eni) => eni.id),
          ...named
            .filter(({ groups }) => groups.includes(id) || groups.includes(group.GroupName ?? ''))
            .map(({ on }) => on),
        ],
        ...rulesOf(group),
      };
    });
  },
});

async function groupsById(aws: AwsPort, ids: readonly string[]): Promise<readonly SecurityGroup[]> {
  const { SecurityGroups } = await aws.read('ec2:DescribeSecurityGroups', { GroupIds: [...ids] });
  return SecurityGroups ?? [];
}

/** What the next instances get, and from which launch template version. */
function namedBy(launchVersions: readonly LaunchVersion[]): readonly { on: string; groups: readonly string[] }[] {
  return launchVersions.filter(({ next }) => next).map((v) => ({ on: v.subject, groups: groupsOf(v) }));
}

function idsOf(named: ReturnType<typeof namedBy>): readonly string[] {
  return named.flatMap(({ groups }) => groups.filter((group) => group.startsWith('sg-')));
}

/** Ids or names; EC2 puts the default group of the VPC on an interface for which none is named. */
function groupsOf({ data }: LaunchVersion): string[] {
  const ofInterfaces = (data.NetworkInterfaces ?? []).flatMap(({ Groups }) => Groups ?? []);
  const groups = distinct([...(data.SecurityGroupIds ?? []), ...(data.SecurityGroups ?? []), ...ofInterfaces]);
  return groups.length > 0 ? groups : ['default'];
}

/** What a security group lets in and out. */
export function rulesOf(group: SecurityGroup): Pick<RuleSet, 'inbound' | 'outbound'> {
  return {
    inbound: demand(group.IpPermissions, 'the inbound rules of a security group').flatMap(rules),
    outbound: demand(group.IpPermissionsEgress, 'the outbound rules of a security group').flatMap(rules),
  };
}

const numbers: Record<string, string> = { '-1': 'all', '1': 'icmp', '6': 'tcp', '17': 'udp', '58': 'icmpv6' };

function rules(permission: IpPermission): Rule[] {
  const given = demand(permission.IpProtocol, 'the protocol of a rule').toLowerCase();
  const protocol = numbers[given] ?? given;
  const peers: Peer[] = [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => rangePeer(CidrIp)),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => rangePeer(CidrIpv6)),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => peer('prefix-list', PrefixListId)),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => peer('group', GroupId)),
  ];
  if (peers.length === 0)
    throw new ProbeError('bad_response', 'a rule of a security group was answered without a peer');
  return peers.map((peer) => ({ protocol, ports: portsOf(protocol, permission), peer }));
}

function portsOf(protocol: string, { FromPort, ToPort }: IpPermission): Rule['ports'] {
  if (protocol === 'all') return [0, 65_535];
  if (protocol !== 'tcp' && protocol !== 'udp') {
    if (/^(icmp|icmpv6|\d{1,3})$/.test(protocol)) return null;
    throw new ProbeError('bad_response', 'a rule of a security group is for a protocol that is none');
  }
  if (FromPort === undefined || ToPort === undefined || FromPort === -1 || ToPort === -1) return [0, 65_535];
  if (![FromPort, ToPort].every(isPort) || FromPort > ToPort)
    throw new ProbeError('bad_response', 'a rule of a security group is for ports that are none');
  return [FromPort, ToPort];
}

function rangePeer(cidr: string | undefined): Peer {
  if (cidr && parseRange(cidr)) return { kind: 'range', id: cidr };
  throw new ProbeError('bad_response', 'a rule of a security group names something that is not a CIDR range');
}

function peer(kind: 'prefix-list' | 'group', id: string | undefined): Peer {
  return { kind, id: demand(id, 'the peer of a rule') };
}
