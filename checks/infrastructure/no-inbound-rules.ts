import { formatRange, isCovered, parseRange, publicPart, type Range } from '../../src/judging/cidr.ts';
import { describeRule, rangesNamed, rangesOf } from '../../src/judging/peers.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { prefixLists } from '../../src/probes/aws/prefix-lists.ts';
import { routes } from '../../src/probes/aws/routes.ts';
import { type Rule, securityGroups } from '../../src/probes/aws/security-groups.ts';

export default check({
  title: 'No inbound rule but the approved ones',
  failureTitle: 'A security group lets in what nobody approved',
  why: 'The gateway is administered through Tailscale or Session Manager, and neither needs an inbound rule.',
  trap: 'Rules are searched for 0.0.0.0/0; two halves of the internet, ::/0, a prefix list or the group of a public load balancer open the same door.',
  remediation:
    'Delete the inbound rules. What a health-checking load balancer needs goes into infrastructure.approvedInbound with its source group, or a range inside the VPC, its port and the reason.',
  needs: { securityGroups, prefixLists, routes },
  judge({ securityGroups, prefixLists, routes }, { environment }) {
    const { approvedInbound } = environment.infrastructure;
    // A local route is one block of the VPC. A wider range may be private and still hold other networks.
    const vpc = routes.flatMap(({ routes }) =>
      routes.filter(({ target }) => target === 'local').flatMap(({ destination }) => parseRange(destination) ?? []),
    );
    const isApproved = ({ protocol, ports, peer }: Rule): boolean => {
      if (protocol !== 'tcp' || !ports) return false;
      const entriesAt = (port: number) => approvedInbound.filter((entry) => entry.port === port);
      const [first, last] = ports;
      if (last - first >= approvedInbound.length) return false;
      return Array.from({ length: last - first + 1 }, (_, i) => entriesAt(first + i)).every((entries) => {
        if (peer.kind === 'group') return entries.some(({ from }) => from === peer.id);
        const approved: readonly Range[] = rangesNamed(
          entries.map(({ from }) => from),
          prefixLists,
        );
        const wanted = rangesOf(peer, prefixLists);
        return entries.length > 0 && isCovered(wanted, approved) && isCovered(wanted, vpc);
      });
    };
    const why = (rule: Rule): string => {
      const [open] = publicPart(rangesOf(rule.peer, prefixLists));
      return open ? `${describeRule(rule)} (public: ${formatRange(open)})` : describeRule(rule);
    };
    return judgeAll(
      securityGroups.map(({ id, on, inbound }): Finding<'securityGroups'> => {
        const wrong = inbound.filter((rule) => !isApproved(rule));
        const allowed = inbound.map(describeRule).join(', ');
        return {
          fact: 'securityGroups',
          subject: `${id} on ${on.join(', ')}`,
          expected: 'inbound rules only as approved: source group or VPC range, and port',
          observed: wrong.map(why).join(', ') || (inbound.length > 0 ? `approved: ${allowed}` : 'no inbound rule'),
          ok: wrong.length === 0,
        };
      }),
    );
  },
});
