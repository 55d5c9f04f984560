import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { overlaps, parseRange, publicPart } from '../../judging/cidr.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demandAll, distinct } from './demand.ts';
import type { Balancer } from './load-balancers.ts';
import { rulesOf } from './security-groups.ts';

/**
 * Services that bring the internet into a VPC without a load balancer of its own, by the interfaces that they have
 * there: CloudFront VPC origins, API Gateway VPC links, Global Accelerator.
 */
export function edgeServices(vpcInterfaces: readonly NetworkInterface[]): readonly Balancer[] {
  return vpcInterfaces.flatMap((eni) => {
    const service = serviceOf(eni);
    if (!service) return [];
    const addresses = (eni.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress);
    return [
      {
        arn: `${service} ${eni.NetworkInterfaceId}`,
        type: 'edge',
        isPublic: true,
        securityGroups: distinct((eni.Groups ?? []).map(({ GroupId }) => GroupId)),
        addresses: distinct([eni.PrivateIpAddress, ...addresses]),
      },
    ];
  });
}

function serviceOf({ InterfaceType, Description = '', Groups = [], RequesterManaged }: NetworkInterface) {
  if (InterfaceType === 'api_gateway_managed') return 'API Gateway VPC link';
  if (InterfaceType === 'global_accelerator_managed') return 'Global Accelerator';
  const named = Groups.some(({ GroupName }) => GroupName?.startsWith('CloudFront-VPCOrigins-Service-SG'));
  return named || (RequesterManaged && /cloudfront/i.test(Description)) ? 'CloudFront VPC origin' : undefined;
}

/**
 * Which of some internal load balancers those services reach: their security groups let one of them in, or addresses of
 * the internet. A load balancer without groups lets everyone in that is in the VPC.
 */
export async function reachedFromEdge(
  aws: AwsPort,
  edges: readonly Balancer[],
  internal: readonly Balancer[],
): Promise<ReadonlySet<string>> {
  if (edges.length === 0 || internal.length === 0) return new Set();
  const ids = distinct(internal.flatMap(({ securityGroups }) => securityGroups));
  const { SecurityGroups } =
    ids.length > 0 ? await aws.read('ec2:DescribeSecurityGroups', { GroupIds: ids }) : { SecurityGroups: [] };
  const groups = demandAll(SecurityGroups ?? [], ids, ({ GroupId }) => GroupId, 'security group of a load balancer');
  const edgeGroups = edges.flatMap(({ securityGroups }) => securityGroups);
  const addresses = edges.flatMap((edge) => edge.addresses.flatMap((address) => parseRange(address) ?? []));
  const open = groups.filter((group) =>
    rulesOf(group).inbound.some(({ peer }) => {
      if (peer.kind === 'group') return edgeGroups.includes(peer.id);
      const range = parseRange(peer.id);
      // What a prefix list holds is not asked for here, so it may be them.
      return !range || overlaps([range], addresses) || publicPart([range]).length > 0;
    }),
  );
  const openIds = open.map(({ GroupId }) => GroupId ?? '');
  const isReached = ({ securityGroups }: Balancer) =>
    securityGroups.length === 0 || securityGroups.some((id) => openIds.includes(id));
  return new Set(internal.filter(isReached).map(({ arn }) => arn));
}
