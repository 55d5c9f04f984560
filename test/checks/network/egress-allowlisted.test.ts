import { describe, expect, it } from 'vitest';
import check from '../../../checks/network/egress-allowlisted.ts';
import { judgeFacts } from '../../support/judge.ts';

const prefixLists = {
  'pl-0': [],
  'pl-1': ['160.79.104.0/23'],
  'pl-2': ['160.79.104.0/24', '160.79.105.0/24'],
  'pl-a11': ['0.0.0.0/1', '128.0.0.0/1'],
};
const rule = (kind: string, id: string, port = 443) => ({ protocol: 'tcp', ports: [port, port], peer: { kind, id } });
const range = (id: string) => rule('range', id);

describe('network/egress-allowlisted', () => {
  it.each<[string, object[], string[], string]>([
    ['no rule', [], [], 'pass'],
    ['a rule and nothing approved', [range('10.20.0.0/16')], [], 'fail'],
    ['an approved range', [range('10.20.1.0/24')], ['10.20.0.0/16'], 'pass'],
    ['a range that two approved ones cover', [range('10.20.0.0/15')], ['10.20.0.0/16', '10.21.0.0/16'], 'pass'],
    ['a range with a hole in what is approved', [range('10.20.0.0/15')], ['10.20.0.0/16', '10.21.0.0/17'], 'fail'],
    ['an approved prefix list', [rule('prefix-list', 'pl-1')], ['pl-1'], 'pass'],
    ['a prefix list that an approved one covers', [rule('prefix-list', 'pl-2')], ['pl-1'], 'pass'],
    ['a range that an approved prefix list covers', [range('160.79.105.0/24')], ['pl-2'], 'pass'],
    ['a prefix list that nobody approved', [rule('prefix-list', 'pl-1')], ['10.0.0.0/8'], 'fail'],
    ['an empty prefix list that nobody approved', [rule('prefix-list', 'pl-0')], [], 'fail'],
    ['an approved group', [rule('group', 'sg-1')], ['sg-1'], 'pass'],
    ['a group that nobody approved', [rule('group', 'sg-1')], ['sg-2'], 'fail'],
    ['everything, approved', [range('0.0.0.0/0')], ['0.0.0.0/0'], 'fail'],
    ['everything in IPv6, approved', [range('::/0')], ['::/0'], 'fail'],
    [
      'everything in two halves on two ports',
      [range('0.0.0.0/1'), rule('range', '128.0.0.0/1', 53)],
      ['0.0.0.0/1', '128.0.0.0/1'],
      'fail',
    ],
    ['everything by prefix list', [rule('prefix-list', 'pl-a11')], ['pl-a11'], 'fail'],
    ['a public /16', [range('52.1.0.0/16')], ['52.1.0.0/16'], 'pass'],
    ['a public /15, as in the list of S3 in us-east-1', [range('52.216.0.0/15')], ['52.216.0.0/15'], 'pass'],
    ['a public /13', [range('52.0.0.0/13')], ['52.0.0.0/13'], 'fail'],
    [
      'a public /13 in two pieces',
      [range('52.0.0.0/14'), range('52.4.0.0/14')],
      ['52.0.0.0/14', '52.4.0.0/14'],
      'fail',
    ],
    ['a private /8', [range('10.0.0.0/8')], ['10.0.0.0/8'], 'pass'],
    ['a wide range around a private one', [range('10.0.0.0/7')], ['10.0.0.0/7'], 'fail'],
    ['a public IPv6 /32', [range('2a05:d018::/32')], ['2a05:d018::/32'], 'pass'],
    ['a public IPv6 /31', [range('2a05:d018::/31')], ['2a05:d018::/31'], 'fail'],
  ])('%s', (_, outbound, approved, outcome) => {
    const half = Math.ceil(outbound.length / 2);
    const securityGroups = [outbound.slice(0, half), outbound.slice(half)].map((rules, i) => ({
      id: `sg-${i}`,
      on: [`eni-${i}`],
      inbound: [],
      outbound: rules,
    }));
    const facts = { securityGroups, prefixLists };
    expect(judgeFacts(check, facts, { 'network.approvedRanges': approved }).outcome).toBe(outcome);
  });

  it('does not judge on no group', () => {
    expect(judgeFacts(check, { securityGroups: [], prefixLists }, { 'network.approvedRanges': [] }).outcome).toBe(
      'undetermined',
    );
  });
});
