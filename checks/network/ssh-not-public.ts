import { parseRange, publicPart } from '../../src/judging/cidr.ts';
import { internetRoutes } from '../../src/judging/internet-route.ts';
import { reachOf } from '../../src/judging/listen-address.ts';
import { describeRule, rangesOf } from '../../src/judging/peers.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { some } from '../../src/model/text.ts';
import { interfaces } from '../../src/probes/aws/interfaces.ts';
import { loadBalancers } from '../../src/probes/aws/load-balancers.ts';
import { prefixLists } from '../../src/probes/aws/prefix-lists.ts';
import { routes } from '../../src/probes/aws/routes.ts';
import { type Rule, securityGroups } from '../../src/probes/aws/security-groups.ts';
import { listeners } from '../../src/probes/host/listeners.ts';

export default check({
  title: 'SSH cannot be reached from the internet',
  failureTitle: 'SSH can be reached from the internet',
  why: 'A public sshd is found within minutes, and every key and every flaw of it is tried.',
  trap: 'Rules are searched for port 22; a second sshd has another port, and a public load balancer may forward to it.',
  remediation:
    'Delete the inbound rules for SSH and the listeners of public load balancers that forward to it. Administer through Tailscale or Session Manager.',
  needs: { interfaces, routes, securityGroups, prefixLists, loadBalancers, listeners },
  judge({ interfaces, routes, securityGroups, prefixLists, loadBalancers, listeners }, { environment }) {
    const seen = listeners instanceof ProbeError ? [] : listeners.listeners;
    const reachable = seen.filter(({ address }) => reachOf(address) !== 'loopback');
    const ofSsh = reachable.filter(({ holder }) => holder === 'ssh').map(({ port }) => port);
    const ports = [...new Set([22, environment.ssh.port, ...ofSsh])];
    const isOpen = ({ peer }: Rule) => publicPart(rangesOf(peer, prefixLists)).length > 0;
    const openGroups = loadBalancers.all.filter((b) => b.isPublic).flatMap((b) => b.securityGroups);
    const open = securityGroups.flatMap(({ id, inbound }) =>
      inbound
        .filter((rule) => isOpen(rule) || (rule.peer.kind === 'group' && openGroups.includes(rule.peer.id)))
        .map((rule) => ({ id, rule })),
    );
    const toSsh = ({ rule }: { rule: Rule }) =>
      ports.some((p) => rule.ports && rule.ports[0] <= p && p <= rule.ports[1]);
    const ofGroups = securityGroups.map(({ id, on, inbound }): Finding<'securityGroups'> => {
      const wrong = open.filter((o) => o.id === id && toSsh(o)).map(({ rule }) => describeRule(rule));
      return {
        fact: 'securityGroups',
        subject: `${id} on ${some(on)}`,
        expected: `nothing public may reach port ${ports.join(' or ')}`,
        observed: wrong.join(', ') || `${inbound.length} inbound rules, none that leads there`,
        ok: wrong.length === 0,
      };
    });
    const fronts = loadBalancers.fronts.filter(({ balancers }) => balancers.some(({ isPublic }) => isPublic));
    const ofBalancers = fronts.map(({ targetGroup, targets }): Finding<'loadBalancers'> => {
      const hit = [targetGroup.Port, ...targets.map(({ Target }) => Target?.Port)].filter((p) =>
        ports.includes(p ?? -1),
      );
      return {
        fact: 'loadBalancers',
        subject: targetGroup.TargetGroupArn,
        expected: 'a public load balancer does not forward to SSH',
        observed: hit.length > 0 ? `forwards to port ${hit[0]}` : 'forwards elsewhere',
        ok: hit.length === 0,
      };
    });
    const direct = new Set(routes.filter((r) => internetRoutes(r).length > 0).map(({ subnet }) => subnet));
    const alike = new Map<string, (typeof interfaces)[number][]>();
    for (const one of interfaces) {
      const { subnet, publicAddresses, ipv6 } = one;
      const addresses = [
        ...publicAddresses,
        ...ipv6.filter((a) => publicPart([parseRange(a)].flatMap((r) => r ?? [])).length > 0),
      ];
      const observed = `${addresses.join(', ') || 'no public address'}, ${direct.has(subnet) ? 'a' : 'no'} route to an internet gateway`;
      const ones = alike.get(observed);
      if (ones) ones.push(one);
      else alike.set(observed, [one]);
    }
    const ofInterfaces = [...alike].map(([observed, ones]): Finding<'interfaces'> => {
      const subject = some(ones, 5, ({ instance, id }) => `${instance} ${id}`);
      return { fact: 'interfaces', subject, expected: 'no public path to SSH', observed, ok: true };
    });
    if (interfaces.length === 0 || securityGroups.length === 0) return judgeAll<'interfaces'>([]);
    const judgement = judgeAll([...ofGroups, ...ofBalancers, ...ofInterfaces]);
    if (judgement.outcome !== 'pass') return judgement;
    const [unread] = loadBalancers.unread;
    if (unread) return undetermined('bad_response', `whether ${unread} leads to SSH cannot be read here`);
    // An open rule or listener may lead to an sshd on a port that only the host knows.
    if (open.length === 0 && fronts.length === 0) return judgement;
    if (listeners instanceof ProbeError) {
      const message = `something public is let in on other ports, and where sshd listens could not be seen: ${listeners.message}`;
      return undetermined(listeners.reason, message);
    }
    if (!seen.some(({ holder }) => holder === 'ssh')) {
      const message =
        'something public is let in on other ports, and no process of SSH was found that this run came in by';
      return undetermined('no_control', message);
    }
    const letIn = (port: number) =>
      fronts.length > 0 || open.some(({ rule }) => rule.ports && rule.ports[0] <= port && port <= rule.ports[1]);
    const handed = reachable.find(({ holder, port }) => holder === 'init' && letIn(port));
    if (handed || listeners.unowned > 0) {
      const message = 'something public is let in on other ports, and not of each is it known what answers there';
      return undetermined('conflict', message);
    }
    const observed = `SSH listens on ${ports.join(', ')} of ${seen.length} listening sockets`;
    const subject = 'listening sockets of the host';
    const listening = {
      fact: 'listeners',
      subject,
      expected: 'no SSH on a port that is let in',
      observed,
      ok: true,
    } as const;
    return judgeAll([...ofGroups, ...ofBalancers, ...ofInterfaces, listening]);
  },
});
