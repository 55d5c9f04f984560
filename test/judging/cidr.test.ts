import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breadth,
  formatRange,
  isCovered,
  isEverything,
  overlaps,
  parseRange,
  publicPart,
  type Range,
  subtract,
  translated,
  union,
} from '../../src/judging/cidr.ts';

const ranges = (...texts: string[]): Range[] =>
  texts.map((text) => {
    const range = parseRange(text);
    if (!range) throw new Error(`${text} is no range`);
    return range;
  });

describe('parseRange', () => {
  it.each(['0.0.0.0/0', '10.20.0.0/16', '203.0.113.7/32', '::/0', '2000::/3', 'fd00::/8', '::1/128'])(
    'reads %s',
    (text) => {
      const [range] = ranges(text);
      expect(range && formatRange(range)).toBe(text);
    },
  );

  it.each([
    '',
    'all',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '0x0a.0.0.0/8',
    '012.0.0.0/8',
    'fe80::1%eth0/64',
    ' 10.0.0.0/8',
  ])('refuses %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it('takes the network of an address inside a range', () => {
    expect(ranges('10.20.30.40/16')).toEqual(ranges('10.20.0.0/16'));
  });
});

describe('everything', () => {
  it.each([
    ['one rule', ['0.0.0.0/0'], true],
    ['two halves', ['0.0.0.0/1', '128.0.0.0/1'], true],
    ['IPv6', ['::/0'], true],
    ['two halves of IPv6', ['8000::/1', '::/1'], true],
    ['half', ['0.0.0.0/1'], false],
    ['all but one address', ['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3', '224.0.0.0/4', '240.0.0.0/5'], false],
    ['half of each family', ['0.0.0.0/1', '8000::/1'], false],
    ['nothing', [], false],
  ])('%s', (_, texts, whole) => {
    expect(isEverything(ranges(...texts))).toBe(whole);
  });

  it('is seen in any split of any depth, and no longer when a piece is missing', () => {
    const splits = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(splits, fc.constantFrom('0.0.0.0/0', '::/0'), fc.nat(), (cuts, whole, lost) => {
        const pieces = ranges(whole);
        for (const cut of cuts) {
          const [piece] = pieces.splice(cut % pieces.length, 1);
          if (!piece) continue;
          const middle = (piece.first + piece.last) / 2n;
          if (piece.first === piece.last) pieces.push(piece);
          else pieces.push({ ...piece, last: middle }, { ...piece, first: middle + 1n });
        }
        expect(isEverything(pieces)).toBe(true);
        pieces.splice(lost % pieces.length, 1);
        expect(isEverything(pieces)).toBe(false);
      }),
    );
  });
});

describe('public addresses', () => {
  it.each([
    ['10.0.0.0/8', []],
    ['172.31.255.255/32', []],
    ['172.32.0.0/32', ['172.32.0.0/32']],
    ['100.64.0.0/10', []],
    ['100.128.0.0/32', ['100.128.0.0/32']],
    ['fd12:3456::/32', []],
    ['2a05:d018::/36', ['2a05:d018::/36']],
    ['10.0.0.0/7', ['11.0.0.0/8']],
    ['192.168.0.0/15', ['192.169.0.0/16']],
    ['203.0.113.0/24', ['203.0.113.0/24']],
  ])('of %s are %j', (text, expected) => {
    expect(publicPart(ranges(text)).map(formatRange)).toEqual(expected);
  });
});

describe('breadth', () => {
  it.each([
    ['10.0.0.0/8', 8],
    ['10.0.0.1/32', 32],
    ['::/0', 0],
    ['2001:db8::/32', 32],
  ])('of %s is /%i', (text, length) => {
    expect(ranges(text).map(breadth)).toEqual([length]);
  });

  it('of two adjacent blocks is that of both, and of more than a block the next wider', () => {
    expect(union(ranges('52.0.0.0/16', '52.1.0.0/16')).map(breadth)).toEqual([15]);
    expect(union(ranges('52.0.0.0/16', '52.1.0.0/24')).map(breadth)).toEqual([15]);
  });
});

/** Small enough that every address can be looked at: the oracle for the arithmetic. */
const block = fc.record({ start: fc.nat(255), size: fc.nat(40) }).map(({ start, size }): Range => {
  return { family: 4, first: BigInt(start), last: BigInt(Math.min(255, start + size)) };
});
const blocks = fc.array(block, { maxLength: 8 });
const members = (of: readonly Range[]) =>
  new Set(Array.from({ length: 256 }, (_, i) => i).filter((i) => of.some((r) => r.first <= i && i <= r.last)));

describe('arithmetic agrees with sets of addresses', () => {
  it('union, in order and never touching', () => {
    fc.assert(
      fc.property(blocks, (list) => {
        const joined = union(list);
        expect(members(joined)).toEqual(members(list));
        for (const [i, range] of joined.entries()) {
          const next = joined[i + 1];
          if (next) expect(next.first > range.last + 1n).toBe(true);
        }
      }),
    );
  });

  it('subtract', () => {
    fc.assert(
      fc.property(blocks, blocks, (a, b) => {
        const taken = members(b);
        expect(members(subtract(a, b))).toEqual(new Set([...members(a)].filter((i) => !taken.has(i))));
      }),
    );
  });

  it('isCovered and overlaps', () => {
    fc.assert(
      fc.property(blocks, blocks, (a, b) => {
        const [inner, outer] = [members(a), members(b)];
        expect(isCovered(a, b)).toBe([...inner].every((i) => outer.has(i)));
        expect(overlaps(a, b)).toBe([...inner].some((i) => outer.has(i)));
      }),
    );
  });

  it('never mixes the families', () => {
    fc.assert(
      fc.property(blocks, (list) => {
        const asIpv6 = list.map((range) => ({ ...range, family: 6 as const }));
        expect(isCovered(list, asIpv6)).toBe(list.length === 0);
        expect(overlaps(list, asIpv6)).toBe(false);
      }),
    );
  });

  it('formats and reads back', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
        const [range] = ranges(`${address}/${length}`);
        expect(range && parseRange(formatRange(range))).toEqual(range);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, length) => {
        const [range] = ranges(`${address}/${length}`);
        expect(range && parseRange(formatRange(range))).toEqual(range);
      }),
    );
  });
});

describe('IPv6 that a NAT gateway translates', () => {
  it.each([
    [['64:ff9b::/96'], ['0.0.0.0/0']],
    [['::/0'], ['0.0.0.0/0']],
    [['64:ff9b::c633:6400/120', '2001:db8::/32'], ['198.51.100.0/24']],
    [['2a05:d018::/36', '0.0.0.0/0'], []],
  ])('%j is %j', (of, is) => {
    expect(translated(ranges(...of))).toEqual(ranges(...is));
  });
});
