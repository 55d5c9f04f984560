import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { remedies } from '../../src/remedies/index.ts';
import type { Outcome } from '../../src/runner/judge.ts';
import { type GatewayHome, gatewayRequirement, gatewayToken, startGatewayProcess } from './lab/gateway-process.ts';
import { judgeGateway } from './lab/judge-gateway.ts';
import { modelSettings, startModel } from './lab/model.ts';
import { liveDescribe } from './live.ts';

const folder = join(process.env['CLAWCHECK_LIVE_OPENCLAW'] ?? '', 'node_modules');
const tried = Object.entries(remedies).filter(([, { tried }]) => tried.lab === 'openclaw');
/** These need an agent that can answer, and the others a sandbox, which needs Docker. */
const ofTurns = ['monitoring/agent-answers', 'monitoring/gateway-self-audit'];
const ids = tried.map(([id]) => id).filter((id) => !ofTurns.includes(id));

/** Every setting that the commands mend is wrong or absent; what they do not touch is right. */
const wrong = ({ home, port }: GatewayHome) => ({
  gateway: {
    mode: 'local',
    bind: 'lan',
    port,
    auth: { mode: 'token', token: gatewayToken },
    controlUi: { enabled: false },
  },
  agents: { defaults: { workspace: join(home, 'elsewhere'), skipBootstrap: true } },
  tools: { deny: ['gateway', 'openclaw', 'send_payment', 'crm_delete_record'], exec: { mode: 'full' } },
});

/** The documents are deployed, and an agent that works elsewhere does not read them. */
function deploy({ home, workspace }: GatewayHome): void {
  mkdirSync(join(home, 'elsewhere'));
  for (const name of documents) writeFileSync(join(workspace, name), '# Rules\n\nDo no harm.\n');
}

/** Types the commands in the home of a gateway that has not started: each but the restart that then is its start. */
function follow({ home, workspace }: GatewayHome, followed: readonly string[]): void {
  const env = {
    HOME: home,
    PATH: `${join(folder, 'node', 'bin')}:${join(folder, '.bin')}:${process.env['PATH']}`,
    NO_COLOR: '1',
    SANDBOX_MODE: 'all',
    WORKSPACE: workspace,
  };
  const chosen = tried.filter(([id]) => followed.includes(id));
  const commands = chosen.flatMap(([, { commands }]) => commands).filter((one) => one !== 'openclaw gateway restart');
  for (const command of commands) {
    execFileSync('bash', ['-euc', command], { env, cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

const documents = ['SOUL.md', 'AGENTS.md'];
const people = [
  { name: 'ops-lead', role: 'operator', ids: ['slack:U0123456789'] },
  { name: 'owner', role: 'admin', ids: ['slack:U9876543210'] },
];
const gates = [
  {
    action: 'Run a command',
    tool: 'exec',
    threshold: 'every command',
    approvers: ['ops-lead'],
    timeoutSeconds: 600,
    onTimeout: 'deny',
  },
];
const environment = {
  'approvalGates.people': people,
  'approvalGates.gates': gates,
  'gateway.sandboxMode': 'all',
  'gateway.startSeconds': 600,
  'soulDocuments.documents': documents,
};

// Two starts of the gateway and a dozen of its program take minutes: `npm run test:remedies` has them, the suite not.
const wanted = process.env['CLAWCHECK_ALL_REMEDIES'] !== undefined;

liveDescribe('the commands of the check pages for the gateway', wanted ? gatewayRequirement() : { ok: true }, () => {
  it.skipIf(!wanted)('mend what they say', { timeout: 1_800_000, retry: 0 }, async () => {
    await tryOut(ids, wrong, deploy);
  });

  it.skipIf(!wanted)('let the agent answer, and the audit find nothing', { timeout: 1_800_000, retry: 0 }, async () => {
    const model = await startModel();
    const settings = ({ port, workspace }: GatewayHome) => ({
      gateway: { mode: 'local', bind: 'loopback', port, auth: { mode: 'token', token: gatewayToken } },
      agents: { defaults: { workspace, model: { primary: 'mock/m1' } } },
      models: modelSettings(model),
      tools: { elevated: { enabled: false }, exec: { mode: 'ask' } },
    });
    const prepare = ({ home, workspace }: GatewayHome) => {
      chmodSync(join(home, '.openclaw'), 0o777);
      execFileSync('mount', ['--bind', workspace, workspace]);
      execFileSync('mount', ['-o', 'remount,ro,bind', workspace]);
    };
    try {
      await tryOut(ofTurns, settings, prepare, ({ workspace }) => execFileSync('umount', [workspace]));
    } finally {
      model.close();
    }
  });
});

/** Each of the checks fails on a gateway as it is configured, and passes where the commands were typed before its start. */
async function tryOut(
  chosen: readonly string[],
  configured: (home: GatewayHome) => Readonly<Record<string, unknown>>,
  prepare: (home: GatewayHome) => void,
  tidy?: (home: GatewayHome) => void,
): Promise<void> {
  // One after the other: a second gateway on the machine that is exposed is seen as well.
  const judged = async (followed: readonly string[]) => {
    const running = await startGatewayProcess(configured, {
      prepare(home) {
        prepare(home);
        follow(home, followed);
      },
      ...(tidy && { tidy }),
    });
    try {
      // What its host shows of it is looked at once, so that it has to listen by then.
      await listening(running.port);
      return await judgeGateway(running, chosen, { environment });
    } finally {
      await running.stop();
    }
  };
  const bad = await judged([]);
  const good = await judged(chosen);
  const said = chosen.map((id) => [id, bad[id]?.status, good[id]?.status, good[id]?.reason ?? null, wrongIn(good[id])]);
  expect(said).toEqual(chosen.map((id) => [id, 'fail', 'pass', null, []]));
}

async function listening(port: number): Promise<void> {
  const open = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  if (open) return;
  await new Promise((resolve) => setTimeout(resolve, 250));
  await listening(port);
}

/** What keeps a check from passing, for the message of the test. */
const wrongIn = (outcome?: Outcome) => (outcome?.status === 'pass' ? [] : outcome?.evidence);
