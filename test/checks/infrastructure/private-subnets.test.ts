import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/private-subnets.ts';
import { judgeFacts } from '../../support/judge.ts';

const subnet = { id: 'subnet-1', assignsPublicIpv4: false, assignsIpv6: false };
const routes = (...targets: string[]) => ({
  subnet: 'subnet-1',
  table: 'rtb-1',
  by: 'main',
  routes: targets.map((target) => ({ destination: '0.0.0.0/0', ipv6: false, target })),
});

describe('infrastructure/private-subnets', () => {
  it.each<[string, object[], object[], string]>([
    ['NAT', [subnet], [routes('local', 'nat-1')], 'pass'],
    ['an egress-only gateway', [subnet], [routes('eigw-1')], 'pass'],
    ['a virtual private gateway', [subnet], [routes('vgw-1')], 'pass'],
    ['an internet gateway', [subnet], [routes('local', 'igw-1')], 'fail'],
    ['a carrier gateway', [subnet], [routes('cagw-1')], 'fail'],
    ['public IPv4 assigned', [{ ...subnet, assignsPublicIpv4: true }], [routes('nat-1')], 'fail'],
    ['IPv6 assigned', [{ ...subnet, assignsIpv6: true }], [routes('nat-1')], 'fail'],
    [
      'a second subnet is public',
      [subnet, { ...subnet, id: 'subnet-2' }],
      [routes('nat-1'), { ...routes('igw-1'), subnet: 'subnet-2' }],
      'fail',
    ],
    ['a subnet without routes', [subnet, { ...subnet, id: 'subnet-2' }], [routes('nat-1')], 'undetermined'],
    ['no subnet', [], [], 'undetermined'],
    ['no subnet, but routes', [], [routes('nat-1')], 'undetermined'],
  ])('%s', (_, subnets, routes, outcome) => {
    expect(judgeFacts(check, { subnets, routes }).outcome).toBe(outcome);
  });
});
