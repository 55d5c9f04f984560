import { internetRoutes } from '../../src/judging/internet-route.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { routes } from '../../src/probes/aws/routes.ts';
import { subnets } from '../../src/probes/aws/subnets.ts';

export default check({
  title: 'Instances live in private subnets',
  failureTitle: 'A subnet of the instances is not private',
  why: 'In a subnet with a route to an internet gateway, one public address is enough to be on the internet.',
  trap: 'A subnet without a route table of its own counts as private, though it falls back to a public main table; IPv6 routes are not read.',
  remediation:
    'Give the subnets of the group a route table whose default route leads to a NAT gateway, and turn off auto-assignment of public IPv4 and of IPv6 addresses in them.',
  needs: { subnets, routes },
  judge({ subnets, routes }) {
    const ofRoutes = routes.map((effective): Finding<'routes'> => {
      const direct = internetRoutes(effective);
      return {
        fact: 'routes',
        subject: `${effective.subnet} by ${effective.table} (${effective.by})`,
        expected: 'no route to an internet gateway',
        observed:
          direct.map((r) => `${r.destination} to ${r.target}`).join(', ') || `none in ${effective.routes.length}`,
        ok: direct.length === 0,
      };
    });
    const ofSubnets = subnets.map(({ id, assignsPublicIpv4, assignsIpv6 }): Finding<'subnets'> => {
      const assigned = [...(assignsPublicIpv4 ? ['public IPv4'] : []), ...(assignsIpv6 ? ['IPv6'] : [])];
      return {
        fact: 'subnets',
        subject: id,
        expected: 'assigns no public IPv4 or IPv6 address by itself',
        observed: assigned.length > 0 ? `assigns ${assigned.join(' and ')}` : 'assigns none',
        ok: assigned.length === 0,
      };
    });
    const all = subnets.length > 0 && subnets.every(({ id }) => routes.some(({ subnet }) => subnet === id));
    return judgeAll(all ? [...ofRoutes, ...ofSubnets] : []);
  },
});
