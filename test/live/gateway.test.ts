import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { openGateway } from '../../src/adapters/gateway/gateway.ts';
import { ProbeError } from '../../src/model/reason.ts';
import type { GatewayPort } from '../../src/ports/gateway.ts';
import type { HostPort } from '../../src/ports/host.ts';
import { Gatherer } from '../../src/runner/gather.ts';
import { judge } from '../../src/runner/judge.ts';
import { goodEnvironment } from '../support/rig.ts';
import { liveDescribe, type Requirement } from './live.ts';

/**
 * The real gateway, in a home of its own on the loopback. CLAWCHECK_LIVE_OPENCLAW names a folder in which
 * `npm i node@24` and then, with that Node first in PATH, `npm i openclaw@2026.9.6` were run; nothing is installed here.
 */
const lab = process.env['CLAWCHECK_LIVE_OPENCLAW'];
const node = join(lab ?? '', 'node_modules', 'node', 'bin', 'node');
const program = join(lab ?? '', 'node_modules', 'openclaw', 'openclaw.mjs');
const requirement: Requirement =
  lab && existsSync(node) && existsSync(program)
    ? { ok: true }
    : { ok: false, reason: 'CLAWCHECK_LIVE_OPENCLAW names no folder with openclaw and node in node_modules' };

const token = 'live-test-0123456789abcdef0123456789abcdef';
const startSeconds = 120;
const people = { admin: 'slack:U0BENEX01', operator: 'slack:U0OPSLD01' };

const hardened = (workspace: string) => ({
  agents: {
    defaults: {
      workspace,
      skipBootstrap: true,
      timeoutSeconds: 600,
      maxConcurrent: 4,
      sandbox: { mode: 'all', scope: 'session', workspaceAccess: 'ro' },
    },
  },
  approvals: { exec: { enabled: true, mode: 'targets', targets: [{ channel: 'slack', to: 'U0OPSLD01' }] } },
  commands: { ownerAllowFrom: Object.values(people) },
  skills: { workshop: { autonomous: { mode: 'off' } } },
  tools: {
    deny: ['gateway', 'openclaw', 'send_payment', 'crm_delete_record'],
    elevated: { enabled: false },
    exec: { mode: 'ask', timeoutSeconds: 300 },
    loopDetection: { enabled: true },
  },
});

const hardenedGateway = {
  controlUi: { enabled: false },
  tailscale: { mode: 'off' },
  rateLimit: { maxAttempts: 10, windowMs: 60_000, lockoutMs: 300_000 },
};

interface Running {
  readonly gateway: GatewayPort;
  readonly port: number;
  readonly home: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The gateway with a configuration; `strict` adds the settings of a hardened one. */
async function start(strict: boolean): Promise<Running> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'clawcheck-gateway-'));
  const { rateLimit, ...gatewaySettings } = hardenedGateway;
  const auth = { mode: 'token', token, ...(strict && { rateLimit }) };
  const gateway = { mode: 'local', bind: 'loopback', port, auth, ...(strict && gatewaySettings) };
  const workspace = join(home, 'workspace');
  mkdirSync(join(home, '.openclaw'), { mode: 0o700 });
  mkdirSync(workspace);
  const config = JSON.stringify({ gateway, ...(strict && hardened(workspace)) });
  writeFileSync(join(home, '.openclaw', 'openclaw.json'), config, { mode: 0o600 });
  const child: ChildProcess = spawn(node, [program, 'gateway', 'run'], {
    cwd: home,
    env: { HOME: home, PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new AbortController();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    ended.abort(new ProbeError('cancelled', 'the test is over'));
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await exited;
    } catch {
      // It ended by itself.
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { gateway: openGateway(loopback, { port, token: () => token, signal: ended.signal }), port, home, stop };
}

const loopback: HostPort = {
  label: 'ops@127.0.0.1:22',
  hostKeyFingerprint: `SHA256:${'0'.repeat(43)}`,
  run: async () => new Map(),
  forward: (port) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.once('error', () => reject(new ProbeError('not_found', 'nothing listens')));
    }),
  close: async () => {},
};

/** Judges checks on what the running gateway says. */
function judging({ gateway, port, home }: Running) {
  const environment = goodEnvironment({
    'gateway.port': port,
    'gateway.startSeconds': startSeconds,
    'soulDocuments.workspace': join(home, 'workspace'),
    'infrastructure.approvedInbound': [],
  });
  const now = new Date();
  const refuse = () => Promise.reject(new ProbeError('internal', 'the gateway is all there is'));
  const aws = { region: 'eu-west-1', account: '123456789012', read: refuse, find: refuse };
  const files = { read: refuse, glob: refuse, sha256: refuse };
  const { signal } = new AbortController();
  const context = { environment, others: [], now, nonce: crypto.randomUUID(), signal };
  const all = new Gatherer(
    context,
    { aws, git: { get: refuse }, files },
    () => new Date(),
    () => {},
  );
  const host = all.forHost({ label: loopback.label, records: refuse, gateway: async () => gateway });
  return async (id: string) => {
    const [area = '', name = ''] = id.split('/');
    const check = registry[area as keyof typeof registry].checks[name];
    if (!check) throw new Error(`there is no check ${id}`);
    const facts = await Promise.all(
      Object.entries(check.needs).map(async ([need, probe]) => [need, await host.get(probe as never)] as const),
    );
    return judge(check, Object.fromEntries(facts), { environment, others: [], now }, 'i-0a1b2c3d4e5f60001');
  };
}

liveDescribe('a real gateway', requirement, () => {
  let open: Running;
  let strict: Running;
  beforeAll(async () => {
    [open, strict] = await Promise.all([start(false), start(true)]);
  });
  afterAll(async () => {
    await open?.stop();
    await strict?.stop();
  });

  it(
    'is waited for while it starts, and then healthy and current',
    async () => {
      for (const running of [open, strict]) {
        const judgeCheck = judging(running);
        expect(await judgeCheck('monitoring/gateway-healthy')).toMatchObject({ status: 'pass' });
        expect(await judgeCheck('infrastructure/gateway-version')).toMatchObject({ status: 'pass' });
      }
    },
    startSeconds * 1000,
  );

  it('as installed has no gates, and says so', async () => {
    const judgeCheck = judging(open);
    for (const id of [
      'approval-gates/gates-enforced',
      'approval-gates/request-surfaces',
      'approval-gates/approvers-authorised',
      'infrastructure/sandboxed-tools',
      'soul-documents/no-second-rulebook',
      'monitoring/runaway-limited',
    ]) {
      expect([id, (await judgeCheck(id)).status]).toEqual([id, 'fail']);
    }
    expect(await judgeCheck('approval-gates/decisions-recorded')).toMatchObject({ status: 'pass' });
    const blocked = await judgeCheck('approval-gates/blocked-without-approval');
    expect(blocked).toMatchObject({ status: 'unknown', reason: { code: 'not_drilled' } });
  }, 60_000);

  it('that is hardened passes each of them, once a person has approved something', async () => {
    const scopes = { scopes: ['operator.approvals'] } as const;
    const id = `live-test-${crypto.randomUUID()}`;
    const request = { id, command: '/bin/true', commandArgv: ['/bin/true'], host: 'gateway', ask: 'always' };
    const record = { security: 'allowlist', timeoutMs: 60_000, twoPhase: true };
    const quiet = { requireDeliveryRoute: false, suppressDelivery: true };
    await strict.gateway.rpc('exec.approval.request', { ...request, ...record, ...quiet }, scopes);
    await strict.gateway.rpc('exec.approval.resolve', { id, decision: 'allow-once' }, scopes);

    const judgeCheck = judging(strict);
    for (const check of [
      'approval-gates/gates-enforced',
      'approval-gates/request-surfaces',
      'approval-gates/blocked-without-approval',
      'approval-gates/approvers-authorised',
      'approval-gates/decisions-recorded',
      'infrastructure/sandboxed-tools',
      'soul-documents/no-second-rulebook',
      'monitoring/runaway-limited',
    ]) {
      const { status, evidence, reason } = await judgeCheck(check);
      expect([check, status, status === 'pass' ? [] : evidence, reason]).toEqual([check, 'pass', [], null]);
    }
  }, 60_000);

  it('refuses a wrong token without saying more than that', async () => {
    const { signal } = new AbortController();
    const wrong = openGateway(loopback, { port: strict.port, token: () => 'another', signal });
    await expect(wrong.rpc('status', {})).rejects.toMatchObject({ reason: 'auth_failed' });
    await expect(strict.gateway.rpc('exec.approvals.get', {})).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(strict.gateway.rpc('no.such.method', {})).rejects.toMatchObject({ reason: 'not_found' });
    const page = await open.gateway.get('/nope');
    expect(page).toMatchObject({ status: 200, json: undefined });
  });
});
