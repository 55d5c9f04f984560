import type { Peer, Rule } from '../probes/aws/security-groups.ts';
import { parseRange, type Range } from './cidr.ts';

export type PrefixLists = Readonly<Record<string, readonly string[]>>;

/** The addresses that a peer stands for; those of a security group are not known from the group alone. */
export function rangesOf({ kind, id }: Peer, prefixLists: PrefixLists): readonly Range[] {
  if (kind === 'group') return [];
  return (kind === 'range' ? [id] : demandList(id, prefixLists)).map(demandRange);
}

/** The ranges that a list of CIDR ranges and prefix lists stands for; ids of security groups are left out. */
export function rangesNamed(names: readonly string[], prefixLists: PrefixLists): readonly Range[] {
  return names
    .filter((name) => !name.startsWith('sg-'))
    .flatMap((name) => (name.startsWith('pl-') ? demandList(name, prefixLists) : [name]))
    .map(demandRange);
}

/** `tcp 443 from 10.0.0.0/8`, without the preposition. */
export function describeRule({ protocol, ports, peer }: Rule): string {
  if (!ports) return `${protocol} ${peer.id}`;
  if (ports[0] === 0 && ports[1] === 65_535) return `${protocol} on all ports ${peer.id}`;
  return `${protocol} ${ports[0] === ports[1] ? ports[0] : `${ports[0]}-${ports[1]}`} ${peer.id}`;
}

// A probe has read each of these; that one is not there is a defect, and the check that meets it becomes unknown.
function demandList(id: string, prefixLists: PrefixLists): readonly string[] {
  const list = Object.hasOwn(prefixLists, id) ? prefixLists[id] : undefined;
  if (!list) throw new Error(`the prefix list ${id} was not read`);
  return list;
}

function demandRange(text: string): Range {
  const range = parseRange(text);
  if (!range) throw new Error('a range that was validated before is none');
  return range;
}
