import ipaddr from 'ipaddr.js';

/** An address of /proc/net/tcp or tcp6: words of four bytes in the order of a little-endian machine. */
export function fromProcNet(hex: string): string {
  const words = hex.match(/[0-9A-F]{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)));
  const address = ipaddr.fromByteArray(bytes);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address().toString()
    : address.toString();
}

/** Where a listening address can be reached from. */
export type Reach = 'loopback' | 'tailnet' | 'everywhere' | 'network';

const tailnet = [ipaddr.parseCIDR('100.64.0.0/10'), ipaddr.parseCIDR('fd7a:115c:a1e0::/48')];

export function reachOf(address: string): Reach {
  const parsed = ipaddr.parse(address);
  if (parsed.range() === 'loopback') return 'loopback';
  if (parsed.range() === 'unspecified') return 'everywhere';
  return tailnet.some(([net, bits]) => net.kind() === parsed.kind() && parsed.match(net, bits)) ? 'tailnet' : 'network';
}
