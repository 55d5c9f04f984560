import type { Subnet } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, demandAll, demandOwner, distinct } from './demand.ts';
import { type Group, group } from './group.ts';
import { interfaces } from './interfaces.ts';
import { launchVersions } from './launch-versions.ts';

export interface SubnetSettings {
  readonly id: string;
  readonly vpc: string;
  readonly zone: string;
  /** Whether a new interface gets a public IPv4 address where nothing else says so. */
  readonly assignsPublicIpv4: boolean;
  readonly assignsIpv6: boolean;
  /** IPv6 blocks that the subnet has or is getting. */
  readonly ipv6: readonly string[];
  /** Whether the group can launch an instance here. */
  readonly next: boolean;
}

/** Every subnet of the group, of its instances' interfaces, and of the interfaces that its launch templates name. */
export const subnets = awsProbe({
  id: 'aws/subnets',
  needs: { group, interfaces, launchVersions },
  async gather(aws, { group, interfaces, launchVersions }): Promise<readonly SubnetSettings[]> {
    const ofGroup = await subnetsOfGroup(aws, group);
    const ofTemplates = launchVersions
      .filter(({ next }) => next)
      .flatMap(({ data }) => (data.NetworkInterfaces ?? []).map(({ SubnetId }) => SubnetId));
    const next = distinct([...ofGroup, ...ofTemplates]);
    if (next.length === 0) throw new ProbeError('empty_subject', 'the group was described without its subnets');
    const ids = distinct([...next, ...interfaces.map(({ subnet }) => subnet)]);
    const { Subnets } = await aws.read('ec2:DescribeSubnets', { SubnetIds: ids });
    return demandAll(Subnets ?? [], ids, ({ SubnetId }) => SubnetId, 'subnet').map((subnet) =>
      normalise(subnet, aws.account, next),
    );
  },
});

/** A group that names zones and no subnets launches into the default subnets of those zones. */
async function subnetsOfGroup(aws: AwsPort, group: Group): Promise<string[]> {
  const named = distinct((group.VPCZoneIdentifier ?? '').split(',').map((id) => id.trim()));
  if (named.length > 0) return named;
  const zones = distinct(demand(group.AvailabilityZones, 'the zones of the group'));
  const { Subnets } = await aws.read('ec2:DescribeSubnets', {
    Filters: [
      { Name: 'default-for-az', Values: ['true'] },
      { Name: 'availability-zone', Values: zones },
    ],
  });
  return distinct((Subnets ?? []).map(({ SubnetId }) => SubnetId));
}

function normalise(subnet: Subnet, account: string, next: readonly string[]): SubnetSettings {
  const id = subnet.SubnetId as string;
  demandOwner(account, subnet.OwnerId, `the subnet ${id}`);
  return {
    id,
    vpc: demand(subnet.VpcId, `the VPC of ${id}`),
    zone: demand(subnet.AvailabilityZone, `the zone of ${id}`),
    assignsPublicIpv4: demand(subnet.MapPublicIpOnLaunch, `whether ${id} assigns public IPv4 addresses`),
    assignsIpv6: demand(subnet.AssignIpv6AddressOnCreation, `whether ${id} assigns IPv6 addresses`),
    ipv6: distinct(
      (subnet.Ipv6CidrBlockAssociationSet ?? [])
        .filter(({ Ipv6CidrBlockState }) => !/^(disassociated|failed)$/.test(Ipv6CidrBlockState?.State ?? ''))
        .map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    ),
    next: next.includes(id),
  };
}
