import { formatAddress, isCovered, parseRange, ranges } from './cidr.ts';

const mapped = 0xffffn;

/** An address of /proc/net/tcp or tcp6: words of four bytes in the order of a little-endian machine. */
export function fromProcNet(hex: string): string {
  const words = hex.match(/[0-9A-F]{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  const value = BigInt(`0x${bytes.join('')}`);
  if (words.length === 1 || (words.length === 4 && value >> 32n === mapped)) return formatAddress(4, value);
  if (words.length !== 4) throw new Error('no address of /proc/net');
  return formatAddress(6, value);
}

/** Where a listening address can be reached from. */
export type Reach = 'loopback' | 'tailnet' | 'everywhere' | 'network';

const reaches = {
  loopback: ranges('127.0.0.0/8', '::1', '::ffff:127.0.0.0/104'),
  everywhere: ranges('0.0.0.0/8', '::'),
  tailnet: ranges('100.64.0.0/10', 'fd7a:115c:a1e0::/48'),
};

/** @throws where it is no address */
export function reachOf(address: string): Reach {
  const range = parseRange(address.replace(/%.*/, ''));
  if (!range) throw new Error('no address');
  const found = Object.entries(reaches).find(([, of]) => isCovered([range], of));
  return found ? (found[0] as Reach) : 'network';
}
