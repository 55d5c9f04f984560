import { describe, expect, it } from 'vitest';
import check from '../../../checks/network/no-public-ingress.ts';
import { judgeFacts } from '../../support/judge.ts';

const prefixLists = { 'pl-private': ['10.0.0.0/8', 'fd00::/8'], 'pl-public': ['10.0.0.0/8', '203.0.113.0/24'] };
const balancer = (isPublic: boolean, ...securityGroups: string[]) => ({
  arn: 'arn:lb',
  type: 'application',
  isPublic,
  securityGroups,
  addresses: [] as string[],
});
const front = (...balancers: object[]) => ({
  targetGroup: { TargetGroupArn: 'arn:tg' },
  ofGroup: true,
  targets: [],
  balancers,
});
const nothing = { all: [], fronts: [], unread: [] };
const rule = (kind: string, id: string) => ({ protocol: 'tcp', ports: [443, 443], peer: { kind, id } });

describe('network/no-public-ingress', () => {
  it.each<[string, object[], object, string]>([
    ['no rule', [], nothing, 'pass'],
    ['a private range', [rule('range', '10.20.0.0/16')], nothing, 'pass'],
    ['all of the internet', [rule('range', '0.0.0.0/0')], nothing, 'fail'],
    ['all of IPv6', [rule('range', '::/0')], nothing, 'fail'],
    ['half of the internet', [rule('range', '128.0.0.0/1')], nothing, 'fail'],
    ['half of IPv6', [rule('range', '::/1')], nothing, 'fail'],
    ['one public address', [rule('range', '203.0.113.7/32')], nothing, 'fail'],
    ['a range that is only partly private', [rule('range', '172.0.0.0/8')], nothing, 'fail'],
    ['the range of tailnets', [rule('range', '100.64.0.0/10')], nothing, 'pass'],
    ['a private prefix list', [rule('prefix-list', 'pl-private')], nothing, 'pass'],
    ['a prefix list with one public range', [rule('prefix-list', 'pl-public')], nothing, 'fail'],
    ['a group', [rule('group', 'sg-1')], nothing, 'pass'],
    [
      'the group of an internal balancer',
      [rule('group', 'sg-1')],
      { ...nothing, all: [balancer(false, 'sg-1')] },
      'pass',
    ],
    ['the group of a public balancer', [rule('group', 'sg-1')], { ...nothing, all: [balancer(true, 'sg-1')] }, 'fail'],
    ['a public balancer elsewhere', [rule('group', 'sg-2')], { ...nothing, all: [balancer(true, 'sg-1')] }, 'pass'],
    ['an internal balancer in front', [], { ...nothing, fronts: [front(balancer(false))] }, 'pass'],
    ['a public balancer in front', [], { ...nothing, fronts: [front(balancer(false), balancer(true))] }, 'fail'],
    [
      'something in front that cannot be read',
      [],
      { ...nothing, unread: ['Classic Load Balancer old'] },
      'undetermined',
    ],
    ['and an open rule too', [rule('range', '::/0')], { ...nothing, unread: ['Classic Load Balancer old'] }, 'fail'],
  ])('%s', (_, inbound, loadBalancers, outcome) => {
    const clean = { id: 'sg-clean', on: ['eni-1'], inbound: [], outbound: [] };
    const securityGroups = [clean, { id: 'sg-own', on: ['eni-2'], inbound, outbound: [] }];
    expect(judgeFacts(check, { securityGroups, prefixLists, loadBalancers }).outcome).toBe(outcome);
  });

  it('does not judge on no group', () => {
    const facts = { securityGroups: [], prefixLists, loadBalancers: nothing };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });
});
