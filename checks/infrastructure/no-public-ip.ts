import { parseRange, publicPart } from '../../src/judging/cidr.ts';
import { internetRoutes } from '../../src/judging/internet-route.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { elasticAddresses } from '../../src/probes/aws/elastic-addresses.ts';
import { instances } from '../../src/probes/aws/instances.ts';
import { type Interface, interfaces } from '../../src/probes/aws/interfaces.ts';
import { launchVersions } from '../../src/probes/aws/launch-versions.ts';
import { routes, routeTables } from '../../src/probes/aws/routes.ts';
import { subnets } from '../../src/probes/aws/subnets.ts';

export default check({
  title: 'No instance has a public address',
  failureTitle: 'An instance has a public address, or the next one will get one',
  why: 'What the internet cannot address, nobody can scan or attack from there.',
  trap: 'The first address of the first interface is read; a second interface, an Elastic IP on a secondary address, IPv6 and what the launch template gives the next instance are not.',
  remediation:
    'Set AssociatePublicIpAddress to false in the launch template, turn off the assignment of public addresses in the subnets, release Elastic IP addresses, and replace the instances.',
  needs: { instances, interfaces, elasticAddresses, launchVersions, subnets, routes, routeTables },
  judge({ instances, interfaces, elasticAddresses, launchVersions, subnets, routes, routeTables }) {
    const openForIpv6 = routes.filter((r) => internetRoutes(r, 'ipv6').length > 0).map(({ subnet }) => subnet);
    const ofInstances = instances.map(({ InstanceId, PublicIpAddress, State }): Finding<'instances'> => {
      return {
        fact: 'instances',
        subject: InstanceId,
        expected: 'no public address',
        observed: PublicIpAddress ?? `none (${State?.Name})`,
        ok: !PublicIpAddress,
      };
    });
    const ofInterfaces = interfaces.map((one): Finding<'interfaces'> => {
      const { id, instance, subnet, publicAddresses } = one;
      const global = globalOf(one);
      const reachable = openForIpv6.includes(subnet) ? global : [];
      const found = [...publicAddresses, ...reachable];
      const without = global.length > 0 ? `none; IPv6 ${global.join(', ')} has no route from the internet` : 'none';
      return {
        fact: 'interfaces',
        subject: `${instance} ${id}`,
        expected: 'no public address',
        observed: found.join(', ') || without,
        ok: found.length === 0,
      };
    });
    const own = new Set(interfaces.flatMap(({ id, instance }) => [id, instance]));
    const ofElastic = elasticAddresses
      .filter(({ NetworkInterfaceId = '', InstanceId = '' }) => own.has(NetworkInterfaceId) || own.has(InstanceId))
      .map((a): Finding<'elasticAddresses'> => {
        const subject = `${a.InstanceId ?? a.NetworkInterfaceId}`;
        return { fact: 'elasticAddresses', subject, expected: 'no Elastic IP', observed: `${a.PublicIp}`, ok: false };
      });
    const ofTemplates = launchVersions.map(({ subject, data }): Finding<'launchVersions'> => {
      const given = data.NetworkInterfaces ?? [];
      const asks = given.some((i) => i.AssociatePublicIpAddress === true || i.AssociateCarrierIpAddress === true);
      const refuses = given.some((i) => (i.DeviceIndex ?? 0) === 0 && i.AssociatePublicIpAddress === false);
      const giving = subnets.filter((s) => s.assignsPublicIpv4).map(({ id }) => id);
      const asksIpv6 = given.some(
        (i) =>
          (i.Ipv6AddressCount ?? 0) + (i.Ipv6PrefixCount ?? 0) > 0 || i.Ipv6Addresses?.length || i.Ipv6Prefixes?.length,
      );
      const givingIpv6 = subnets.filter((s) => openForIpv6.includes(s.id) && (asksIpv6 || s.assignsIpv6));
      const ways = [
        ...(asks ? ['assigns a public address'] : []),
        ...(!asks && !refuses && giving.length > 0 ? [`leaves it to ${giving.join(', ')}, which assigns one`] : []),
        ...(givingIpv6.length > 0 ? [`gets reachable IPv6 in ${givingIpv6.map(({ id }) => id).join(', ')}`] : []),
      ];
      return {
        fact: 'launchVersions',
        subject,
        expected: 'assigns no public address',
        observed: ways.join('; ') || (refuses ? 'assigns none' : 'leaves it to the subnets, which assign none'),
        ok: ways.length === 0,
      };
    });
    if (interfaces.length === 0 || instances.length === 0) return judgeAll<'instances'>([]);
    const judgement = judgeAll([...ofElastic, ...ofInterfaces, ...ofInstances, ...ofTemplates]);
    // An endpoint of a firewall, or a machine, may hand on what an internet gateway of the VPC lets in to it.
    const behind = routes.filter((r) => r.routes.some(({ ipv6, target }) => ipv6 && /^(vpce|eni|i)-/.test(target)));
    const lettingIn = routeTables.tables.some((t) =>
      t.Routes?.some((r) => r.DestinationIpv6CidrBlock && r.GatewayId?.startsWith('igw-')),
    );
    const hidden = interfaces.filter((i) => globalOf(i).length > 0 && behind.some(({ subnet }) => subnet === i.subnet));
    if (judgement.outcome !== 'pass' || !lettingIn || hidden.length === 0) return judgement;
    const message = `whether the internet reaches the IPv6 address of ${hidden[0]?.id} through what its routes lead to is not known`;
    return undetermined('conflict', message, judgement.evidence);
  },
});

function globalOf({ ipv6 }: Interface): string[] {
  return ipv6.filter((a) => publicPart([parseRange(a)].flatMap((r) => r ?? [])).length > 0);
}
