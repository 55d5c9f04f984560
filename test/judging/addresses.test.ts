import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseRange } from '../../src/judging/cidr.ts';
import { fromProcNet, reachOf } from '../../src/judging/listen-address.ts';

const bytesOf = (value: bigint, length: number) =>
  Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 255n));
/** Half of them with long runs of zeros or ones, as addresses have them. */
const v6 = fc
  .array(fc.oneof(fc.constant(0n), fc.constant(0xffffn), fc.bigInt({ min: 0n, max: 0xffffn })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => groups.reduce((value, group) => (value << 16n) | group, 0n));
const v4 = fc.bigInt({ min: 0n, max: 0xffff_ffffn });
const text = fc
  .array(fc.constantFrom('::', ':', '.', '0', '1', 'ff', '10', '255', '256', '127.0.0.1', 'g', '%', '/', '012', ' '), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

describe('addresses, beside another reader of them', () => {
  it('are written alike', () => {
    fc.assert(
      fc.property(v4, v6, (four, six) => {
        expect(formatAddress(4, four)).toBe(ipaddr.fromByteArray(bytesOf(four, 4)).toString());
        expect(formatAddress(6, six)).toBe(ipaddr.fromByteArray(bytesOf(six, 16)).toString());
      }),
      { numRuns: 2000 },
    );
  });

  it('are read alike, whatever form they have', () => {
    const forms = v6.chain((six) => {
      const address = ipaddr.fromByteArray(bytesOf(six, 16)) as ipaddr.IPv6;
      const long = address.toNormalizedString();
      const dotted = `${long.split(':').slice(0, 6).join(':')}:${bytesOf(six & 0xffff_ffffn, 4).join('.')}`;
      return fc
        .constantFrom(
          address.toString(),
          long,
          long.replaceAll(/\b[0-9a-f]{1,3}\b/g, (g) => g.padStart(4, '0')),
          dotted,
        )
        .map((form) => [form, six] as const);
    });
    fc.assert(
      fc.property(forms, ([form, six]) => {
        expect(parseRange(form)).toEqual({ family: 6, first: six, last: six });
        expect(parseRange(form.toUpperCase())?.first).toBe(six);
      }),
      { numRuns: 2000 },
    );
  });

  it('are refused alike, and a number with a zero before it too', () => {
    fc.assert(
      fc.property(text, (some) => {
        const known = ipaddr.IPv4.isValidFourPartDecimal(some) || (ipaddr.IPv6.isValid(some) && !some.includes('%'));
        const octal = some.includes('.') && /(?:^|[:.])0\d+(?:\.|$)/.test(some);
        expect(parseRange(some) !== undefined && !some.includes('/')).toBe(known && !octal);
      }),
      { numRuns: 5000 },
    );
  });
});

it.each([
  ['0100007F', '127.0.0.1', 'loopback'],
  ['00000000', '0.0.0.0', 'everywhere'],
  ['0A01140A', '10.20.1.10', 'network'],
  ['05406064', '100.96.64.5', 'tailnet'],
  ['00000000000000000000000000000000', '::', 'everywhere'],
  ['00000000000000000000000001000000', '::1', 'loopback'],
  ['0000000000000000FFFF00000100007F', '127.0.0.1', 'loopback'],
  ['5CA17AFDE0A1000000000000020000000', undefined, undefined],
  ['5C117AFD0000E0A10000000001000000', 'fd7a:115c:a1e0::1', 'tailnet'],
  ['000080FE000000000000000001000000', 'fe80::1', 'network'],
])('%s of /proc/net is %s: %s', (hex, address, reach) => {
  if (address === undefined) return expect(() => fromProcNet(hex.slice(0, 24))).toThrow();
  expect(fromProcNet(hex)).toBe(address);
  expect(reachOf(address)).toBe(reach);
});

it.each([
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:10.0.0.1', 'network'],
  ['fe80::1%eth0', 'network'],
])('%s: %s', (address, reach) => expect(reachOf(address)).toBe(reach));

it('what is no address has no reach', () => {
  for (const none of ['', 'localhost', '127.1', '::g']) expect(() => reachOf(none)).toThrow();
});
