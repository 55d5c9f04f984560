import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/no-public-ip.ts';
import { judgeFacts } from '../../support/judge.ts';

const eni = { id: 'eni-1', instance: 'i-1', subnet: 'subnet-1', publicAddresses: [], ipv6: [] as string[] };
const template = (nic: object | undefined) => ({
  subject: 'lt-1 version 1',
  next: true,
  data: nic ? { NetworkInterfaces: [nic] } : {},
});
const subnet = { id: 'subnet-1', assignsPublicIpv4: false, assignsIpv6: false };
const natted = { subnet: 'subnet-1', routes: [{ destination: '0.0.0.0/0', ipv6: false, target: 'nat-1' }] };
const via = (target: string) => ({ subnet: 'subnet-1', routes: [{ destination: '::/0', ipv6: true, target }] });
const good = {
  instances: [{ InstanceId: 'i-1', State: { Name: 'running' } }],
  interfaces: [eni],
  elasticAddresses: [{ PublicIp: '203.0.113.1', NetworkInterfaceId: 'eni-other' }],
  launchVersions: [template({ DeviceIndex: 0, AssociatePublicIpAddress: false })],
  subnets: [subnet],
  routes: [natted],
  routeTables: { vpcs: [], tables: [] as object[] },
};
const global6 = { ...eni, ipv6: ['2a05:d018::1'] };

describe('infrastructure/no-public-ip', () => {
  it.each<[string, object, string]>([
    ['private addresses only', {}, 'pass'],
    ['no instance', { instances: [], interfaces: [] }, 'undetermined'],
    ['no instance, but an interface', { instances: [] }, 'undetermined'],
    ['no interface', { interfaces: [] }, 'undetermined'],
    ['an address on any interface', { interfaces: [eni, { ...eni, publicAddresses: ['203.0.113.9'] }] }, 'fail'],
    [
      'an Elastic IP by interface',
      { elasticAddresses: [{ PublicIp: '203.0.113.9', NetworkInterfaceId: 'eni-1' }] },
      'fail',
    ],
    [
      'an Elastic IP on one of two interfaces',
      {
        interfaces: [eni, { ...eni, id: 'eni-2', instance: 'i-2' }],
        elasticAddresses: [{ PublicIp: '203.0.113.9', NetworkInterfaceId: 'eni-1' }],
      },
      'fail',
    ],
    ['an Elastic IP by instance', { elasticAddresses: [{ PublicIp: '203.0.113.9', InstanceId: 'i-1' }] }, 'fail'],
    ['global IPv6 through an internet gateway', { interfaces: [global6], routes: [via('igw-1')] }, 'fail'],
    ['global IPv6 through an egress-only gateway', { interfaces: [global6], routes: [via('eigw-1')] }, 'pass'],
    ['global IPv6 behind a firewall, with no way in', { interfaces: [global6], routes: [via('vpce-1')] }, 'pass'],
    [
      'global IPv6 behind a firewall, and a way into the VPC',
      {
        interfaces: [global6],
        routes: [via('vpce-1')],
        routeTables: { vpcs: [], tables: [{ Routes: [{ DestinationIpv6CidrBlock: '::/0', GatewayId: 'igw-1' }] }] },
      },
      'undetermined',
    ],
    ['unique local IPv6', { interfaces: [{ ...eni, ipv6: ['fd00::1'] }], routes: [via('igw-1')] }, 'pass'],
    [
      'a delegated global IPv6 prefix',
      { interfaces: [{ ...eni, ipv6: ['2a05:d018::/80'] }], routes: [via('igw-1')] },
      'fail',
    ],
    ['the template asks for an address', { launchVersions: [template({ AssociatePublicIpAddress: true })] }, 'fail'],
    [
      'the template asks for a carrier address',
      { launchVersions: [template({ AssociateCarrierIpAddress: true })] },
      'fail',
    ],
    ['the template says nothing, nor do the subnets', { launchVersions: [template(undefined)] }, 'pass'],
    [
      'the template says nothing and a subnet assigns',
      { launchVersions: [template(undefined)], subnets: [{ ...subnet, assignsPublicIpv4: true }] },
      'fail',
    ],
    ['the template refuses what a subnet assigns', { subnets: [{ ...subnet, assignsPublicIpv4: true }] }, 'pass'],
    [
      'only a second device refuses',
      {
        launchVersions: [template({ DeviceIndex: 1, AssociatePublicIpAddress: false })],
        subnets: [{ ...subnet, assignsPublicIpv4: true }],
      },
      'fail',
    ],
    [
      'the template asks for IPv6 where it is routed',
      { launchVersions: [template({ AssociatePublicIpAddress: false, Ipv6AddressCount: 1 })], routes: [via('igw-1')] },
      'fail',
    ],
    [
      'the template asks for an IPv6 prefix where it is routed',
      { launchVersions: [template({ AssociatePublicIpAddress: false, Ipv6PrefixCount: 1 })], routes: [via('igw-1')] },
      'fail',
    ],
    [
      'one of two devices asks for IPv6 where it is routed',
      {
        launchVersions: [
          {
            ...template(undefined),
            data: { NetworkInterfaces: [{ AssociatePublicIpAddress: false }, { DeviceIndex: 1, Ipv6AddressCount: 1 }] },
          },
        ],
        routes: [via('igw-1')],
      },
      'fail',
    ],
    [
      'a subnet assigns IPv6 that is routed',
      { subnets: [{ ...subnet, assignsIpv6: true }], routes: [via('igw-1')] },
      'fail',
    ],
    [
      'an old version that an instance still uses',
      { launchVersions: [...good.launchVersions, { ...template({ AssociatePublicIpAddress: true }), next: false }] },
      'fail',
    ],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(check, { ...good, ...change }).outcome).toBe(outcome);
  });
});
