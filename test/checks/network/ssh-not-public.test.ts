import { describe, expect, it } from 'vitest';
import check from '../../../checks/network/ssh-not-public.ts';
import { judgeFacts } from '../../support/judge.ts';

const interfaces = [{ id: 'eni-1', instance: 'i-1', subnet: 'subnet-1', publicAddresses: [], ipv6: [] }];
const nothing = { all: [], fronts: [], unread: [] };
const rule = (id: string, ports: [number, number] | null, protocol = 'tcp', kind = 'range') => ({
  protocol,
  ports,
  peer: { kind, id },
});
const front = (isPublic: boolean, port: number) => ({
  targetGroup: { TargetGroupArn: 'arn:tg', Port: 443 },
  targets: [{ Target: { Id: 'i-1', Port: port } }],
  balancers: [{ isPublic, securityGroups: [] }],
});

describe('network/ssh-not-public', () => {
  it.each<[string, object[], object, object, string]>([
    ['no rule', [], nothing, {}, 'pass'],
    ['SSH from the VPC', [rule('10.20.0.0/16', [22, 22])], nothing, {}, 'pass'],
    ['SSH from the internet', [rule('0.0.0.0/0', [22, 22])], nothing, {}, 'fail'],
    ['SSH within a range of ports', [rule('203.0.113.0/24', [20, 25])], nothing, {}, 'fail'],
    ['every protocol', [rule('::/0', [0, 65_535], 'all')], nothing, {}, 'fail'],
    ['the port of the environment file', [rule('0.0.0.0/0', [2222, 2222])], nothing, { 'ssh.port': 2222 }, 'fail'],
    ['22 although another is configured', [rule('0.0.0.0/0', [22, 22])], nothing, { 'ssh.port': 2222 }, 'fail'],
    ['another port: sshd may be there', [rule('0.0.0.0/0', [443, 443])], nothing, {}, 'undetermined'],
    ['a public balancer to SSH', [], { ...nothing, fronts: [front(true, 22)] }, {}, 'fail'],
    ['an internal balancer to SSH', [], { ...nothing, fronts: [front(false, 22)] }, {}, 'pass'],
    ['a public balancer to another port', [], { ...nothing, fronts: [front(true, 18_789)] }, {}, 'undetermined'],
    [
      'the group of a public balancer',
      [rule('sg-1', [22, 22], 'tcp', 'group')],
      { ...nothing, all: [{ isPublic: true, securityGroups: ['sg-1'] }] },
      {},
      'fail',
    ],
    ['a way in that cannot be read', [], { ...nothing, unread: ['Classic Load Balancer old'] }, {}, 'undetermined'],
  ])('%s', (_, inbound, loadBalancers, changes, outcome) => {
    const securityGroups = [{ id: 'sg-own', on: ['eni-1'], inbound, outbound: [] }];
    const facts = { interfaces, routes: [], securityGroups, prefixLists: {}, loadBalancers };
    expect(judgeFacts(check, facts, changes as Record<string, unknown>).outcome).toBe(outcome);
  });

  it('does not judge on no interface', () => {
    const facts = { interfaces: [], routes: [], securityGroups: [], prefixLists: {}, loadBalancers: nothing };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });
});
