import { describe, expect, it } from 'vitest';
import { edgeServices, reachedFromEdge } from '../../../src/probes/aws/edge-services.ts';
import { type Interface, interfaces } from '../../../src/probes/aws/interfaces.ts';

const account = '123456789012';
const eni = (more: object = {}) => ({
  NetworkInterfaceId: 'eni-1',
  OwnerId: account,
  SubnetId: 'subnet-1',
  VpcId: 'vpc-1',
  Groups: [{ GroupId: 'sg-1' }],
  PrivateIpAddress: '10.0.0.1',
  PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }],
  Attachment: { InstanceId: 'i-1' },
  ...more,
});
const one = async (more: object): Promise<Interface> => {
  const instances = [{ InstanceId: 'i-1', NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1' }] }];
  const facts = { instances, vpcInterfaces: [eni(more)] };
  const [found] = await interfaces.gather({ account } as never, facts as never, {} as never);
  return found as Interface;
};

describe('a network interface', () => {
  it.each<[string, object, keyof Interface, string[]]>([
    ['a public address', { Association: { PublicIp: '192.0.2.1' } }, 'publicAddresses', ['192.0.2.1']],
    ['a carrier address', { Association: { CarrierIp: '192.0.2.2' } }, 'publicAddresses', ['192.0.2.2']],
    [
      'a public address on a secondary one',
      { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.2', Association: { PublicIp: '192.0.2.3' } }] },
      'publicAddresses',
      ['192.0.2.3'],
    ],
    ['an association without an address', { Association: {} }, 'publicAddresses', []],
    [
      'secondary private addresses',
      { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.1' }, { PrivateIpAddress: '10.0.0.2' }] },
      'privateAddresses',
      ['10.0.0.1', '10.0.0.2'],
    ],
    ['an IPv6 address', { Ipv6Addresses: [{ Ipv6Address: '2001:db8::1' }] }, 'ipv6', ['2001:db8::1']],
    ['a delegated IPv6 prefix', { Ipv6Prefixes: [{ Ipv6Prefix: '2001:db8::/80' }] }, 'ipv6', ['2001:db8::/80']],
  ])('%s', async (_, more, member, expected) => {
    expect((await one(more))[member]).toEqual(expected);
  });
});

describe('services that bring the internet into a VPC', () => {
  const named = (more: object) =>
    edgeServices([eni({ ...more, Attachment: {} })] as never).map(({ arn }) => arn.replace(/ eni-1$/, ''));

  it.each<[string, object, string[]]>([
    ['a VPC link', { InterfaceType: 'api_gateway_managed' }, ['API Gateway VPC link']],
    ['an accelerator', { InterfaceType: 'global_accelerator_managed' }, ['Global Accelerator']],
    [
      'an origin, by its group',
      { Groups: [{ GroupId: 'sg-2', GroupName: 'CloudFront-VPCOrigins-Service-SG' }] },
      ['CloudFront VPC origin'],
    ],
    [
      'an origin, by its description',
      { RequesterManaged: true, Description: 'CloudFront managed' },
      ['CloudFront VPC origin'],
    ],
    ['an interface that somebody called so', { Description: 'cloudfront test' }, []],
    ['an interface of its own', { InterfaceType: 'interface' }, []],
  ])('%s', (_, more, expected) => expect(named(more)).toEqual(expected));

  const edge = { arn: 'edge', type: 'edge', isPublic: true, securityGroups: ['sg-edge'], addresses: ['10.0.0.9'] };
  const internal = (...securityGroups: string[]) => ({ ...edge, arn: 'lb', isPublic: false, securityGroups });
  const from = (permission: object) => ({
    GroupId: 'sg-lb',
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...permission }],
    IpPermissionsEgress: [],
  });

  it.each<[string, object, boolean]>([
    ['let in by their group', { UserIdGroupPairs: [{ GroupId: 'sg-edge' }] }, true],
    ['let in by another group', { UserIdGroupPairs: [{ GroupId: 'sg-other' }] }, false],
    ['let in by their address', { IpRanges: [{ CidrIp: '10.0.0.0/24' }] }, true],
    ['let in by addresses elsewhere', { IpRanges: [{ CidrIp: '10.1.0.0/24' }] }, false],
    ['let in as all of the internet', { IpRanges: [{ CidrIp: '192.0.2.0/24' }] }, true],
    ['let in perhaps, by a prefix list', { PrefixListIds: [{ PrefixListId: 'pl-1' }] }, true],
  ])('%s', async (_, permission, reached) => {
    const aws = { read: async () => ({ SecurityGroups: [from(permission)] }) };
    const found = await reachedFromEdge(aws as never, [edge], [internal('sg-lb')]);
    expect(found.has('lb')).toBe(reached);
  });

  it('reach a load balancer that has no group', async () => {
    const found = await reachedFromEdge({} as never, [edge], [internal()]);
    expect(found.has('lb')).toBe(true);
  });
});
