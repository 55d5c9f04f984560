import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGateway } from '../../src/adapters/gateway/gateway.ts';
import { valueAt } from '../../src/judging/gateway-config.ts';
import type { GatewayPort } from '../../src/ports/gateway.ts';
import { addPlugin, deleted, gated, gatedTool, leftInTmp, pluginSettings } from './lab/gates.ts';
import { type GatewayProcess, gatewayRequirement, gatewayToken, startGatewayProcess } from './lab/gateway-process.ts';
import { instance, judgeGateway } from './lab/judge-gateway.ts';
import { localHost } from './lab/local-host.ts';
import { type Model, modelSettings, startModel } from './lab/model.ts';
import { liveDescribe } from './live.ts';

/** Turns of an agent of the real gateway, with a model on the loopback, and what that gateway leaves on its host. */
const isRoot = process.getuid?.() === 0;
const answers = 'monitoring/agent-answers';
const logged = 'monitoring/test-interaction-logged';
const audited = 'monitoring/gateway-self-audit';
const clean = 'credentials/not-in-logs';
const rulebook = 'soul-documents/no-second-rulebook';
const enforced = 'approval-gates/gates-enforced';
const blocked = 'approval-gates/blocked-without-approval';
const gateChecks = ['gates-enforced', 'blocked-without-approval', 'request-surfaces', 'decisions-recorded'];
const minutes = 60_000;

const route = { enabled: true, mode: 'targets', targets: [{ channel: 'slack', to: 'U0OPSLD01' }] };

/** With a gate on commands and on one tool. `readOnly` mounts its empty workspace read-only. */
function start(model: Model, readOnly: boolean): Promise<GatewayProcess> {
  return startGatewayProcess(
    (place) => ({
      gateway: { mode: 'local', bind: 'loopback', port: place.port, auth: { mode: 'token', token: gatewayToken } },
      agents: {
        defaults: { workspace: place.workspace, model: { primary: 'mock/m1' }, skipBootstrap: !readOnly },
      },
      approvals: { exec: route, plugin: route },
      logging: { file: join(place.home, 'gateway.log') },
      models: modelSettings(model),
      plugins: pluginSettings(place, true),
      tools: { alsoAllow: [gatedTool], deny: ['plugins'], elevated: { enabled: false }, exec: { mode: 'ask' } },
    }),
    {
      prepare(place) {
        addPlugin(place);
        if (!readOnly) return;
        execFileSync('mount', ['--bind', place.workspace, place.workspace]);
        execFileSync('mount', ['-o', 'remount,ro,bind', place.workspace]);
      },
      tidy: ({ workspace }) => readOnly && execFileSync('umount', [workspace]),
    },
  );
}

/** Of the document with the host's own policy of commands, as it is now. */
async function hashOf(gateway: GatewayPort): Promise<string> {
  const { hash } = (await gateway.rpc('exec.approvals.get', {}, { scopes: ['operator.admin'] })) as { hash: string };
  return hash;
}

/** The mode of commands that the running gateway works with. */
async function inForce({ port }: GatewayProcess): Promise<unknown> {
  const { signal } = new AbortController();
  const gateway = openGateway(localHost(port), { port, token: () => gatewayToken, signal });
  return valueAt(await gateway.rpc('config.get', {}), 'runtimeConfig.tools.exec.mode');
}

type Kind = 'gateway' | 'session';

/** What a gateway keeps: its log file, and the databases in which each agent has its sessions, as an export reads them. */
function kept(home: string, kind: Kind): string[] {
  if (kind === 'gateway') return [join(home, 'gateway.log')];
  const agents = join(home, '.openclaw', 'agents');
  const all = readdirSync(agents, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => /\.sqlite(-wal)?$/.test(name)).map((name) => join(agents, name));
}

/** The log groups hold what the gateway keeps of their kind. */
function judged(place: GatewayProcess, ids: readonly string[], { active = false, log = 'gateway' as Kind } = {}) {
  return judgeGateway(place, ids, {
    active,
    environment: {
      ...gated,
      'monitoring.logGroups': [{ name: `/live/${log}`, kind: log }],
      'monitoring.logArrivalSeconds': 2,
    },
    async find(operation, { filterPattern = '' }: { filterPattern?: string }) {
      if (operation !== 'logs:FilterLogEvents') throw new Error(`${operation} is not answered here`);
      const phrase = filterPattern.replaceAll('"', '');
      const lines = kept(place.home, log).flatMap((file) => readFileSync(file, 'latin1').split('\n'));
      const events = lines.filter((line) => line.includes(phrase));
      return { events: events.map((message) => ({ message, timestamp: Date.now(), logStreamName: instance })) };
    },
  });
}

liveDescribe('a turn on a real gateway', gatewayRequirement(), () => {
  let model: Model;
  let good: GatewayProcess;
  beforeAll(async () => {
    model = await startModel();
    good = await start(model, false);
  });
  afterAll(async () => {
    await good?.stop();
    model?.close();
  });

  it.each([[[answers, logged, audited]], [[answers, logged]]])(
    'is answered and found in what it keeps of its sessions, the first time and again: %j',
    async (ids) => {
      const before = model.prompts.length;
      const outcomes = await judged(good, ids, { log: 'session' });
      const seen = Object.values(outcomes).map(({ status, reason }) => [status, reason]);
      expect(seen).toEqual(ids.map(() => ['pass', null]));
      expect(outcomes[answers]?.evidence[0]?.observed).toBe('answered');
      expect(model.prompts.slice(before).join()).toContain(`-${instance}`);
    },
    4 * minutes,
  );

  it(
    'is in no log of the gateway, which may know the run, but not what was said',
    async () => {
      const outcomes = await judged(good, [answers, logged]);
      expect(outcomes[answers]?.status).toBe('pass');
      expect(outcomes[logged]?.status).toBe('fail');
      expect(outcomes[logged]?.evidence.map(({ observed }) => observed)).toEqual(['not found within 2 seconds']);
    },
    2 * minutes,
  );

  it(
    'does what its gates hold back only when it is allowed, and leaves nothing but decisions',
    async () => {
      const ids = gateChecks.map((name) => `approval-gates/${name}`);
      const outcomes = await judged(good, ids, { active: true });
      const seen = Object.entries(outcomes).map(([id, { status, reason }]) => [id, status, reason]);
      expect(seen).toEqual(ids.map((id) => [id, 'pass', null]));
      const trial = outcomes[blocked];
      expect(trial?.controls[0]?.observed).toMatch(/^done after request \S+ was allowed once$/);
      expect(trial?.evidence.slice(-5).map(({ subject, observed }) => `${subject}: ${observed}`)).toEqual([
        'commands of agent main, tried: denied: not done',
        'commands of agent main, tried: allowed once: done',
        `tool ${gatedTool} of agent main, tried: denied: not done`,
        `tool ${gatedTool} of agent main, tried: left to expire: not done`,
        `tool ${gatedTool} of agent main, tried: allowed once: done`,
      ]);
      // Once a trial: it is tried again where this test is.
      expect(new Set(deleted(good))).toEqual(new Set(['CLAWCHECK-CANARY']));
      expect(leftInTmp()).toEqual([]);

      const asked = [model.prompts.length, deleted(good).length];
      const plain = await judged(good, [blocked]);
      // What the trial allowed was allowed by no person, and a run without consent tries nothing.
      expect(Object.values(plain)).toMatchObject([{ status: 'unknown', reason: { code: 'not_drilled' } }]);
      expect([model.prompts.length, deleted(good).length]).toEqual(asked);
    },
    4 * minutes,
  );

  it(
    'that the model will not make shows nothing about a gate',
    async () => {
      model.idle = true;
      const outcomes = await judgeGateway(good, [blocked], { active: true });
      model.idle = false;
      expect(Object.values(outcomes)).toMatchObject([{ status: 'unknown', reason: { code: 'not_drilled' } }]);
    },
    2 * minutes,
  );

  it(
    'that the model refuses is a failure',
    async () => {
      model.refuses = true;
      const outcomes = await judged(good, [answers]);
      model.refuses = false;
      expect(outcomes[answers]?.evidence[0]?.observed).toBe('the turn died because the model provider refused');
    },
    2 * minutes,
  );

  it.skipIf(!isRoot)(
    'dies on a read-only workspace without its files, and the gateway stays ready',
    async () => {
      const bad = await start(model, true);
      try {
        const outcomes = await judged(bad, [answers, 'monitoring/gateway-healthy']);
        expect(outcomes['monitoring/gateway-healthy']?.status).toBe('pass');
        expect(outcomes[answers]?.status).toBe('fail');
        expect(outcomes[answers]?.evidence[0]?.observed).toBe('the turn died on a read-only file system');
      } finally {
        await bad.stop();
      }
    },
    4 * minutes,
  );

  it(
    'leaves a log that is searched, and a configuration that its tools can change',
    async () => {
      const before = await judged(good, [clean, rulebook]);
      // Its session log is nowhere: what there is of a sample holds nothing, which is not enough.
      expect(before[clean]).toMatchObject({ status: 'unknown', reason: { code: 'empty_subject' } });
      expect(before[rulebook]?.evidence.map(({ subject }) => subject)).toContain(
        join(good.home, '.openclaw', 'openclaw.json'),
      );
      const key = ['AK', 'IA', 'QZWSXEDCRFVTGBYH'].join('');
      appendFileSync(join(good.home, 'gateway.log'), `{"message":"${key}"}\n`);
      const after = await judged(good, [clean]);
      expect(after[clean]?.status).toBe('fail');
      expect(after[clean]?.evidence.map(({ subject }) => subject)).toContain(join(good.home, 'gateway.log'));
      expect(JSON.stringify(after)).not.toContain(key);
    },
    2 * minutes,
  );

  it(
    'lifts its gate for one message that says so, unless the document of the host holds it too',
    async () => {
      const { port } = good;
      const { signal } = new AbortController();
      const gateway = openGateway(localHost(port), { port, token: () => gatewayToken, signal });
      const sender = { scopes: ['operator.write', 'operator.approvals'] } as const;
      const admin = { scopes: ['operator.admin', 'operator.approvals'] } as const;
      const ask = async (file: string) => {
        const message = `/exec security=full ask=off Use the exec tool to run exactly this: \`/usr/bin/touch ${file}\``;
        const start = { sessionKey: `agent:main:${crypto.randomUUID()}`, message, idempotencyKey: crypto.randomUUID() };
        await gateway.rpc('chat.send', start, sender);
      };
      type Waiting = { id: string; request: { command: string } };
      const waiting = async () => (await gateway.rpc('exec.approval.list', {}, admin)) as Waiting[];
      const options = { timeout: minutes, interval: 200 };
      // It may still be starting.
      await judged(good, ['monitoring/gateway-healthy']);
      await ask(join(good.home, 'lifted'));
      await expect.poll(() => existsSync(join(good.home, 'lifted')), options).toBe(true);

      const { file, hash } = (await gateway.rpc('exec.approvals.get', {}, admin)) as { file: object; hash: string };
      const held = { ...file, defaults: { security: 'allowlist', ask: 'on-miss', askFallback: 'deny' } };
      await gateway.rpc('exec.approvals.set', { file: held, baseHash: hash }, admin);
      try {
        const command = `/usr/bin/touch ${join(good.home, 'held')}`;
        await ask(join(good.home, 'held'));
        const asked = async () => (await waiting()).find(({ request }) => request.command === command)?.id;
        await expect.poll(asked, options).toBeDefined();
        expect(existsSync(join(good.home, 'held'))).toBe(false);
        await gateway.rpc('exec.approval.resolve', { id: await asked(), decision: 'deny' }, admin);
      } finally {
        await gateway.rpc('exec.approvals.set', { file, baseHash: await hashOf(gateway) }, admin);
      }
    },
    4 * minutes,
  );

  it(
    'runs whatever it is asked to once tools.exec.mode is full, and fails the gates that passed before',
    async () => {
      const file = join(good.home, '.openclaw', 'openclaw.json');
      const ids = [enforced, blocked];
      const settings = JSON.parse(readFileSync(file, 'utf8'));
      settings.tools.exec.mode = 'full';
      writeFileSync(file, JSON.stringify(settings));
      // The gateway watches its file and takes the change over without a restart.
      await expect.poll(() => inForce(good), { timeout: minutes, interval: 200 }).toBe('full');
      // Of the commands alone: the gate of the tool is the same as before.
      const environment = { 'approvalGates.gates': gated['approvalGates.gates'].slice(0, 1) };
      const outcomes = await judgeGateway(good, ids, { active: true, environment });
      expect(Object.values(outcomes).map(({ status }) => status)).toEqual(['fail', 'fail']);
      const observed = outcomes[enforced]?.evidence.map((one) => one.observed);
      expect(observed).toContain('security full, ask off');
      const trial = outcomes[blocked]?.evidence.map(({ subject, observed }) => `${subject}: ${observed}`);
      expect(trial).toEqual(['commands of agent main, tried: done, and nobody was asked']);
      expect(leftInTmp()).toEqual([]);
    },
    4 * minutes,
  );
});
