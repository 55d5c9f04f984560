import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { assign } from '../../../src/demo/scenario.ts';
import { type DrillRecord, drillRecordSchema } from '../../../src/model/drill-record.ts';
import { reportSchema } from '../../../src/report/schema.ts';
import { type CliResult, clawcheck } from '../../support/cli.ts';
import { gatewayToken } from '../lab/gateway-process.ts';
import { type Lab, type LabOptions, startLab } from '../lab/lab.ts';
import { writeEnvironment } from '../moto/environment.ts';
import { type Behaviour, type Machine, type Moto, type MotoState, startMoto } from '../moto/moto.ts';
import { labCredentials } from '../moto/runs.ts';

/** The account and the region of moto, which the machines say they are in. */
const identity = { accountId: '123456789012', region: 'eu-west-1' };

/** Limits of seconds where a real deployment has minutes; what a bad deployment misses is set tighter by its case. */
const quick = {
  'infrastructure.replaceWithinSeconds': 20,
  'monitoring.detectWithinSeconds': 15,
  'gateway.startSeconds': 1,
  'host.unit': 'openclaw-gateway.service',
  'drills.killWithinSeconds': 4,
  'drills.holdSeconds': 2,
};

/** A real gateway takes long to start where the machine is busy. */
const startMs = 300_000;

export interface Drilled extends CliResult {
  readonly record: DrillRecord;
}

/** AWS on moto, where things happen by themselves, over two machines with a real sshd: one serves, one stands ready. */
export interface LiveStage {
  readonly moto: Moto;
  readonly machines: readonly Lab[];
  readonly folder: string;
  readonly config: string;
  /** The good deployment again, on the first machine, with AWS that behaves like this. */
  reset(behaviour?: Behaviour, environment?: Readonly<Record<string, unknown>>): Promise<void>;
  /** What an undo has to bring back: what AWS shows, and every file, mount and process of the first machine. */
  state(): Promise<unknown>;
  drill(id: string, args?: readonly string[], onSpawn?: Parameters<typeof clawcheck>[1]): Promise<Drilled>;
  undo(): Promise<CliResult>;
  /** What a run says about one check, with the records that the drills have left beside the environment file. */
  judged(id: string): Promise<string>;
  /** Keys of an environment file that names the first machine, and no other. */
  readonly named: Readonly<Record<string, unknown>>;
  /** Environment of a process that makes a drill here. */
  readonly variables: Readonly<Record<string, string>>;
  readonly journal: string;
  stop(): Promise<void>;
}

/** What runs on a machine as the gateway's unit. */
export interface Unit {
  readonly command: readonly string[];
  /** As `TimeoutStopSec`. */
  readonly stopSeconds: number;
}

const standIn: Unit = {
  stopSeconds: 5,
  command: [
    ...['setpriv', '--no-new-privs', '--reuid', 'openclaw', '--regid', 'openclaw', '--init-groups', 'env', '-i'],
    ...['HOME=/home/openclaw', 'USER=openclaw', 'PATH=/opt/node/bin:/usr/bin:/bin'],
    ...['/opt/node/bin/node', '/opt/openclaw/gateway.mjs', 'ready', 'loopback'],
  ],
};

async function startMachine(options: LabOptions, unit: Unit): Promise<Lab> {
  const machine = await startLab({ gateway: 'down', workspace: 'read-write', ...options });
  const script = readFileSync(new URL('stand-ins.sh', import.meta.url), 'utf8');
  await must(machine, ['sh', '-c', script, 'sh', String(unit.stopSeconds), ...unit.command]);
  // As old as what was backed up: what was changed since cannot come back.
  await must(machine, ['find', machine.workspacePath, '-exec', 'touch', '-d', '3 days ago', '{}', '+']);
  await machine.change({ workspace: 'read-only' });
  return machine;
}

/** As root on the machine, past SSH. */
export async function must(machine: Lab, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await machine.exec(command);
  if (code !== 0) throw new Error(`${command[0]} on the machine: ${code}: ${stderr}`);
  return stdout;
}

function machineOf(lab: Lab): Machine {
  const pid = Number(readFileSync(join(lab.directory, 'state', 'host-pid'), 'utf8'));
  return { directory: lab.directory, pid, address: lab.host, hostKey: lab.hostKeyFingerprint };
}

export async function startLiveStage(options: LabOptions = {}, unit = standIn, count = 2): Promise<LiveStage> {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-drills-'));
  const journal = join(folder, 'journal');
  const machines: Lab[] = [];
  let moto: Moto | undefined;
  const stop = async () => {
    await Promise.all([moto?.stop(), ...machines.map((machine) => machine.stop())]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const started = await Promise.allSettled([
      startMoto({ instances: 1 }),
      ...Array.from({ length: count }, () => startMachine({ identity, ...options }, unit)),
    ]);
    for (const one of started) {
      if (one.status === 'rejected') continue;
      if ('host' in one.value) machines.push(one.value);
      else moto = one.value;
    }
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    if (!moto) throw new Error('a stage needs moto');
    const state = await moto.state();
    // Whoever may log in at the first may log in at what takes its place.
    const key = readFileSync(`${machines[0]?.privateKeyFile}.pub`, 'utf8');
    for (const machine of machines) {
      await must(machine, ['sh', '-c', 'echo "$1" >>"/home/$2/.ssh/authorized_keys"', 'sh', key.trim(), machine.login]);
    }
    return stageOf({ moto, state, machines, folder, journal, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts extends Pick<LiveStage, 'moto' | 'machines' | 'folder' | 'stop'> {
  readonly state: MotoState;
  readonly journal: string;
}

function stageOf({ moto, state, machines, folder, journal, stop }: Parts): LiveStage {
  const config = join(folder, 'clawcheck.yaml');
  const [first] = machines;
  if (!first) throw new Error('a stage needs a machine');
  const variables = { ...labCredentials, HOME: folder, CLAWCHECK_GATEWAY_TOKEN: gatewayToken };
  const run = (args: readonly string[], more: Parameters<typeof clawcheck>[1] = {}) =>
    clawcheck(args, { cwd: folder, env: variables, ...more });
  const common = ['-e', 'prod', '-c', config, '--journal', journal, '--poll', '0.1', '--confirm', 'prod'];
  return {
    moto,
    machines,
    folder,
    config,
    journal,
    variables,
    named: { 'ssh.hosts': [first.host], 'ssh.knownHostsFiles': [first.knownHostsFile] },
    stop,
    async reset(behaviour = {}, environment = {}) {
      rmSync(journal, { recursive: true, force: true });
      rmSync(join(folder, 'drills'), { recursive: true, force: true });
      // One that is alone goes on as it is.
      for (const machine of machines.length > 1 ? machines : []) {
        await must(machine, ['systemctl', 'kill', 'openclaw-gateway']);
      }
      await moto.reset();
      writeEnvironment(folder, moto, state);
      mkdirSync(join(folder, 'drills'), { recursive: true });
      const file = parse(readFileSync(config, 'utf8'));
      const ssh = {
        user: first.login,
        hosts: [],
        port: first.port,
        privateKeyFile: first.privateKeyFile,
        agent: false,
        useConfig: false,
        knownHostsFiles: [],
        connectSeconds: 5,
      };
      const own = {
        ssh,
        'soulDocuments.workspace': first.workspacePath,
        'host.agentUser': first.agentUser,
        'host.stateDirectory': `${first.agentHome}/.openclaw`,
        'gateway.port': first.gatewayPort,
        'drills.restoreRole': `arn:aws:iam::${state.account}:role/openclaw-backup`,
      };
      for (const [path, value] of Object.entries({ ...own, ...quick, ...environment })) {
        assign(file.environments.prod, path.split('.'), value);
      }
      writeFileSync(config, stringify(file));
      // A run judges by the limits of a real deployment: of what happened here, only a record can then be bad.
      Object.assign(file.environments.prod.infrastructure, { replaceWithinSeconds: 600 });
      Object.assign(file.environments.prod.monitoring, { detectWithinSeconds: 120 });
      writeFileSync(join(folder, 'judged.yaml'), stringify(file));
      await moto.start(machines.map(machineOf), behaviour);
      const ready = ['curl', '-q', '-sf', '-m', '5', '-o', '/dev/null', 'http://127.0.0.1:18789/readyz'];
      const giveUp = Date.now() + startMs;
      while ((await first.exec(ready)).code !== 0) {
        if (Date.now() > giveUp) throw new Error('the gateway does not start');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async state() {
      const lines = (await first.manifest()).split('\n').filter((line) => !/ \/opt\/unit|sshd|\bexec-/.test(line));
      // A service that was stopped and started is another process, and the same service.
      return { aws: await moto.look(), host: lines.map((line) => line.replace(/^process \d+/, 'process')).sort() };
    },
    async drill(id, args = [], more = {}) {
      const output = join(folder, 'drills', `${id}.json`);
      const result = await run(['drill', 'run', id, ...common, '-o', output, ...args], more);
      let record: DrillRecord | undefined;
      try {
        record = drillRecordSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
      } catch {}
      return { ...result, record: record as DrillRecord };
    },
    undo: () => run(['drill', 'undo', ...common]),
    async judged(id) {
      const args = ['run', '-e', 'prod', '-c', join(folder, 'judged.yaml'), '--check', id, '--format', 'json'];
      const { stdout, stderr } = await run(args);
      if (stdout === '') throw new Error(stderr);
      const { areas } = reportSchema.parse(JSON.parse(stdout));
      const found = areas.flatMap(({ checks }) => checks).find((check) => check.id === id);
      return `${found?.status}: ${found?.reason?.message ?? found?.observed}`;
    },
  };
}
