import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { openGateway } from '../../src/adapters/gateway/gateway.ts';
import type { HostProbe } from '../../src/model/probe.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { Gatherer } from '../../src/runner/gather.ts';
import { judge, type Outcome } from '../../src/runner/judge.ts';
import { goodEnvironment } from '../support/rig.ts';
import { localHost } from './lab/local-host.ts';
import { type Model, modelSettings, startModel } from './lab/model.ts';
import { liveDescribe, type Requirement } from './live.ts';

/**
 * Turns of an agent of the real gateway, with a model on the loopback, and what that gateway leaves on its host.
 * CLAWCHECK_LIVE_OPENCLAW names the folder, as for gateway.test.ts.
 */
const lab = process.env['CLAWCHECK_LIVE_OPENCLAW'];
const node = join(lab ?? '', 'node_modules', 'node', 'bin', 'node');
const program = join(lab ?? '', 'node_modules', 'openclaw', 'openclaw.mjs');
const requirement: Requirement =
  lab && existsSync(node) && existsSync(program)
    ? { ok: true }
    : { ok: false, reason: 'CLAWCHECK_LIVE_OPENCLAW names no folder with openclaw and node in node_modules' };

const token = 'live-test-0123456789abcdef0123456789abcdef';
const isRoot = process.getuid?.() === 0;
const instance = 'i-0a1b2c3d4e5f60001';

interface Running {
  readonly home: string;
  readonly port: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The gateway as installed but for its model and log; `readOnly` mounts its empty workspace read-only. */
async function start(model: Model, readOnly: boolean): Promise<Running> {
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'clawcheck-turn-'));
  const workspace = join(home, 'workspace');
  mkdirSync(join(home, '.openclaw'), { mode: 0o700 });
  mkdirSync(workspace);
  const defaults = { workspace, model: { primary: 'mock/m1' }, skipBootstrap: !readOnly };
  const config = {
    gateway: { mode: 'local', bind: 'loopback', port, auth: { mode: 'token', token } },
    agents: { defaults },
    models: modelSettings(model),
    logging: { file: join(home, 'gateway.log') },
  };
  writeFileSync(join(home, '.openclaw', 'openclaw.json'), JSON.stringify(config), { mode: 0o600 });
  if (readOnly) {
    execFileSync('mount', ['--bind', workspace, workspace]);
    execFileSync('mount', ['-o', 'remount,ro,bind', workspace]);
  }
  const child = spawn(node, [program, 'gateway', 'run'], {
    cwd: home,
    env: { HOME: home, PATH: process.env['PATH'] ?? '', NO_COLOR: '1' },
    stdio: 'ignore',
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    home,
    port,
    async stop() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        await exited;
      } catch {
        // It ended by itself.
      }
      if (readOnly) execFileSync('umount', [workspace]);
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Judges checks on the gateway and its host. The log group of the gateway is its log file; there are no others. */
async function judged({ home, port }: Running, ids: readonly string[]): Promise<Record<string, Outcome>> {
  const group = '/live/gateway';
  const environment = goodEnvironment({
    'gateway.port': port,
    'gateway.startSeconds': 120,
    'host.stateDirectory': join(home, '.openclaw'),
    'soulDocuments.workspace': join(home, 'workspace'),
    'monitoring.logGroups': [{ name: group, kind: 'gateway' }],
    'monitoring.logArrivalSeconds': 10,
  });
  const now = new Date();
  const stop = new AbortController();
  const refuse = () => Promise.reject(new ProbeError('internal', 'the gateway and its host are all there is'));
  const find = async (operation: string, input: { filterPattern?: string }) => {
    if (operation !== 'logs:FilterLogEvents') return refuse();
    const phrase = (input.filterPattern ?? '').replaceAll('"', '');
    const lines = readFileSync(join(home, 'gateway.log'), 'utf8').split('\n');
    const events = lines.filter((line) => line.includes(phrase));
    return { events: events.map((message) => ({ message, timestamp: Date.now(), logStreamName: instance })) };
  };
  const read = async (operation: string) =>
    operation === 'autoscaling:DescribeAutoScalingGroups' ? groupAnswer : refuse();
  const aws = { region: 'eu-west-1', account: '123456789012', read, find };
  const files = { read: refuse, glob: refuse, sha256: refuse };
  const context = { environment, others: [], now, nonce: crypto.randomUUID(), signal: stop.signal };
  const host = localHost(port);
  const gateway = openGateway(host, { port, token: () => token, signal: stop.signal });
  const identity = [
    ['state', 'ok'],
    ['instance-id', instance],
    ['account', '123456789012'],
    ['region', 'eu-west-1'],
  ] as const;
  const records = async (probe: HostProbe<unknown>) => {
    if (probe.id === 'host/identity') return identity;
    const part = { id: probe.id, as: probe.as, script: probe.script(environment), seconds: probe.seconds(environment) };
    const answer = (await host.run([part], stop.signal)).get(probe.id);
    if (!answer || answer instanceof ProbeError) throw answer ?? new ProbeError('internal', 'no answer');
    return answer;
  };
  const all = new Gatherer(
    context,
    { aws: aws as never, git: { get: refuse }, files },
    () => new Date(),
    () => {},
  );
  const gatherer = all.forHost({ label: host.label, records, gateway: async () => gateway });
  try {
    const outcomes = ids.map(async (id) => {
      const [area = '', name = ''] = id.split('/');
      const check = registry[area as keyof typeof registry].checks[name];
      if (!check) throw new Error(`there is no check ${id}`);
      const facts = Object.entries(check.needs).map(async ([need, probe]) => {
        return [need, await gatherer.get(probe as never)] as const;
      });
      return [id, judge(check, Object.fromEntries(await Promise.all(facts)), context, instance)] as const;
    });
    return Object.fromEntries(await Promise.all(outcomes));
  } finally {
    stop.abort(new ProbeError('cancelled', 'the test is over'));
  }
}

const groupAnswer = {
  AutoScalingGroups: [
    {
      AutoScalingGroupName: 'openclaw-prod',
      AutoScalingGroupARN:
        'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/openclaw-prod',
      MinSize: 1,
      DesiredCapacity: 1,
      Instances: [{ InstanceId: instance, LifecycleState: 'InService' }],
    },
  ],
};
const answers = 'monitoring/agent-answers';
const logged = 'monitoring/test-interaction-logged';
const audited = 'monitoring/gateway-self-audit';
const clean = 'credentials/not-in-logs';
const rulebook = 'soul-documents/no-second-rulebook';
const minutes = 60_000;

liveDescribe('a turn on a real gateway', requirement, () => {
  let model: Model;
  let good: Running;
  beforeAll(async () => {
    model = await startModel();
    good = await start(model, false);
  });
  afterAll(async () => {
    await good?.stop();
    model?.close();
  });

  it(
    'is answered and found in its log, with a clean audit of its own',
    async () => {
      const outcomes = await judged(good, [answers, logged, audited]);
      const seen = Object.values(outcomes).map(({ status, reason }) => [status, reason]);
      expect(seen).toEqual(Array(3).fill(['pass', null]));
      expect(outcomes[answers]?.evidence[0]?.observed).toBe('answered');
      expect(model.prompts.filter((prompt) => prompt.includes(`-${instance}`))).toHaveLength(1);
    },
    4 * minutes,
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
});
