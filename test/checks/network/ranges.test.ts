import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import egress from '../../../checks/network/egress-allowlisted.ts';
import ingress from '../../../checks/network/no-public-ingress.ts';
import type { Environment } from '../../../src/environment/schema.ts';
import { formatRange, parseRange, publicPart, type Range } from '../../../src/judging/cidr.ts';
import { goodEnvironment, now } from '../../support/rig.ts';

const environment = goodEnvironment();
const rule = (id: string) => ({ protocol: 'tcp', ports: [443, 443], peer: { kind: 'range', id } });

function judgeEgress(ranges: readonly string[], approvedRanges: readonly string[]) {
  const securityGroups = ranges.map((id, i) => ({
    id: `sg-${i}`,
    on: [`eni-${i}`],
    inbound: [],
    outbound: [rule(id)],
  }));
  const changed = { ...environment, network: { ...environment.network, approvedRanges } } as Environment;
  return egress.judge({ securityGroups, prefixLists: {} } as never, { environment: changed, others: [], now }).outcome;
}

function judgeIngress(range: string) {
  const securityGroups = [{ id: 'sg-1', on: ['eni-1'], inbound: [rule(range)], outbound: [] }];
  const loadBalancers = { all: [], fronts: [], unread: [] };
  const facts = { securityGroups, prefixLists: {}, loadBalancers };
  return ingress.judge(facts as never, { environment, others: [], now }).outcome;
}

const halves = (range: Range): Range[] => {
  const middle = (range.first + range.last) / 2n;
  return [
    { ...range, last: middle },
    { ...range, first: middle + 1n },
  ];
};

const cidr = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
);

describe('rules over any ranges', () => {
  it('never pass for egress when together they are everything, however they are cut and approved', () => {
    const cuts = fc.array(fc.nat(), { minLength: 0, maxLength: 20 });
    fc.assert(
      fc.property(cuts, fc.constantFrom('0.0.0.0/0', '::/0'), (cuts, whole) => {
        const pieces = [parseRange(whole) as Range];
        for (const cut of cuts) {
          const [piece] = pieces.splice(cut % pieces.length, 1);
          if (piece) pieces.push(...(piece.first === piece.last ? [piece] : halves(piece)));
        }
        const texts = pieces.map(formatRange);
        expect(judgeEgress(texts, texts)).toBe('fail');
        expect(judgeEgress(texts, [whole])).toBe('fail');
      }),
    );
  });

  it('never pass for egress where nothing is approved', () => {
    fc.assert(
      fc.property(cidr, ([address, length]) => {
        expect(judgeEgress([`${address}/${length}`], [])).toBe('fail');
      }),
    );
  });

  it('pass for ingress exactly where no address is public', () => {
    fc.assert(
      fc.property(cidr, ([address, length]) => {
        const text = `${address}/${length}`;
        const isPublic = publicPart([parseRange(text) as Range]).length > 0;
        expect(judgeIngress(text)).toBe(isPublic ? 'fail' : 'pass');
      }),
    );
  });
});
