import { describe, expect, it } from 'vitest';
import check from '../../../checks/network/ssh-not-public.ts';
import { ProbeError } from '../../../src/model/reason.ts';
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

const lost = new ProbeError('access_denied', 'no root');

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
    ['ports below SSH: sshd may be there', [rule('0.0.0.0/0', [1, 21])], nothing, {}, 'undetermined'],
    ['ports above SSH: sshd may be there', [rule('0.0.0.0/0', [23, 99])], nothing, {}, 'undetermined'],
    [
      'an internal and a public balancer to SSH',
      [],
      { ...nothing, fronts: [{ ...front(true, 22), balancers: [{ isPublic: false }, { isPublic: true }] }] },
      {},
      'fail',
    ],
    ['a way in that cannot be read', [], { ...nothing, unread: ['Classic Load Balancer old'] }, {}, 'undetermined'],
  ])('%s', (_, inbound, loadBalancers, changes, outcome) => {
    const securityGroups = [{ id: 'sg-own', on: ['eni-1'], inbound, outbound: [] }];
    const facts = { interfaces, routes: [], securityGroups, prefixLists: {}, loadBalancers, listeners: lost };
    expect(judgeFacts(check, facts, changes as Record<string, unknown>).outcome).toBe(outcome);
  });

  const own = { id: 'sg-own', on: ['eni-1'], inbound: [], outbound: [] };
  const rest = { routes: [], prefixLists: {}, loadBalancers: nothing, listeners: lost };
  it('does not judge on no interface, or no group', () => {
    expect(judgeFacts(check, { ...rest, interfaces: [], securityGroups: [] }).outcome).toBe('undetermined');
    expect(judgeFacts(check, { ...rest, interfaces, securityGroups: [] }).outcome).toBe('undetermined');
    expect(judgeFacts(check, { ...rest, interfaces: [], securityGroups: [own] }).outcome).toBe('undetermined');
  });

  it('names the group that lets SSH in, and no other', () => {
    const bad = { ...own, id: 'sg-bad', inbound: [rule('0.0.0.0/0', [22, 22])] };
    const { evidence } = judgeFacts(check, { ...rest, interfaces, securityGroups: [own, bad] });
    expect(evidence.map(({ subject }) => subject)).toEqual(['sg-bad on eni-1']);
  });

  it('shows the public addresses of each interface, and whether its subnet has a way to the internet', () => {
    const [first] = interfaces;
    const of = (subnet: string, target: string) => ({ subnet, routes: [{ destination: '0.0.0.0/0', target }] });
    const { evidence } = judgeFacts(check, {
      ...rest,
      securityGroups: [own],
      interfaces: [
        { ...first, publicAddresses: ['203.0.113.7'], ipv6: ['2a05:d018::1', 'fd00::1'] },
        { ...first, id: 'eni-2', subnet: 'subnet-2' },
      ],
      routes: [of('subnet-1', 'igw-1'), of('subnet-2', 'nat-1')],
    });
    const shown = evidence.filter(({ fact }) => fact === 'interfaces').map(({ observed }) => observed);
    expect(shown).toEqual([
      '203.0.113.7, 2a05:d018::1, a route to an internet gateway',
      'no public address, no route to an internet gateway',
    ]);
  });

  describe('with the listening sockets of the host', () => {
    const ssh = { address: '0.0.0.0', port: 22, holder: 'ssh' };
    const judged = (inbound: object[], listeners: object[], unowned = 0, loadBalancers: object = nothing) => {
      const securityGroups = [{ id: 'sg-own', on: ['eni-1'], inbound, outbound: [] }];
      const facts = { interfaces, routes: [], securityGroups, prefixLists: {}, loadBalancers };
      return judgeFacts(check, { ...facts, listeners: { listeners, unowned } }).outcome;
    };
    const web = [rule('0.0.0.0/0', [443, 443])];
    it.each<[string, object[], object[], number, string]>([
      ['another port, where SSH does not listen', web, [ssh], 0, 'pass'],
      ['another port, where a second sshd listens', web, [ssh, { ...ssh, port: 443 }], 0, 'fail'],
      ['the same over IPv6', web, [ssh, { ...ssh, port: 443, address: '::' }], 0, 'fail'],
      ['a second sshd on loopback alone', web, [ssh, { ...ssh, port: 443, address: '127.0.0.1' }], 0, 'pass'],
      ['a second sshd that nothing is let in to', [], [ssh, { ...ssh, port: 443 }], 0, 'pass'],
      ['no sshd found, though this run came in', web, [{ ...ssh, holder: 'other' }], 0, 'undetermined'],
      ['a socket of init on that port', web, [ssh, { ...ssh, port: 443, holder: 'init' }], 0, 'undetermined'],
      ['a socket of init on another port', web, [ssh, { ...ssh, port: 80, holder: 'init' }], 0, 'pass'],
      ['a socket of init above that port', web, [ssh, { ...ssh, port: 8443, holder: 'init' }], 0, 'pass'],
      [
        'a socket of init on one of two ports',
        [...web, rule('0.0.0.0/0', [80, 80])],
        [ssh, { ...ssh, port: 80, holder: 'init' }],
        0,
        'undetermined',
      ],
      ['a socket that nobody holds', web, [ssh], 1, 'undetermined'],
    ])('%s', (_, inbound, listeners, unowned, outcome) => {
      expect(judged(inbound, listeners, unowned)).toBe(outcome);
    });
    it('a public balancer to another port, where a second sshd does or does not listen', () => {
      const balancer = { ...nothing, fronts: [front(true, 18_789)] };
      expect(judged([], [ssh], 0, balancer)).toBe('pass');
      expect(judged([], [ssh, { ...ssh, port: 18_789 }], 0, balancer)).toBe('fail');
      expect(judged([], [ssh, { ...ssh, port: 18_789, holder: 'init' }], 0, balancer)).toBe('undetermined');
    });
  });
});
