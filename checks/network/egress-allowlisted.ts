import {
  breadth,
  formatRange,
  isCovered,
  isEverything,
  publicPart,
  type Range,
  translated,
  union,
} from '../../src/judging/cidr.ts';
import { describeRule, rangesNamed, rangesOf } from '../../src/judging/peers.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { prefixLists } from '../../src/probes/aws/prefix-lists.ts';
import { type Rule, securityGroups } from '../../src/probes/aws/security-groups.ts';

/**
 * Public blocks wider than these are a provider's whole network, not a destination. The prefix lists that AWS keeps for
 * its own services have blocks of up to /15 (S3 in us-east-1), which may be side by side.
 */
const widest = { 4: 14, 6: 32 } as const;

export default check({
  title: 'Outbound connections go to approved destinations only',
  failureTitle: 'Outbound connections can leave for destinations that nobody approved',
  why: 'An agent that was talked into it sends data wherever the network lets it.',
  trap: 'The approved list is believed, though it approves both halves of the internet; IPv6 rules, prefix lists and referenced groups are not resolved.',
  remediation:
    'Replace broad outbound rules by prefix lists or ranges of the approved destinations, and list those in network.approvedRanges. What has no fixed addresses goes through a proxy or a VPC endpoint.',
  needs: { securityGroups, prefixLists },
  judge({ securityGroups, prefixLists }, { environment }) {
    const named = environment.network.approvedRanges;
    const approved = rangesNamed(named, prefixLists);
    const isApproved = ({ peer }: Rule): boolean => {
      const ranges = rangesOf(peer, prefixLists);
      return named.includes(peer.id) || (ranges.length > 0 && isCovered(ranges, approved));
    };
    const ofGroups = securityGroups.map(({ id, on, outbound }): Finding<'securityGroups'> => {
      const wrong = outbound.filter((rule) => !isApproved(rule)).map(describeRule);
      return {
        fact: 'securityGroups',
        subject: `${id} on ${on.join(', ')}`,
        expected: 'every outbound rule is covered by network.approvedRanges',
        observed: wrong.join(', ') || outbound.map(describeRule).join(', ') || 'no outbound rule',
        ok: wrong.length === 0,
      };
    });
    // All rules of all groups together, on any port: that they are approved does not make everything a destination.
    const ranges = securityGroups.flatMap(({ outbound }) => outbound.flatMap((r) => rangesOf(r.peer, prefixLists)));
    const whole = union([...ranges, ...translated(ranges)]);
    const wide = union(publicPart(whole)).filter((range) => breadth(range) < widest[range.family]);
    const together: Finding<'securityGroups'> = {
      fact: 'securityGroups',
      subject: 'all outbound rules together',
      expected: `no public block wider than /${widest[4]} in IPv4 or /${widest[6]} in IPv6`,
      observed: reach(whole, wide),
      ok: wide.length === 0 && !isEverything(whole),
    };
    return judgeAll(securityGroups.length > 0 ? [...ofGroups, together] : []);
  },
});

function reach(whole: readonly Range[], wide: readonly Range[]): string {
  if (isEverything(whole)) return 'everything';
  if (wide.length > 0) return wide.map(formatRange).join(', ');
  return `${publicPart(whole).length} public blocks, none wider`;
}
