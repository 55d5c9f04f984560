import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localFiles } from '../../src/adapters/files/files.ts';
import { openGateway } from '../../src/adapters/gateway/gateway.ts';
import {
  addBrokenPlugin,
  addPlugin,
  brokenGate,
  brokenPluginSettings,
  deleted,
  gated,
  gatedTool,
  leftInTmp,
} from './lab/gates.ts';
import {
  type GatewayHome,
  type GatewayProcess,
  gatewayRequirement,
  gatewayToken,
  pairDevice,
  startGatewayProcess,
} from './lab/gateway-process.ts';
import { judgeGateway } from './lab/judge-gateway.ts';
import { localHost } from './lab/local-host.ts';
import { type Model, modelSettings, startModel } from './lab/model.ts';
import { liveDescribe } from './live.ts';

const startSeconds = 120;
const people = { admin: 'slack:U0BENEX01', operator: 'slack:U0OPSLD01' };

const hardened = ({ workspace }: GatewayHome) => ({
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

/** As installed, but for a model, a plugin that is loaded and not enabled, and one that is enabled and fails. */
const asInstalled = (place: GatewayHome, model: Model) => ({
  agents: { defaults: { workspace: place.workspace, model: { primary: 'mock/m1' }, skipBootstrap: true } },
  models: modelSettings(model),
  plugins: brokenPluginSettings(place),
  skills: { load: { extraDirs: [join(place.home, 'extra')] } },
  tools: { alsoAllow: [gatedTool] },
});

/** A plugin, a reviewed skill that is deployed, and for the one that is as installed a skill elsewhere. */
function prepare(place: GatewayHome, strict: boolean): void {
  addPlugin(place);
  addBrokenPlugin(place);
  const skill = (folder: string, name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'SKILL.md'), `---\nname: ${name}\ndescription: A skill.\n---\nDo nothing.\n`);
  };
  skill(join(place.home, 'repository', 'skills'), 'reviewed');
  skill(join(place.workspace, 'skills'), 'reviewed');
  if (!strict) skill(join(place.home, 'extra', 'deep'), 'handy');
}

/** The gateway with a configuration; `strict` is a hardened one. */
function start(model: Model, strict: boolean): Promise<GatewayProcess> {
  const { rateLimit, ...gatewaySettings } = hardenedGateway;
  const auth = { mode: 'token', token: gatewayToken, ...(strict && { rateLimit }) };
  return startGatewayProcess(
    (place) => ({
      gateway: { mode: 'local', bind: 'loopback', port: place.port, auth, ...(strict && gatewaySettings) },
      ...(strict ? hardened(place) : asInstalled(place, model)),
    }),
    { prepare: (place) => prepare(place, strict) },
  );
}

/** Calls one gateway directly. */
function portOf({ port }: GatewayProcess, token = gatewayToken) {
  const { signal } = new AbortController();
  return openGateway(localHost(port), { port, token: () => token, signal });
}

const judging =
  (running: GatewayProcess, environment = {}) =>
  async (id: string) => {
    const { [id]: outcome } = await judgeGateway(running, [id], { environment });
    if (!outcome) throw new Error(`${id} was not judged`);
    return outcome;
  };

liveDescribe('a real gateway', gatewayRequirement(), () => {
  let model: Model;
  let open: GatewayProcess;
  let strict: GatewayProcess;
  beforeAll(async () => {
    model = await startModel();
    [open, strict] = await Promise.all([start(model, false), start(model, true)]);
  });
  afterAll(async () => {
    await open?.stop();
    await strict?.stop();
    model?.close();
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

  it(
    'as installed lets everything through, also a tool whose gate is a plugin that is loaded but not enabled',
    async () => {
      const ids = ['approval-gates/gates-enforced', 'approval-gates/blocked-without-approval'];
      const outcomes = await judgeGateway(open, ids, { active: true, environment: gated });
      expect(Object.values(outcomes).map(({ status }) => status)).toEqual(['fail', 'fail']);
      const seen = outcomes['approval-gates/blocked-without-approval']?.evidence;
      expect(seen?.map(({ subject, observed }) => `${subject}: ${observed}`)).toEqual([
        'commands of agent main, tried: done, and nobody was asked',
        `tool ${gatedTool} of agent main, tried: done, and nobody was asked`,
      ]);
      expect(new Set(deleted(open))).toEqual(new Set(['CLAWCHECK-CANARY']));
      expect(leftInTmp()).toEqual([]);
    },
    2 * startSeconds * 1000,
  );

  it.each([
    ['is loaded but not enabled', gated, 'its plugin: enabled not set in plugins.entries'],
    ['is enabled and failed to start', brokenGate, 'its plugin: enabled true in plugins.entries, and it does not run'],
  ])('does not take a plugin for a gate that %s', async (_, environment, observed) => {
    const id = 'approval-gates/gates-enforced';
    const { [id]: outcome } = await judgeGateway(open, [id], { environment });
    expect(outcome?.status).toBe('fail');
    expect(outcome?.evidence.map((one) => one.observed)).toContain(observed);
  });

  it('that is hardened passes each of them, once a person has approved something', async () => {
    const scopes = { scopes: ['operator.approvals'] } as const;
    const id = `live-test-${crypto.randomUUID()}`;
    const request = { id, command: '/bin/true', commandArgv: ['/bin/true'], host: 'gateway', ask: 'always' };
    const record = { security: 'allowlist', timeoutMs: 60_000, twoPhase: true };
    const quiet = { requireDeliveryRoute: false, suppressDelivery: true };
    const gateway = portOf(strict);
    await gateway.rpc('exec.approval.request', { ...request, ...record, ...quiet }, scopes);
    await gateway.rpc('exec.approval.resolve', { id, decision: 'allow-once' }, scopes);

    // Its tools are denied, so no plugin has to hold them back.
    const judgeCheck = judging(strict, { 'approvalGates.gates.1.plugin': null });
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

  it('loads skills that are compared file by file, and is found to load one from elsewhere', async () => {
    const id = 'skills/inventory-matches';
    const judged = async (running: GatewayProcess) => {
      // It links to the skills of its plugins when it is first asked.
      await portOf(running).rpc('skills.status', {});
      const outcomes = await judgeGateway(running, [id], { files: localFiles(join(running.home, 'repository')) });
      return outcomes[id];
    };
    expect(await judged(strict)).toMatchObject({ status: 'pass' });
    const found = await judged(open);
    expect([found?.status, found?.evidence.map(({ subject }) => subject)]).toEqual([
      'fail',
      ['skill handy of agent main'],
    ]);
  });

  it('knows who may approve by a device of their own', async () => {
    const id = 'approval-gates/approvers-authorised';
    await pairDevice(strict, 'operator.read');
    expect((await judging(strict)(id)).status).toBe('pass');
    const device = await pairDevice(strict, 'operator.read', 'operator.approvals');
    const { status, evidence } = await judging(strict)(id);
    expect([status, evidence.map(({ subject }) => subject)]).toEqual(['fail', ['paired devices that may approve']]);
    const named = { 'approvalGates.people.1.ids': ['slack:U0OPSLD01', `device:${device}`] };
    expect((await judging(strict, named)(id)).status).toBe('pass');
  }, 60_000);

  it('refuses a wrong token without saying more than that', async () => {
    const [wrong, right] = [portOf(strict, 'another'), portOf(strict)];
    await expect(wrong.rpc('status', {})).rejects.toMatchObject({ reason: 'auth_failed' });
    await expect(right.rpc('exec.approvals.get', {})).rejects.toMatchObject({ reason: 'access_denied' });
    await expect(right.rpc('no.such.method', {})).rejects.toMatchObject({ reason: 'not_found' });
    const page = await portOf(open).get('/nope');
    expect(page).toMatchObject({ status: 200, json: undefined });
  });

  const healthy = 'monitoring/gateway-healthy';
  const gates = ['gates-enforced', 'request-surfaces', 'blocked-without-approval', 'approvers-authorised'];
  const asked = [
    ...[...gates, 'decisions-recorded'].map((name) => `approval-gates/${name}`),
    ...['monitoring/agent-answers', 'monitoring/runaway-limited', 'infrastructure/gateway-version'],
  ];

  it('that is halted answers nothing, which is unknown within the time that a call may take', async () => {
    open.halt();
    const outcomes = await judgeGateway(open, [healthy, ...asked], {
      environment: { 'gateway.startSeconds': 1 },
      callMs: 1000,
    });
    const seen = Object.entries(outcomes).map(([id, { status, reason }]) => [id, status, reason?.code]);
    expect(seen).toEqual([healthy, ...asked].map((id) => [id, 'unknown', 'timeout']));
  });

  it('that is down fails its own check, and leaves unknown what only it could tell', async () => {
    await open.stop();
    const outcomes = await judgeGateway(open, [healthy, ...asked], { environment: { 'gateway.startSeconds': 1 } });
    expect(outcomes[healthy]?.evidence[0]?.observed).toMatch(/^nothing listens on the port after/);
    const seen = Object.entries(outcomes).map(([id, { status, reason }]) => [id, status, reason?.code]);
    expect(seen).toEqual([[healthy, 'fail', undefined], ...asked.map((id) => [id, 'unknown', 'not_found'])]);
  });
});
