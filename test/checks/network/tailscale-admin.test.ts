import { describe, expect, it } from 'vitest';
import check from '../../../checks/network/tailscale-admin.ts';
import { fromProcNet, reachOf } from '../../../src/judging/listen-address.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const tailscale = { backend: 'Running', keyExpiry: new Date(now.getTime() + 1000), expired: false, funnel: 'off' };
const facts = { tailscale, ssmAgent: 'absent', cameInAt: '100.64.0.9' };
const outcome = (change: object, environment = {}) =>
  judgeFacts(check, { administration: { ...facts, ...change } }, environment).outcome;
const out = { tailscale: { ...tailscale, backend: 'NeedsLogin' } };
const ssm = { 'network.administration': 'ssm' };

describe('tailscale-admin', () => {
  it.each<[string, object, object]>([
    ['all is well', {}, {}],
    ['the key never expires', { tailscale: { ...tailscale, keyExpiry: undefined } }, {}],
    ['the run came over the tailnet in IPv6', { cameInAt: 'fd7a:115c:a1e0::7' }, {}],
    ['SSM is declared and used', { tailscale: undefined, ssmAgent: 'running', cameInAt: '127.0.0.1' }, ssm],
  ])('passes when %s', (_, change, environment) => {
    expect(outcome(change, environment)).toBe('pass');
  });
  it.each<[string, object, object]>([
    ['tailscale is missing', { tailscale: undefined }, {}],
    ['it is logged out', out, {}],
    ['its key ends now', { tailscale: { ...tailscale, keyExpiry: now } }, {}],
    ['it says that it expired', { tailscale: { ...tailscale, keyExpiry: undefined, expired: true } }, {}],
    ['the run came another way', { cameInAt: '10.20.1.10' }, {}],
    ['the run came over a public address', { cameInAt: '100.128.0.1' }, {}],
    ['it is logged out, and the way of the run is unknown', { ...out, cameInAt: undefined }, {}],
    ['SSM is declared and does not run', { cameInAt: '127.0.0.1' }, ssm],
    ['SSM is declared and the run came another way', { ssmAgent: 'running' }, ssm],
  ])('fails when %s', (_, change, environment) => {
    expect(outcome(change, environment)).toBe('fail');
  });
  it('is unknown when the way of the run is, or when nothing could be seen', () => {
    expect(outcome({ cameInAt: undefined })).toBe('undetermined');
    expect(outcome({ ssmAgent: 'running', cameInAt: undefined }, ssm)).toBe('undetermined');
    expect(judgeFacts(check, { administration: new ProbeError('timeout', 'slow') }).outcome).toBe('undetermined');
  });
});

it.each([
  ['0100007F', '127.0.0.1', 'loopback'],
  ['00000000', '0.0.0.0', 'everywhere'],
  ['0A01140A', '10.20.1.10', 'network'],
  ['09004064', '100.64.0.9', 'tailnet'],
  ['00000000000000000000000001000000', '::1', 'loopback'],
  ['00000000000000000000000000000000', '::', 'everywhere'],
  ['0000000000000000FFFF00000100007F', '127.0.0.1', 'loopback'],
  ['0000000000000000FFFF000000000000', '0.0.0.0', 'everywhere'],
])('%s is %s, reached from %s', (hex, address, reach) => {
  expect(fromProcNet(hex)).toBe(address);
  expect(reachOf(address)).toBe(reach);
});
