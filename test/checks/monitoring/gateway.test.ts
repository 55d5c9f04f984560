import { describe, expect, it } from 'vitest';
import version from '../../../checks/infrastructure/gateway-version.ts';
import sandboxed from '../../../checks/infrastructure/sandboxed-tools.ts';
import healthy from '../../../checks/monitoring/gateway-healthy.ts';
import limited from '../../../checks/monitoring/runaway-limited.ts';
import exposed from '../../../checks/network/gateway-not-exposed.ts';
import rulebook from '../../../checks/soul-documents/no-second-rulebook.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const config = (inForce: object) => ({ inForce, differsFromFile: false });

describe('monitoring/gateway-healthy', () => {
  const ready = {
    state: 'ready',
    status: 200,
    contentType: 'json',
    failing: [],
    uptimeMs: 9,
    elapsedMs: 5000,
    waitedSeconds: 0,
  };
  it.each([
    ['ready', {}, 'pass'],
    ['ready, too late', { elapsedMs: 5001 }, 'fail'],
    ['draining', { state: 'draining', status: 503, failing: ['gateway-draining'] }, 'fail'],
    ['starting', { state: 'starting', status: 503 }, 'fail'],
    ['not ready', { state: 'not-ready', status: 503, failing: ['slack'] }, 'fail'],
    ['a page', { state: 'another-server', contentType: 'html' }, 'fail'],
    ['a frozen page', { state: 'frozen' }, 'fail'],
    ['nothing', { state: 'not-listening', status: 0, contentType: 'none' }, 'fail'],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(healthy, { readiness: { ...ready, ...change } }).outcome).toBe(outcome);
  });
});

describe('infrastructure/gateway-version', () => {
  it.each([
    ['2026.6.5', {}, 'pass'],
    ['2026.6.34', {}, 'pass'],
    ['2026.7.1-2', {}, 'pass'],
    ['2026.6.4', {}, 'fail'],
    ['2026.6.5-beta.1', {}, 'fail'],
    ['2026.9.6', { 'gateway.minimumVersion': '2026.10.1' }, 'fail'],
    ['2026.6.4', { 'gateway.minimumVersion': '2026.1.1' }, 'fail'],
    ['newest', {}, 'undetermined'],
  ])('%s with %j', (running, changes, outcome) => {
    const facts = { version: { version: running, from: '/startupz' } };
    expect(judgeFacts(version, facts, changes).outcome).toBe(outcome);
  });
});

describe('infrastructure/sandboxed-tools', () => {
  const mode = (value: unknown, entries: object = {}) =>
    config({ agents: { defaults: { sandbox: { mode: value } }, entries } });
  it.each<[string, object, Record<string, unknown>, string]>([
    ['all', mode('all'), {}, 'pass'],
    ['the default', config({}), {}, 'fail'],
    ['non-main where all is required', mode('non-main'), {}, 'fail'],
    ['non-main where it is required', mode('non-main'), { 'gateway.sandboxMode': 'non-main' }, 'pass'],
    ['an unknown mode', mode('always'), {}, 'fail'],
    ['one agent off', mode('all', { main: { sandbox: { mode: 'off' } } }), {}, 'fail'],
    ['commands on the instance', config({ ...mode('all').inForce, tools: { exec: { host: 'gateway' } } }), {}, 'fail'],
    ['off where it may be', config({}), { 'gateway.sandboxMode': 'off' }, 'pass'],
  ])('%s', (_, config, changes, outcome) => {
    expect(judgeFacts(sandboxed, { config, agents: ['main'] }, changes).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    expect(judgeFacts(sandboxed, { config: mode('all'), agents: [] }).outcome).toBe('undetermined');
  });
});

describe('network/gateway-not-exposed', () => {
  const process = { listeners: ['0100007F'], ownsListener: true, networkNamespace: 'same' };
  const listeners = { listeners: [], unowned: 0 };
  const administration = { tailscale: undefined, ssmAgent: 'running', cameInAt: undefined };
  const closed = { bind: 'loopback', auth: { mode: 'token' } };
  const none = { 'infrastructure.approvedInbound': [] };
  it.each<[string, object, Record<string, unknown>, string]>([
    ['loopback with a token', closed, none, 'pass'],
    ['the tailnet', { ...closed, bind: 'tailnet' }, none, 'pass'],
    ['every address', { ...closed, bind: 'lan' }, none, 'fail'],
    ['every address, behind the approved balancer', { ...closed, bind: 'lan' }, {}, 'pass'],
    ['a custom address', { ...closed, bind: 'custom' }, {}, 'fail'],
    ['bind not set', { auth: closed.auth }, {}, 'fail'],
    ['no login', { ...closed, auth: { mode: 'none' } }, none, 'fail'],
    ['login not set', { bind: 'loopback' }, none, 'fail'],
    [
      'a proxy that is named',
      { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['10.20.1.5'] },
      none,
      'pass',
    ],
    ['any proxy', { ...closed, auth: { mode: 'trusted-proxy' }, trustedProxies: ['0.0.0.0/0'] }, none, 'fail'],
    ['no proxy', { ...closed, auth: { mode: 'trusted-proxy' } }, none, 'fail'],
    ['serve', { ...closed, tailscale: { mode: 'serve' } }, none, 'pass'],
    ['funnel', { ...closed, tailscale: { mode: 'funnel' } }, none, 'fail'],
    ['origins by name', { ...closed, controlUi: { allowedOrigins: ['https://a.example'] } }, none, 'pass'],
    ['any origin', { ...closed, controlUi: { allowedOrigins: ['https://*.example'] } }, none, 'fail'],
    ['origins that are no list', { ...closed, controlUi: { allowedOrigins: '*' } }, none, 'fail'],
    ['insecure logins', { ...closed, controlUi: { allowInsecureAuth: true } }, none, 'fail'],
  ])('%s', (_, gateway, changes, outcome) => {
    expect(
      judgeFacts(exposed, { config: config({ gateway }), process, administration, listeners }, changes).outcome,
    ).toBe(outcome);
  });

  describe('another gateway on the host', () => {
    const judged = (address: string, port: number, holder = 'gateway') => {
      const found = { listeners: [{ address, port, holder }], unowned: 0 };
      return judgeFacts(exposed, { config: config({ gateway: closed }), process, administration, listeners: found });
    };
    it.each<[string, number, string, string]>([
      ['0.0.0.0', 19_001, 'gateway', 'fail'],
      ['::', 19_001, 'gateway', 'fail'],
      ['10.20.1.10', 19_001, 'gateway', 'fail'],
      ['100.64.0.9', 19_001, 'gateway', 'pass'],
      ['127.0.0.1', 19_001, 'gateway', 'pass'],
      ['0.0.0.0', 22, 'ssh', 'pass'],
    ])('on %s port %i, held by %s: %s', (address, port, holder, outcome) => {
      expect(judged(address, port, holder).outcome).toBe(outcome);
    });
  });
});

describe('soul-documents/no-second-rulebook', () => {
  const path = '/home/openclaw/.openclaw/openclaw.json';
  const file = { path, kind: 'file', writable: false, replaceable: false, owned: false };
  const workspace = '/mnt/openclaw/workspace';
  const good = {
    agents: { defaults: { workspace } },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    tools: { deny: ['gateway', 'openclaw'] },
  };
  const approvals = { defaults: { allowlist: [] }, agents: {} };
  const own = [{ agent: 'main', name: 'a', source: 'openclaw-workspace' }];
  it.each<[string, object, readonly object[], string]>([
    ['nothing of its own', good, own, 'pass'],
    ['no skills at all', good, [], 'pass'],
    ['proposals', { ...good, skills: { workshop: { autonomous: { mode: 'propose' } } } }, own, 'pass'],
    ['the default of the workshop', { ...good, skills: {} }, own, 'fail'],
    ['a skill that it wrote', good, [{ ...own[0], source: 'openclaw-workshop' }], 'fail'],
    [
      'skills in the workspace',
      { ...good, skills: { ...good.skills, load: { extraDirs: [`${workspace}/more`] } } },
      own,
      'pass',
    ],
    ['skills elsewhere', { ...good, skills: { ...good.skills, load: { extraDirs: ['~/skills'] } } }, own, 'fail'],
    [
      'skills that climb out',
      { ...good, skills: { ...good.skills, load: { extraDirs: [`${workspace}/../x`] } } },
      own,
      'fail',
    ],
    [
      'a folder with the same beginning',
      { ...good, agents: { defaults: { workspace: `${workspace}-2` } } },
      own,
      'fail',
    ],
    ['a workspace that is not set', { ...good, agents: {} }, own, 'fail'],
    ['configuration tools without a gate', { ...good, tools: {} }, own, 'fail'],
    ['configuration tools behind a gate', { ...good, tools: { exec: { mode: 'ask' } } }, own, 'pass'],
    ['a plugin where it writes', { ...good, plugins: { load: { paths: ['/mnt/openclaw/runtime/p'] } } }, own, 'fail'],
  ])('%s', (_, inForce, skills, outcome) => {
    const facts = { config: config(inForce), agents: ['main'], skills, approvals, file };
    expect(judgeFacts(rulebook, facts).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    const facts = { config: config(good), agents: [], skills: own, approvals, file };
    expect(judgeFacts(rulebook, facts).outcome).toBe('undetermined');
  });

  const sandbox = (settings: object) => ({ ...good, agents: { defaults: { workspace, sandbox: settings } } });
  const open = sandbox({ mode: 'off' });
  const closed = sandbox({ mode: 'all' });
  const bound = sandbox({ mode: 'all', docker: { binds: ['/home:/home'] } });
  const lost = new ProbeError('access_denied', 'may not');
  it.each<[string, object, unknown, string | undefined, string]>([
    ['a file out of reach', open, file, file.path, 'pass'],
    ['a file that can be written to', open, { ...file, writable: true }, undefined, 'fail'],
    ['a file that can be replaced', open, { ...file, replaceable: true }, undefined, 'fail'],
    ['a file whose mode can be changed', open, { ...file, owned: true }, undefined, 'fail'],
    ['a sandbox for some sessions', sandbox({ mode: 'non-main' }), { ...file, writable: true }, undefined, 'fail'],
    ['a sandbox with binds', bound, { ...file, writable: true }, undefined, 'fail'],
    ['a writable file behind a sandbox', closed, { ...file, writable: true }, undefined, 'pass'],
    ['a file that could not be looked at', open, lost, undefined, 'undetermined'],
    ['the same behind a sandbox', closed, lost, undefined, 'pass'],
    ['a file behind a link', open, { ...file, kind: 'linked' }, undefined, 'undetermined'],
    ['no file', open, { ...file, kind: 'missing' }, undefined, 'undetermined'],
    ['another file than the gateway reads', open, file, '/etc/openclaw.json', 'undetermined'],
  ])('outside the sandbox: %s', (_, inForce, seen, path, outcome) => {
    const facts = { config: { ...config(inForce), path }, agents: ['main'], skills: own, approvals, file: seen };
    expect(judgeFacts(rulebook, facts).outcome).toBe(outcome);
  });
});

describe('monitoring/runaway-limited', () => {
  const good = {
    agents: { defaults: { timeoutSeconds: 600, maxConcurrent: 4 } },
    gateway: { auth: { rateLimit: { maxAttempts: 10 } } },
    tools: { exec: { timeoutSeconds: 300 }, loopDetection: { enabled: true } },
  };
  const exec = (timeoutSeconds: unknown) => ({ ...good, tools: { ...good.tools, exec: { timeoutSeconds } } });
  it.each<[string, object, string]>([
    ['all bounded', good, 'pass'],
    ['an hour', exec(3600), 'pass'],
    ['over an hour', exec(3601), 'fail'],
    ['zero, which is no limit', exec(0), 'fail'],
    ['a number as text', exec('300'), 'fail'],
    ['nothing set', {}, 'fail'],
    [
      'loops for one agent',
      { ...good, agents: { ...good.agents, entries: { main: { tools: { loopDetection: { enabled: false } } } } } },
      'fail',
    ],
    ['no limit of logins', { ...good, gateway: {} }, 'fail'],
  ])('%s', (_, inForce, outcome) => {
    expect(judgeFacts(limited, { config: config(inForce), agents: ['main'] }).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    expect(judgeFacts(limited, { config: config(good), agents: [] }).outcome).toBe('undetermined');
  });
});
