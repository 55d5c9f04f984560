import { describe, expect, it } from 'vitest';
import approvedHostReachable from '../../../checks/network/approved-host-reachable.ts';
import unapprovedHostTimesOut from '../../../checks/network/unapproved-host-times-out.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { ConnectionAttempt, ConnectionResult, Egress } from '../../../src/probes/host/egress.ts';
import { judgeFacts } from '../../support/judge.ts';

const hosts = {
  'network.approvedHosts': [{ host: 'a.example' }, { host: 'b.example' }],
  'network.unapprovedHosts': [{ host: '192.0.2.1' }, { host: 'u.example' }],
};
const attempt = (host: string, result: ConnectionResult, family: 'ipv4' | 'ipv6' = 'ipv4'): ConnectionAttempt => ({
  host,
  port: 443,
  tls: true,
  family,
  result,
  seconds: 5,
  approved: host === 'a.example' || host === 'b.example',
});
const all: Record<string, ConnectionAttempt> = {
  a4: attempt('a.example', 'connected'),
  a6: attempt('a.example', 'dns_failed', 'ipv6'),
  b4: attempt('b.example', 'dns_failed'),
  b6: attempt('b.example', 'connected', 'ipv6'),
  u4: attempt('192.0.2.1', 'tcp_timeout'),
  n4: attempt('u.example', 'tcp_timeout'),
  n6: attempt('u.example', 'dns_failed', 'ipv6'),
};
const fact = (results: Record<string, ConnectionResult> = {}, more: Partial<Egress> = {}): { egress: Egress } => ({
  egress: {
    attempts: Object.entries(all).map(([key, one]) => ({ ...one, result: results[key] ?? one.result })),
    namespace: 'same',
    proxied: 'no',
    ipv6: 'absent',
    questions: [{ resolver: '1.1.1.1', result: 'silent' }],
    ...more,
  },
});

describe('approved-host-reachable', () => {
  const outcome = (facts: { egress: Egress }, environment: object = hosts) =>
    judgeFacts(approvedHostReachable, facts, { ...environment }).outcome;

  it('passes when each connects over one family', () => {
    expect(outcome(fact())).toBe('pass');
  });
  it.each(['tcp_timeout', 'tcp_refused', 'tls_untrusted', 'tls_failed', 'dns_failed', 'other'] as const)(
    'fails when one ends in %s',
    (result) => {
      expect(outcome(fact({ b6: result }))).toBe('fail');
    },
  );
  it('fails when one was not tried, and is unknown when none is named', () => {
    expect(outcome(fact(), { 'network.approvedHosts': [{ host: 'c.example' }] })).toBe('fail');
    expect(outcome(fact(), { 'network.approvedHosts': [] })).toBe('undetermined');
  });
  it('takes another port, or the same without TLS, for another destination', () => {
    expect(outcome(fact(), { 'network.approvedHosts': [{ host: 'a.example', port: 8443 }] })).toBe('fail');
    expect(outcome(fact(), { 'network.approvedHosts': [{ host: 'a.example', tls: false }] })).toBe('fail');
  });
});

describe('unapproved-host-times-out', () => {
  const place = (host: string, approved: boolean, answers: boolean) => {
    return { protocol: 'tcp', host, port: 443, family: 'ipv4', approved, answers };
  };
  const here: unknown = [
    place('a.example', true, true),
    place('192.0.2.1', false, true),
    place('u.example', false, false),
  ];
  const config = { credentials: [], variables: 0, loginShell: false, waysRound: [] as string[] };
  const judged = (facts: { egress: Egress; here?: unknown; config?: unknown }, environment: object = hosts) =>
    judgeFacts(unapprovedHostTimesOut, { here, config, ...facts }, { ...environment });

  it('passes when each times out while each approved one answers', () => {
    expect(judged(fact()).outcome).toBe('pass');
  });
  it('is unknown when no unapproved host answers from here either, though approved ones do', () => {
    const silent = [place('a.example', true, true), place('192.0.2.1', false, false), place('u.example', false, false)];
    expect(judged({ ...fact(), here: silent }).outcome).toBe('undetermined');
    // Another port of it, or another family, is another destination.
    const elsewhere = { ...place('192.0.2.1', false, true), port: 80 };
    expect(judged({ ...fact(), here: [...silent, elsewhere] }).outcome).toBe('undetermined');
    const overIpv6 = { ...place('192.0.2.1', false, true), family: 'ipv6' };
    expect(judged({ ...fact(), here: [...silent, overIpv6] }).outcome).toBe('undetermined');
  });
  it('rests on the approved hosts alone where this machine is cut off, or may not look', () => {
    const cut = [place('a.example', true, false), place('192.0.2.1', false, false)];
    expect(judged({ ...fact(), here: cut }).outcome).toBe('pass');
    expect(judged({ ...fact(), here: undefined }).outcome).toBe('pass');
  });
  it('names what answers from here as a control', () => {
    const judgement = judged(fact());
    expect(judgement.outcome === 'pass' && judgement.controls.filter((c) => c.fact === 'here')).toHaveLength(1);
  });
  it.each([
    ['answered', 'fail'],
    ['refused', 'fail'],
    ['silent', 'pass'],
    ['unreachable', 'pass'],
    ['tool-missing', 'undetermined'],
  ] as const)('judges a question over UDP/53 that is %s: %s', (result, outcome) => {
    expect(judged(fact({}, { questions: [{ resolver: '1.1.1.1', result }] })).outcome).toBe(outcome);
  });
  it('counts a host without IPv6 as unable to reach an address of it, and only that', () => {
    expect(judged(fact({ n6: 'unreachable' })).outcome).toBe('pass');
    expect(judged(fact({ n6: 'unreachable' }, { ipv6: 'routed' })).outcome).toBe('undetermined');
    expect(judged(fact({ n4: 'unreachable' })).outcome).toBe('undetermined');
  });
  it.each(['connected', 'tls_failed', 'tls_timeout', 'tls_untrusted', 'tcp_refused'] as const)(
    'fails when one ends in %s, whatever else is not known',
    (result) => {
      for (const one of ['u4', 'n4', 'n6']) {
        expect(judged(fact({ [one]: result })).outcome).toBe('fail');
        expect(judged(fact({ [one]: result, a4: 'tcp_timeout' }, { namespace: 'other' })).outcome).toBe('fail');
      }
    },
  );
  it.each(['unreachable', 'dns_timeout', 'other'] as const)('is unknown when one ends in %s', (result) => {
    expect(judged(fact({ u4: result })).outcome).toBe('undetermined');
  });
  it('is unknown when a name has no address at all, or resolving failed', () => {
    expect(judged(fact({ n4: 'dns_failed' })).outcome).toBe('undetermined');
  });
  it('needs every approved host as a control', () => {
    expect(judged(fact({ b6: 'tcp_timeout' }))).toMatchObject({ outcome: 'undetermined', reason: 'no_control' });
    expect(judged(fact(), { ...hosts, 'network.approvedHosts': [] })).toMatchObject({ reason: 'no_control' });
  });
  it.each([
    { namespace: 'other' },
    { namespace: 'unreadable' },
    { namespace: 'no-gateway', proxied: 'no-gateway' },
    { proxied: 'yes' },
    { proxied: 'unreadable' },
  ] as const)('is unknown when the gateway may go another way: %o', (more) => {
    expect(judged(fact({}, more))).toMatchObject({ outcome: 'undetermined', reason: 'conflict' });
  });
  it('is unknown without a destination', () => {
    const none = fact();
    const attempts = none.egress.attempts.filter(({ approved }) => approved);
    expect(judged({ egress: { ...none.egress, attempts } }, { ...hosts, 'network.unapprovedHosts': [] })).toMatchObject(
      {
        reason: 'empty_subject',
      },
    );
  });
  it('is unknown when the environment file names no destination, whatever was tried', () => {
    expect(judged(fact(), { ...hosts, 'network.unapprovedHosts': [] })).toMatchObject({ reason: 'empty_subject' });
  });
  it('is unknown when the destinations were not tried', () => {
    const none = fact();
    const attempts = none.egress.attempts.filter(({ approved }) => approved);
    expect(judged({ egress: { ...none.egress, attempts } })).toMatchObject({ reason: 'empty_subject' });
  });
  it('takes each approved host on its own port, and no other, as a control', () => {
    const only = { ...hosts, 'network.approvedHosts': [{ host: 'a.example' }] };
    expect(judged(fact({ b6: 'tcp_timeout' }), only).outcome).toBe('pass');
    const elsewhere = { ...hosts, 'network.approvedHosts': [{ host: 'a.example', port: 8443 }] };
    expect(judged(fact(), elsewhere)).toMatchObject({ reason: 'no_control' });
  });
  it('does not count what answers from here and did not time out there', () => {
    const overIpv6 = { ...place('u.example', false, true), family: 'ipv6' };
    const silent = [place('a.example', true, true), place('192.0.2.1', false, false)];
    expect(judged({ ...fact(), here: [...silent, overIpv6] })).toMatchObject({ reason: 'no_control' });
  });
  it('names what failed in another way than by a time-out', () => {
    const judgement = judged(fact({ n6: 'dns_timeout' }));
    expect(judgement).toMatchObject({ reason: 'no_control' });
    expect(judgement.evidence.map(({ observed }) => observed)).toEqual(['dns_timeout after 5.0 s']);
  });
  it('does not take a time-out on one port for one on another', () => {
    const { egress } = fact();
    const more: ConnectionAttempt = { ...attempt('u.example', 'dns_failed'), port: 8443 };
    expect(judged({ egress: { ...egress, attempts: [...egress.attempts, more] } })).toMatchObject({
      reason: 'no_control',
    });
  });
  it('is unknown without a gateway, even where no proxy is seen', () => {
    expect(judged(fact({}, { namespace: 'no-gateway' }))).toMatchObject({ reason: 'conflict' });
  });
  it('is unknown where a setting of the gateway leads another way, or its settings are not known', () => {
    const round = { ...config, waysRound: ['channels.telegram.proxy'] };
    expect(judged({ ...fact(), config: round })).toMatchObject({
      reason: 'conflict',
      message: expect.stringContaining('channels.telegram.proxy'),
    });
    const lost = new ProbeError('timeout', 'no answer');
    expect(judged({ ...fact(), config: lost })).toMatchObject({ reason: 'timeout' });
    expect(judged({ ...fact({ u4: 'connected' }), config: lost }).outcome).toBe('fail');
  });
});
