import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/no-inbound-rules.ts';
import { judgeFacts } from '../../support/judge.ts';

const routes = [{ subnet: 'subnet-1', routes: [{ destination: '10.20.0.0/16', ipv6: false, target: 'local' }] }];
const prefixLists = { 'pl-empty': [], 'pl-1': ['10.20.1.0/24'], 'pl-2': ['10.20.1.0/24', '203.0.113.0/24'] };
const approve = (...froms: string[]) => ({
  'infrastructure.approvedInbound': froms.map((from) => ({ from, port: 8443, reason: 'a test' })),
});
const rule = (kind: string, id: string, ports: [number, number] | null = [8443, 8443], protocol = 'tcp') => ({
  protocol,
  ports,
  peer: { kind, id },
});

describe('infrastructure/no-inbound-rules', () => {
  it.each<[string, object[], object, string]>([
    ['no rule', [], approve(), 'pass'],
    ['a rule and nothing approved', [rule('range', '10.20.0.0/16')], approve(), 'fail'],
    ['an approved range', [rule('range', '10.20.0.0/16')], approve('10.20.0.0/16'), 'pass'],
    ['a part of it', [rule('range', '10.20.1.0/24')], approve('10.20.0.0/16'), 'pass'],
    ['more than it', [rule('range', '10.20.0.0/15')], approve('10.20.0.0/16'), 'fail'],
    [
      'two halves that are approved together',
      [rule('range', '10.20.0.0/23')],
      approve('10.20.0.0/24', '10.20.1.0/24'),
      'pass',
    ],
    ['approved and wider than the VPC', [rule('range', '10.0.0.0/8')], approve('10.0.0.0/8'), 'fail'],
    ['approved and public', [rule('range', '0.0.0.0/0')], approve('0.0.0.0/0'), 'fail'],
    ['an approved group', [rule('group', 'sg-1')], approve('sg-1'), 'pass'],
    ['another group', [rule('group', 'sg-2')], approve('sg-1'), 'fail'],
    ['another port', [rule('group', 'sg-1', [443, 443])], approve('sg-1'), 'fail'],
    ['a range of ports around it', [rule('group', 'sg-1', [8442, 8444])], approve('sg-1'), 'fail'],
    ['every port', [rule('group', 'sg-1', [0, 65_535], 'all')], approve('sg-1'), 'fail'],
    ['UDP', [rule('group', 'sg-1', [8443, 8443], 'udp')], approve('sg-1'), 'fail'],
    ['ICMP', [rule('range', '10.20.0.0/16', null, 'icmp')], approve('10.20.0.0/16'), 'fail'],
    [
      'another range of the VPC than the approved one',
      [rule('range', '10.20.2.0/24')],
      approve('10.20.1.0/24'),
      'fail',
    ],
    [
      'two ports, both approved',
      [rule('group', 'sg-1', [8443, 8444])],
      { 'infrastructure.approvedInbound': [8443, 8444].map((port) => ({ from: 'sg-1', port, reason: 'a test' })) },
      'pass',
    ],
    [
      'two ports, one approved for another group',
      [rule('group', 'sg-1', [8443, 8444])],
      {
        'infrastructure.approvedInbound': [
          { from: 'sg-1', port: 8443, reason: 'a test' },
          { from: 'sg-2', port: 8444, reason: 'a test' },
        ],
      },
      'fail',
    ],
    [
      'an empty list on a port that is not approved',
      [rule('prefix-list', 'pl-empty', [443, 443])],
      approve('10.20.0.0/16'),
      'fail',
    ],
    ['an approved prefix list', [rule('prefix-list', 'pl-1')], approve('pl-1'), 'pass'],
    ['an approved prefix list with a public range', [rule('prefix-list', 'pl-2')], approve('pl-2'), 'fail'],
  ])('%s', (_, inbound, changes, outcome) => {
    const securityGroups = [{ id: 'sg-own', on: ['eni-1'], inbound, outbound: [] }];
    expect(judgeFacts(check, { securityGroups, prefixLists, routes }, changes as Record<string, unknown>).outcome).toBe(
      outcome,
    );
  });

  it('does not judge on no group', () => {
    expect(judgeFacts(check, { securityGroups: [], prefixLists, routes }).outcome).toBe('undetermined');
  });
});
