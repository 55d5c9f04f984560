import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { LoadBalancer, TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, demandAll, demandPlace, distinct, isPort } from './demand.ts';
import { edgeServices, reachedFromEdge } from './edge-services.ts';
import { group } from './group.ts';
import { interfaces, vpcInterfaces } from './interfaces.ts';
import { ownTargetGroups } from './target-groups.ts';

export interface Balancer {
  readonly arn: string;
  readonly type: string;
  /** Internet-facing itself, a target of a load balancer that is, or reached by a service that is. */
  readonly isPublic: boolean;
  readonly securityGroups: readonly string[];
  /** Its addresses in the VPC, where it is known by its network interfaces only. */
  readonly addresses: readonly string[];
}

/** A target group that leads to instances of the group, with the load balancers in front of it. */
export interface Front {
  readonly targetGroup: TargetGroup & { readonly TargetGroupArn: string };
  /** Whether the Auto Scaling Group itself registers its instances here. */
  readonly ofGroup: boolean;
  readonly targets: readonly TargetHealthDescription[];
  readonly balancers: readonly Balancer[];
}

export interface LoadBalancers {
  /** Every load balancer of the region, every Classic one of the VPC, and what else brings the internet into it. */
  readonly all: readonly Balancer[];
  readonly fronts: readonly Front[];
  /** Ways to the instances that are known by name only: Classic Load Balancers, VPC Lattice, PrivateLink. */
  readonly unread: readonly string[];
}

/** Every load balancer but the Classic ones, and every target group, of the region. They depend on nothing, and come first. */
export const balancerLists = awsProbe({
  id: 'aws/balancer-lists',
  needs: {},
  async gather(aws) {
    const [{ LoadBalancers = [] }, { TargetGroups = [] }] = await Promise.all([
      aws.read('elbv2:DescribeLoadBalancers', {}),
      aws.read('elbv2:DescribeTargetGroups', {}),
    ]);
    return { described: LoadBalancers, targetGroups: TargetGroups };
  },
});

/**
 * What stands in front of the group: its own target groups, and every target group of a public load balancer that has
 * one of its instances or addresses as a target, through a chain of load balancers too.
 */
export const loadBalancers = awsProbe({
  id: 'aws/load-balancers',
  needs: { balancerLists, group, interfaces, vpcInterfaces },
  async gather(aws, { balancerLists, group, interfaces, vpcInterfaces }): Promise<LoadBalancers> {
    const { described, targetGroups } = balancerLists;
    const classic = classicBalancers(vpcInterfaces);
    const groups = targetGroups.map((t) => ({
      ...t,
      TargetGroupArn: demand(t.TargetGroupArn, 'the ARN of a target group'),
      LoadBalancerArns: demand(t.LoadBalancerArns, 'the load balancers of a target group'),
    }));
    for (const { TargetGroupArn } of groups) demandPlace(aws, TargetGroupArn, 'a target group');
    demandEach(described, vpcInterfaces, aws.account);
    const sources = group.TrafficSources ?? [];
    const own = ownTargetGroups(group);
    demandAll(groups, own, ({ TargetGroupArn }) => TargetGroupArn, 'target group of the Auto Scaling Group');

    const targetsOf = targetsOnce(aws);
    const reach = reachOf(groups, addressesOf(described, vpcInterfaces), targetsOf);
    const open = await reach(
      described.flatMap((b) => (schemeOf(b) === 'internet-facing' ? (b.LoadBalancerArn ?? []) : [])),
    );
    const shared = await privateLinks(aws, described);
    const linked = await reach([...shared.keys()]);
    const edges = edgeServices(vpcInterfaces);
    const known = described.map((balancer) => normalise(balancer, open, aws));
    const ofOwn = groups.filter((t) => own.includes(t.TargetGroupArn)).flatMap((t) => t.LoadBalancerArns);
    const internal = known.filter((b) => !b.isPublic && ofOwn.includes(b.arn));
    const reached = await reachedFromEdge(aws, edges, internal);
    const all = [...known.map((b) => ({ ...b, isPublic: b.isPublic || reached.has(b.arn) })), ...classic, ...edges];
    const ours = new Set([
      ...interfaces.map(({ instance }) => instance),
      ...interfaces.flatMap((eni) => [...eni.privateAddresses, ...eni.ipv6]),
    ]);
    const vpcs = distinct(interfaces.map(({ vpc }) => vpc));
    const candidates = groups.filter(
      (t) =>
        own.includes(t.TargetGroupArn) ||
        (mayHold(t, vpcs) && t.LoadBalancerArns.some((a) => open.has(a) || linked.has(a))),
    );
    const read = await Promise.all(
      candidates.map(async (targetGroup): Promise<Front> => {
        const targets = await targetsOf(targetGroup.TargetGroupArn);
        const balancers = demandAll(all, targetGroup.LoadBalancerArns, ({ arn }) => arn, 'load balancer');
        return { targetGroup, ofGroup: own.includes(targetGroup.TargetGroupArn), targets, balancers };
      }),
    );
    const fronts = read.filter((f) => f.ofGroup || f.targets.some(({ Target }) => ours.has(Target?.Id ?? '')));
    const ahead = fronts
      .flatMap(({ balancers }) => balancers)
      .some(({ arn, isPublic }) => !isPublic && linked.has(arn));
    return {
      all,
      fronts,
      unread: distinct([
        ...(ahead ? [...shared].map(([arn, service]) => `the PrivateLink service ${service} of ${arn}`) : []),
        ...(group.LoadBalancerNames ?? []).map((name) => `Classic Load Balancer ${name}`),
        ...sources.filter(({ Type }) => Type !== 'elbv2').map(({ Type, Identifier }) => `${Type} ${Identifier}`),
      ]),
    };
  },
});

/** A target group takes instances of its own VPC only; addresses may be of any VPC that it is connected with. */
function mayHold({ TargetType, VpcId }: TargetGroup, vpcs: readonly string[]): boolean {
  if (TargetType === 'alb' || TargetType === 'lambda') return false;
  return TargetType !== 'instance' || VpcId === undefined || vpcs.includes(VpcId);
}

type Place = Pick<AwsPort, 'account' | 'region'>;
type Targets = (arn: string) => Promise<readonly TargetHealthDescription[]>;

/**
 * What can be reached from some load balancers: ARNs of these, and of those that they forward to by name or address,
 * through as many as there are.
 */
function reachOf(
  groups: readonly { TargetGroupArn: string; TargetType?: string | undefined; LoadBalancerArns: readonly string[] }[],
  byAddress: ReadonlyMap<string, string>,
  targetsOf: Targets,
): (start: readonly string[]) => Promise<ReadonlySet<string>> {
  const onward = groups.filter(({ TargetType = '' }) => !/^(instance|lambda)$/.test(TargetType));
  return async (start) => {
    const reached = new Set(start);
    // What is added on the way is visited too.
    for (const arn of reached) {
      const next = onward.filter(({ LoadBalancerArns }) => LoadBalancerArns.includes(arn));
      const targets = await Promise.all(next.map(({ TargetGroupArn }) => targetsOf(TargetGroupArn)));
      for (const { Target } of targets.flat()) {
        const id = Target?.Id ?? '';
        const found = id.startsWith('arn:') ? id : byAddress.get(id);
        if (found) reached.add(found);
      }
    }
    return reached;
  };
}

/** The load balancer at each private address of the VPC; its interfaces are described as `ELB app/NAME/ID`. */
function addressesOf(
  balancers: readonly LoadBalancer[],
  vpcInterfaces: readonly NetworkInterface[],
): ReadonlyMap<string, string> {
  const at = vpcInterfaces.flatMap(({ Description = '', PrivateIpAddress, PrivateIpAddresses = [] }) => {
    const [, name] = /^ELB (\w+\/.+)$/.exec(Description) ?? [];
    const arn = name && balancers.find((b) => b.LoadBalancerArn?.endsWith(`:loadbalancer/${name}`))?.LoadBalancerArn;
    if (!arn) return [];
    return distinct([PrivateIpAddress, ...PrivateIpAddresses.map((a) => a.PrivateIpAddress)]).map(
      (address) => [address, arn] as const,
    );
  });
  return new Map(at);
}

/**
 * Internal load balancers that others reach over PrivateLink, with the endpoint service of each. A VPC link of a REST API
 * is such a service; who is at the other end cannot be read in this account alone.
 */
async function privateLinks(aws: AwsPort, balancers: readonly LoadBalancer[]): Promise<ReadonlyMap<string, string>> {
  const network = balancers.filter((b) => b.Type === 'network' && schemeOf(b) === 'internal');
  if (network.length === 0) return new Map();
  const { ServiceConfigurations } = await aws.read('ec2:DescribeVpcEndpointServiceConfigurations', {});
  const shared = (ServiceConfigurations ?? []).flatMap(({ ServiceId, NetworkLoadBalancerArns = [] }) =>
    NetworkLoadBalancerArns.map((arn) => [arn, demand(ServiceId, 'the id of an endpoint service')] as const),
  );
  return new Map(shared);
}

/**
 * Classic Load Balancers, by the interfaces that they have in the VPC: Elastic Load Balancing describes those as
 * `ELB NAME`, and those of newer kinds as `ELB app/NAME/ID`. What is registered with them cannot be read here.
 */
function classicBalancers(vpcInterfaces: readonly NetworkInterface[]): readonly Balancer[] {
  const named = vpcInterfaces.flatMap((eni) => {
    const [, name] = /^ELB ([^/]+)$/.exec(eni.Description ?? '') ?? [];
    return name ? [{ name, eni }] : [];
  });
  const addresses = ({ PrivateIpAddresses = [] }: NetworkInterface) =>
    PrivateIpAddresses.map((a) => a.PrivateIpAddress);
  return distinct(named.map(({ name }) => name)).map((name) => {
    const own = named.filter((n) => n.name === name).map(({ eni }) => eni);
    return {
      arn: `Classic Load Balancer ${name}`,
      type: 'classic',
      isPublic: own.some((eni) => eni.Association?.PublicIp || (eni.Ipv6Addresses ?? []).length > 0),
      securityGroups: distinct(own.flatMap((eni) => (eni.Groups ?? []).map(({ GroupId }) => GroupId))),
      addresses: distinct(own.flatMap((eni) => [eni.PrivateIpAddress, ...addresses(eni)])),
    };
  });
}

/** The targets of a target group, asked for once. */
function targetsOnce(aws: AwsPort): Targets {
  const asked = new Map<string, ReturnType<Targets>>();
  return (arn) => {
    const targets =
      asked.get(arn) ??
      aws
        .read('elbv2:DescribeTargetHealth', { TargetGroupArn: arn })
        .then(({ TargetHealthDescriptions: targets }) => demandTargets(targets ?? []));
    asked.set(arn, targets);
    return targets;
  };
}

/** An instance, an address, or the ARN of what else a target group leads to. */
const targetForm = /^(i-[0-9a-f]{8,17}|[0-9a-f.:]{3,45}|arn:[!-~]+)$/;

function demandTargets(targets: readonly TargetHealthDescription[]): readonly TargetHealthDescription[] {
  const isTarget = ({ Target }: TargetHealthDescription) =>
    targetForm.test(Target?.Id ?? '') && (Target?.Port === undefined || isPort(Target.Port));
  if (targets.every(isTarget)) return targets;
  throw new ProbeError('bad_response', 'a target group was described with a target that is none');
}

/** Every load balancer but a Classic one has an interface that names it, so that a list which lacks it is seen to. */
function demandEach(
  described: readonly LoadBalancer[],
  vpcInterfaces: readonly NetworkInterface[],
  account: string,
): void {
  for (const { Description = '', OwnerId = account } of vpcInterfaces) {
    const [, name] = /^ELB ((?:app|net|gwy)\/.+)$/.exec(Description) ?? [];
    if (!name || OwnerId !== account) continue;
    if (!described.some((b) => b.LoadBalancerArn?.endsWith(`:loadbalancer/${name}`)))
      throw new ProbeError('truncated', 'the VPC has an interface of a load balancer that is not listed');
  }
}

/** A gateway load balancer has no scheme: it inspects traffic of the VPC and listens to nobody. */
function schemeOf({ Scheme, Type }: LoadBalancer): string {
  if (Type === 'gateway') return 'internal';
  if (Scheme === 'internal' || Scheme === 'internet-facing') return Scheme;
  throw new ProbeError('bad_response', 'a load balancer was described without its scheme');
}

function normalise(balancer: LoadBalancer, open: ReadonlySet<string>, place: Place): Balancer {
  const arn = demand(balancer.LoadBalancerArn, 'the ARN of a load balancer');
  demandPlace(place, arn, 'a load balancer');
  return {
    arn,
    type: demand(balancer.Type, 'the type of a load balancer'),
    isPublic: open.has(arn),
    securityGroups: distinct(balancer.SecurityGroups ?? []),
    addresses: [],
  };
}
