import { describe, expect, it } from 'vitest';
import { type CurlAnswer, classify } from '../../../src/probes/host/egress.ts';

const address = { host: '192.0.2.1', port: 443, tls: true };
const named = { host: 'u.example', port: 443, tls: true };
const plain = { host: '192.0.2.1', port: 22, tls: false };
const answer = (more: Partial<CurlAnswer>): CurlAnswer => ({
  exit: 28,
  why: 'none',
  lookup: 0,
  connect: 0,
  handshake: 0,
  total: 5,
  ...more,
});

describe('what curl answered', () => {
  it.each([
    ['a packet filter that drops', address, {}, 'tcp_timeout'],
    ['the same, by the time of the kernel', address, { exit: 7, why: 'timeout' }, 'tcp_timeout'],
    ['a name that resolved, then silence', named, { lookup: 0.1 }, 'tcp_timeout'],
    ['a dead resolver, the same exit code', named, {}, 'dns_timeout'],
    ['a resolver that took the time of TCP', named, { lookup: 3 }, 'dns_timeout'],
    ['an end long before the limit', address, { total: 0.2 }, 'other'],
    ['a name that does not exist', named, { exit: 6, total: 0 }, 'dns_failed'],
    ['a refusal', address, { exit: 7, why: 'refused', total: 0 }, 'tcp_refused'],
    ['one address that refused, then silence', named, { why: 'refused', lookup: 0.1 }, 'tcp_refused'],
    ['no route', address, { exit: 7, why: 'unreachable', total: 0 }, 'unreachable'],
    ['exit 7 without a reason', address, { exit: 7, total: 0 }, 'other'],
    ['curl that did not run', address, { exit: 127, total: 0 }, 'other'],
    ['TLS done', address, { exit: 0, connect: 0.1, handshake: 0.2 }, 'connected'],
    ['TLS done, then silence', address, { connect: 0.1, handshake: 0.2 }, 'connected'],
    ['TCP open, TLS silent', address, { connect: 0.1 }, 'tls_timeout'],
    ['TCP open, TLS reset', address, { exit: 35, connect: 0.1 }, 'tls_failed'],
    ['TCP open, reset before TLS', address, { exit: 56, connect: 0.1 }, 'tls_failed'],
    ['a certificate that is not trusted', address, { exit: 60, connect: 0.1 }, 'tls_untrusted'],
    ['a server that is not HTTP', plain, { exit: 1, connect: 0.1 }, 'connected'],
    ['a server that says nothing', plain, { exit: 52, connect: 0.1 }, 'connected'],
  ])('%s', (_, endpoint, more, expected) => {
    expect(classify(endpoint, answer(more), 5)).toBe(expected);
  });
});
