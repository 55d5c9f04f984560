import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demand, demandOwner, distinct } from './demand.ts';
import { instances } from './instances.ts';

/** A network interface of an instance of the group. */
export interface Interface {
  readonly id: string;
  readonly instance: string;
  readonly subnet: string;
  readonly vpc: string;
  readonly securityGroups: readonly string[];
  /** Private IPv4 addresses, secondary ones included. */
  readonly privateAddresses: readonly string[];
  /** Public IPv4 and carrier addresses that are associated with any of its addresses. */
  readonly publicAddresses: readonly string[];
  /** IPv6 addresses and delegated prefixes. */
  readonly ipv6: readonly string[];
}

/**
 * Every network interface in the VPCs of the group's instances: theirs, and those that load balancers and other services
 * have there.
 */
export const vpcInterfaces = awsProbe({
  id: 'aws/vpc-interfaces',
  needs: { instances },
  async gather(aws, { instances }): Promise<readonly NetworkInterface[]> {
    if (instances.length === 0)
      throw new ProbeError('empty_subject', 'the group has no instance that is not terminated');
    const vpcs = instances.flatMap((i) => [i.VpcId, ...(i.NetworkInterfaces ?? []).map(({ VpcId }) => VpcId)]);
    const { NetworkInterfaces } = await aws.read('ec2:DescribeNetworkInterfaces', {
      Filters: [{ Name: 'vpc-id', Values: distinct(vpcs) }],
    });
    const found = NetworkInterfaces ?? [];
    if (found.every(({ NetworkInterfaceId }) => /^eni-[0-9a-f]{8,17}$/.test(NetworkInterfaceId ?? ''))) return found;
    throw new ProbeError('bad_response', 'EC2 described a network interface without its id');
  },
});

/**
 * Every network interface of every instance of the group, whatever the state of the instance. What EC2 says about the
 * instance must be there again: an interface that only one of the two answers has makes the set `truncated`.
 */
export const interfaces = awsProbe({
  id: 'aws/interfaces',
  needs: { instances, vpcInterfaces },
  async gather(aws, { instances, vpcInterfaces }): Promise<readonly Interface[]> {
    const ids = new Set(instances.map(({ InstanceId }) => InstanceId));
    const found = vpcInterfaces
      .filter((eni) => ids.has(eni.Attachment?.InstanceId ?? ''))
      .map((eni) => normalise(eni, aws.account));
    const places = new Set(found.map(({ id, instance }) => `${instance} ${id}`));
    const seen = new Set(found.map(({ instance }) => instance));
    for (const instance of instances) {
      if (instance.State?.Name === 'shutting-down') continue;
      const known = demand(instance.NetworkInterfaces, 'the network interfaces of an instance');
      const missing = known.some(({ NetworkInterfaceId: id }) => !places.has(`${instance.InstanceId} ${id}`));
      if (missing || !seen.has(instance.InstanceId)) {
        throw new ProbeError('truncated', 'EC2 did not describe every network interface of the instances');
      }
    }
    return found;
  },
});

function normalise(eni: NetworkInterface, account: string): Interface {
  const id = demand(eni.NetworkInterfaceId, 'the id of a network interface');
  demandOwner(account, eni.OwnerId, `the network interface ${id}`);
  const addresses = demand(eni.PrivateIpAddresses, `the addresses of ${id}`);
  const associations = [eni.Association, ...addresses.map(({ Association }) => Association)];
  return {
    id,
    instance: demand(eni.Attachment?.InstanceId, `the instance of ${id}`),
    subnet: demand(eni.SubnetId, `the subnet of ${id}`),
    vpc: demand(eni.VpcId, `the VPC of ${id}`),
    securityGroups: distinct(demand(eni.Groups, `the security groups of ${id}`).map(({ GroupId }) => GroupId)),
    privateAddresses: distinct([eni.PrivateIpAddress, ...addresses.map(({ PrivateIpAddress }) => PrivateIpAddress)]),
    // An association without an address is none: some services answer with an empty element.
    publicAddresses: distinct(associations.flatMap((a) => [a?.PublicIp, a?.CarrierIp])),
    ipv6: distinct([
      eni.Ipv6Address,
      ...(eni.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
      ...(eni.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
    ]),
  };
}
