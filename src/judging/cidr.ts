import { isIP, isIPv4, isIPv6 } from 'node:net';

export type Family = 4 | 6;

/** Addresses from `first` to `last`, both included. */
export interface Range {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = { 4: 32, 6: 128 } as const;

export const isAddress = (text: string): boolean => isIP(text) !== 0;

/** An address as a number; undefined for anything else, one with a zone included. */
function parseAddress(address: string): { readonly family: Family; readonly value: bigint } | undefined {
  if (isIPv4(address)) return { family: 4, value: joined(address.split('.').map(BigInt), 8n) };
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const [head = [], tail = []] = canonical(address)
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return {
    family: 6,
    value: joined(
      [...head, ...zeros, ...tail].map((group) => BigInt(`0x${group}`)),
      16n,
    ),
  };
}

const joined = (parts: readonly bigint[], bits: bigint) => parts.reduce((value, part) => (value << bits) | part, 0n);

/** As RFC 5952 writes an IPv6 address, and an address of IPv4 at its end in hexadecimal. */
const canonical = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** `10.0.0.0/8`, `fd00::/8`; a bare address is a range of one. Undefined for anything else. */
export function parseRange(text: string): Range | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const parsed = parseAddress(address);
  if (!parsed) return undefined;
  const { family, value } = parsed;
  const bits = bitsOf[family];
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = (value / size) * size;
  return { family, first, last: first + size - 1n };
}

/** The same addresses as few ranges, in order; ranges that touch become one. */
export function union(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort(
    (a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  const joined: Range[] = [];
  for (const range of sorted) {
    const before = joined.at(-1);
    const touches = before && before.family === range.family && range.first <= before.last + 1n;
    if (!touches) joined.push(range);
    else if (range.last > before.last) joined[joined.length - 1] = { ...before, last: range.last };
  }
  return joined;
}

/** The addresses of `ranges` that are in none of `taken`. */
export function subtract(ranges: readonly Range[], taken: readonly Range[]): readonly Range[] {
  const holes = union(taken);
  return union(ranges).flatMap((range) => {
    const left: Range[] = [];
    let first = range.first;
    for (const hole of holes) {
      if (hole.family !== range.family || hole.last < first || hole.first > range.last) continue;
      if (hole.first > first) left.push({ ...range, first, last: hole.first - 1n });
      first = hole.last + 1n;
    }
    if (first <= range.last) left.push({ ...range, first });
    return left;
  });
}

/** Whether every address of `inner` is in `outer`. Nothing is covered by anything. */
export function isCovered(inner: readonly Range[], outer: readonly Range[]): boolean {
  return subtract(inner, outer).length === 0;
}

export function overlaps(a: readonly Range[], b: readonly Range[]): boolean {
  return a.some((x) => b.some((y) => x.family === y.family && x.first <= y.last && y.first <= x.last));
}

/** Of texts that are known to be ranges. */
export const ranges = (...texts: string[]): readonly Range[] => texts.map((text) => parseRange(text) as Range);

export const everything = ranges('0.0.0.0/0', '::/0');

/**
 * What the internet does not route to: RFC 1918, the shared space of carriers and tailnets (RFC 6598), link-local,
 * loopback, and unique local IPv6. Everything else counts as public, documentation ranges included.
 */
export const privateRanges = ranges(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
);

/** The addresses that lie on the internet. */
export function publicPart(of: readonly Range[]): readonly Range[] {
  return subtract(of, privateRanges);
}

const nat64 = ranges('64:ff9b::/96');

/** The IPv4 addresses that a NAT gateway makes of those IPv6 addresses that hold one (RFC 6052). */
export function translated(of: readonly Range[]): readonly Range[] {
  const base = nat64[0]?.first ?? 0n;
  const held = subtract(nat64, subtract(nat64, of));
  return held.map(({ first, last }) => ({ family: 4, first: first - base, last: last - base }));
}

/** Whether the ranges together are all of IPv4 or all of IPv6, in however many pieces. */
export function isEverything(of: readonly Range[]): boolean {
  return everything.some((whole) => isCovered([whole], of));
}

/** The prefix length of the smallest block that a range could be: a /15 for 100,000 addresses. */
export function breadth({ family, first, last }: Range): number {
  return bitsOf[family] - (last - first).toString(2).replace(/^0$/, '').length;
}

/** As CIDR where the range is one block, else as `first-last`. */
export function formatRange(range: Range): string {
  const { family, first, last } = range;
  const length = breadth(range);
  const size = 1n << BigInt(bitsOf[family] - length);
  if (last - first + 1n === size && first % size === 0n) return `${formatAddress(family, first)}/${length}`;
  return `${formatAddress(family, first)}-${formatAddress(family, last)}`;
}

export function formatAddress(family: Family, value: bigint): string {
  const [parts, bits] = family === 4 ? [4, 8n] : [8, 16n];
  const all = Array.from({ length: parts }, (_, i) => (value >> (BigInt(parts - 1 - i) * bits)) & ((1n << bits) - 1n));
  return family === 4 ? all.join('.') : canonical(all.map((part) => part.toString(16)).join(':'));
}
