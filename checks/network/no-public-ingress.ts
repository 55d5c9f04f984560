import { formatRange, overlaps, parseRange, publicPart } from '../../src/judging/cidr.ts';
import { describeRule, rangesOf } from '../../src/judging/peers.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { loadBalancers } from '../../src/probes/aws/load-balancers.ts';
import { prefixLists } from '../../src/probes/aws/prefix-lists.ts';
import { type Rule, securityGroups } from '../../src/probes/aws/security-groups.ts';

export default check({
  title: 'Nothing is let in from the internet',
  failureTitle: 'Something is let in from the internet',
  why: 'A rule that lets the internet in is one address or route away from being an open door.',
  trap: 'Security groups are searched for 0.0.0.0/0; halves of it, IPv6, prefix lists and the load balancers, VPC links and CDN origins in front are not seen.',
  remediation:
    'Delete the inbound rules with public ranges, and make load balancers in front of the gateway internal. Let administrators in through Tailscale or Session Manager, which need no inbound rule.',
  needs: { securityGroups, prefixLists, loadBalancers },
  judge({ securityGroups, prefixLists, loadBalancers }) {
    const open = loadBalancers.all.filter((b) => b.isPublic);
    // What is behind those that have addresses here cannot be read: that a rule lets them in is known, and enough.
    const problem = (rule: Rule): string | undefined => {
      if (rule.peer.kind === 'group') {
        const [from] = open.filter(({ securityGroups }) => securityGroups.includes(rule.peer.id));
        return from && `which is on ${from.arn}, and the internet reaches that`;
      }
      const ranges = rangesOf(rule.peer, prefixLists);
      const [first] = publicPart(ranges);
      if (first) return `which has public addresses (${formatRange(first)})`;
      const [from] = open.filter((b) =>
        overlaps(
          ranges,
          b.addresses.flatMap((address) => parseRange(address) ?? []),
        ),
      );
      return from && `where ${from.arn} is, and the internet reaches that`;
    };
    const ofGroups = securityGroups.map(({ id, on, inbound }): Finding<'securityGroups'> => {
      const wrong = inbound.flatMap((rule) => {
        const why = problem(rule);
        return why ? [`${describeRule(rule)}, ${why}`] : [];
      });
      return {
        fact: 'securityGroups',
        subject: `${id} on ${on.join(', ')}`,
        expected: 'no inbound rule with public addresses',
        observed: wrong.join('; ') || `${inbound.length} inbound rules, none with public addresses`,
        ok: wrong.length === 0,
      };
    });
    const ofBalancers = loadBalancers.fronts.flatMap(({ targetGroup, balancers }) =>
      balancers.map((balancer): Finding<'loadBalancers'> => {
        return {
          fact: 'loadBalancers',
          subject: `${balancer.arn} to ${targetGroup.TargetGroupName ?? targetGroup.TargetGroupArn}`,
          expected: 'internal',
          observed: balancer.isPublic ? 'the internet reaches it' : 'internal',
          ok: !balancer.isPublic,
        };
      }),
    );
    // Network ACLs can only narrow what the groups let in, and never excuse one that is open: they are not asked for.
    if (securityGroups.length === 0) return judgeAll<'securityGroups'>([]);
    const judgement = judgeAll([...ofGroups, ...ofBalancers]);
    const [unread] = loadBalancers.unread;
    if (judgement.outcome !== 'pass' || !unread) return judgement;
    return undetermined('bad_response', `whether ${unread} in front of the group is public cannot be read here`);
  },
});
