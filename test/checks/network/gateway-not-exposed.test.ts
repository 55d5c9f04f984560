import { describe, expect, it } from 'vitest';
import exposed from '../../../checks/network/gateway-not-exposed.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const config = (inForce: object) => ({ inForce, differsFromFile: false });

describe('network/gateway-not-exposed', () => {
  const process = { listeners: ['0100007F'], ownsListener: true, networkNamespace: 'same' };
  const own = { address: '127.0.0.1', port: 18_789, holder: 'gateway' };
  const listeners = { listeners: [own], unowned: 0 };
  const administration = { tailscale: undefined, ssmAgent: 'running', tunnels: [] as string[], cameInAt: undefined };
  const closed = { bind: 'loopback', auth: { mode: 'token' } };
  const none = { 'infrastructure.approvedInbound': [] };
  const inbound = (...ports: number[]) => ({
    'infrastructure.approvedInbound': ports.map((port) => ({ from: '10.20.0.0/16', port, reason: 'health checks' })),
  });
  it.each<[string, object, Record<string, unknown>, string]>([
    ['loopback with a token', closed, none, 'pass'],
    ['the tailnet', { ...closed, bind: 'tailnet' }, none, 'pass'],
    ['every address', { ...closed, bind: 'lan' }, none, 'fail'],
    ['every address, behind the approved balancer', { ...closed, bind: 'lan' }, {}, 'pass'],
    ['a custom address', { ...closed, bind: 'custom' }, {}, 'fail'],
    ['a custom address of the tailnet', { ...closed, bind: 'custom', customBindHost: '100.64.0.9' }, none, 'pass'],
    ['a custom address of the VPC', { ...closed, bind: 'custom', customBindHost: '10.20.1.9' }, none, 'fail'],
    ['the same, behind the balancer', { ...closed, bind: 'custom', customBindHost: '10.20.1.9' }, {}, 'pass'],
    ['a custom name', { ...closed, bind: 'custom', customBindHost: 'localhost/8' }, none, 'fail'],
    ['bind not set, as loopback is what it comes to', { auth: closed.auth }, none, 'pass'],
    ['no login', { ...closed, auth: { mode: 'none' } }, none, 'fail'],
    ['login not set', { bind: 'loopback' }, none, 'fail'],
    [
      'a proxy that is named',
      { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['10.20.1.5'] },
      none,
      'pass',
    ],
    ['half the internet', { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['0.0.0.0/1'] }, none, 'fail'],
    [
      'a range of the VPC',
      { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['10.20.0.0/16'] },
      none,
      'pass',
    ],
    ['one address', { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['2001:db8::1'] }, none, 'pass'],
    ['no address', { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['proxy.example'] }, none, 'fail'],
    ['any proxy', { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['0.0.0.0/0'] }, none, 'fail'],
    ['no proxy', { ...closed, auth: { mode: 'trusted-proxy' } }, none, 'fail'],
    ['serve', { ...closed, tailscale: { mode: 'serve' } }, none, 'pass'],
    ['funnel', { ...closed, tailscale: { mode: 'funnel' } }, none, 'fail'],
    ['origins by name', { ...closed, controlUi: { allowedOrigins: ['https://a.example'] } }, none, 'pass'],
    ['any origin', { ...closed, controlUi: { allowedOrigins: ['https://*.example'] } }, none, 'fail'],
    ['origins that are no list', { ...closed, controlUi: { allowedOrigins: '*' } }, none, 'fail'],
    ['insecure logins', { ...closed, controlUi: { allowInsecureAuth: true } }, none, 'fail'],
    ['no device login', { ...closed, controlUi: { dangerouslyDisableDeviceAuth: true } }, none, 'fail'],
    ['origins by host', { ...closed, controlUi: { dangerouslyAllowHostHeaderOriginFallback: true } }, none, 'fail'],
    ['an option that is no boolean', { ...closed, controlUi: { allowInsecureAuth: 'false' } }, none, 'fail'],
    ['insecure logins off', { ...closed, controlUi: { allowInsecureAuth: false } }, none, 'pass'],
    ['one open origin of two', { ...closed, controlUi: { allowedOrigins: ['https://a.example', '*'] } }, none, 'fail'],
    ['a password', { ...closed, auth: { mode: 'password' } }, none, 'pass'],
    [
      'any proxy beside one that is named',
      { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['10.20.1.5', '*'] },
      none,
      'fail',
    ],
    ['Tailscale off', { ...closed, tailscale: { mode: 'off' } }, none, 'pass'],
    ['another port that is approved', { ...closed, bind: 'lan' }, inbound(443), 'fail'],
    ['an approved port beside it', { ...closed, bind: 'lan' }, inbound(443, 18_789), 'pass'],
    ['a custom address and an approved port', { ...closed, bind: 'custom' }, inbound(18_789), 'fail'],
  ])('%s', (_, gateway, changes, outcome) => {
    expect(
      judgeFacts(exposed, { config: config({ gateway }), process, administration, listeners }, changes).outcome,
    ).toBe(outcome);
  });

  const judgedWith = (facts: object, changes: Record<string, unknown> = none, gateway: object = closed) =>
    judgeFacts(exposed, { config: config({ gateway }), process, administration, listeners, ...facts }, changes);

  it.each<[string, string, Record<string, unknown>, string]>([
    ['loopback', '0100007F', none, 'pass'],
    ['the tailnet', '09004064', none, 'pass'],
    ['an address of the network', '0A01140A', none, 'fail'],
    ['every address', '00000000', none, 'fail'],
    ['every address, behind the approved balancer', '00000000', {}, 'pass'],
  ])('the gateway listens on %s', (_, address, changes, outcome) => {
    expect(judgedWith({ process: { ...process, listeners: [address] } }, changes).outcome).toBe(outcome);
  });

  const tailscale = (funnel: string) => ({ administration: { ...administration, tailscale: { funnel } } });
  const lost = new ProbeError('timeout', 'slow');
  const open = { ...closed, bind: 'lan' };
  it.each<[string, object, string]>([
    ['the gateway process', { process: lost }, 'timeout'],
    ['its socket', { process: { ...process, listeners: [] } }, 'not_found'],
    ['who holds its socket', { process: { ...process, ownsListener: false } }, 'not_found'],
    ['its network', { process: { ...process, networkNamespace: 'unreadable' } }, 'conflict'],
    ['the listening sockets', { listeners: lost }, 'timeout'],
    ['its own among the listening sockets', { listeners: { listeners: [], unowned: 1 } }, 'no_control'],
    [
      'its own among those of others',
      { listeners: { listeners: [{ ...own, port: 22, holder: 'sshd' }], unowned: 0 } },
      'no_control',
    ],
    ['Tailscale', { administration: lost }, 'timeout'],
    ['what Tailscale publishes', tailscale('unclear'), 'bad_response'],
  ])('is unknown without %s, unless something is open', (_, facts, reason) => {
    expect(judgedWith(facts)).toMatchObject({ outcome: 'undetermined', reason });
    const judgement = judgedWith(facts, none, open);
    expect(judgement).toMatchObject({ outcome: 'fail', evidence: [{ subject: 'gateway.bind', observed: 'lan' }] });
    expect(judgement.evidence).toHaveLength(1);
  });

  it.each<[string, { address: string; port: number }[], string]>([
    ['is unknown, as a container has to listen on every address of its own', [], 'undetermined'],
    ['is unknown where it is published on loopback', [{ address: '127.0.0.1', port: 18_789 }], 'undetermined'],
    ['fails where its port is published', [{ address: '0.0.0.0', port: 18_789 }], 'fail'],
    ['is unknown where another port is', [{ address: '0.0.0.0', port: 8080 }], 'undetermined'],
  ])('in a network of its own %s', (_, published, outcome) => {
    const apart = { process: { ...process, listeners: ['00000000'], networkNamespace: 'other' } };
    const seen = { listeners: published.map((one) => ({ ...one, holder: 'other' })), unowned: 0 };
    expect(judgedWith({ ...apart, listeners: seen }, none, open).outcome).toBe(outcome);
    expect(judgedWith({ ...apart, listeners: seen }, none, { ...open, auth: { mode: 'none' } }).outcome).toBe('fail');
  });

  it('fails when Tailscale publishes something to the internet', () => {
    expect(judgedWith(tailscale('on')).outcome).toBe('fail');
    expect(judgedWith(tailscale('off')).outcome).toBe('pass');
  });

  it('is unknown where another program may publish the gateway', () => {
    expect(judgedWith({ administration: { ...administration, tunnels: ['cloudflared'] } })).toMatchObject({
      outcome: 'undetermined',
      message: 'what cloudflared on the host publishes through a tunnel is not known',
    });
  });

  describe('another gateway on the host', () => {
    const judged = (address: string, port: number, holder = 'gateway') => {
      const found = { listeners: [own, { address, port, holder }], unowned: 0 };
      const facts = { config: config({ gateway: closed }), process, administration, listeners: found };
      return judgeFacts(exposed, facts, inbound(8443));
    };
    it.each<[string, number, string, string]>([
      ['0.0.0.0', 19_001, 'gateway', 'fail'],
      ['::', 19_001, 'gateway', 'fail'],
      ['10.20.1.10', 19_001, 'gateway', 'fail'],
      ['100.64.0.9', 19_001, 'gateway', 'pass'],
      ['127.0.0.1', 19_001, 'gateway', 'pass'],
      ['0.0.0.0', 22, 'ssh', 'pass'],
      ['0.0.0.0', 443, 'proxy', 'undetermined'],
      ['127.0.0.1', 443, 'proxy', 'pass'],
      ['100.64.0.9', 443, 'proxy', 'pass'],
      ['0.0.0.0', 8443, 'proxy', 'pass'],
      ['0.0.0.0', 9100, 'other', 'pass'],
    ])('on %s port %i, held by %s: %s', (address, port, holder, outcome) => {
      expect(judged(address, port, holder).outcome).toBe(outcome);
    });
  });
});
