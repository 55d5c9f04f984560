import { parseRange } from '../../judging/cidr.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { distinct } from './demand.ts';
import { securityGroups } from './security-groups.ts';

/** The ranges of each prefix list that a rule of the groups or the environment file names, by id. */
export const prefixLists = awsProbe({
  id: 'aws/prefix-lists',
  needs: { securityGroups },
  async gather(aws, { securityGroups }, { environment }): Promise<Readonly<Record<string, readonly string[]>>> {
    const peers = securityGroups.flatMap(({ inbound, outbound }) =>
      [...inbound, ...outbound].map(({ peer }) => peer.id),
    );
    const named = [
      ...environment.network.approvedRanges,
      ...environment.infrastructure.approvedInbound.map(({ from }) => from),
    ];
    const ids = distinct([...peers, ...named].filter((id) => id.startsWith('pl-')));
    const lists = ids.map(async (id) => {
      const { Entries } = await aws.read('ec2:GetManagedPrefixListEntries', { PrefixListId: id });
      const ranges = (Entries ?? []).map(({ Cidr }) => Cidr ?? '');
      // A rule over an empty list does nothing, so nobody has one on purpose; an answer that lost its entries looks so.
      if (ranges.length === 0) throw new ProbeError('empty_subject', `the prefix list ${id} has no entries`);
      if (!ranges.every(parseRange)) {
        throw new ProbeError('bad_response', `the prefix list ${id} has an entry that is not a CIDR range`);
      }
      return [id, ranges] as const;
    });
    return Object.fromEntries(await Promise.all(lists));
  },
});
