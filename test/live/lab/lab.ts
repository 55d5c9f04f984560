import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultPlan,
  defaultSettings,
  type IdentityDocument,
  type LabOptions,
  type LabPlan,
  type LabSettings,
} from './options.ts';
import { agentHome, type PlantedKey, runtimePath, type Seed, workspacePath, writeSeed } from './seed.ts';

export { labAvailable } from './available.ts';
export type * from './options.ts';

/** Something in the lab's internet that really answers, from the host only if its filter lets it. */
export interface Endpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly protocol: 'tls' | 'http' | 'tcp';
}

export interface CommandResult {
  /** `undefined` where a signal ended the command. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Lab {
  /** Address of the host, reachable from the machine that runs the tests. SSH listens on `port`. */
  readonly host: string;
  readonly port: number;
  /** A second address of the host, of the range that Tailscale uses. */
  readonly tailnetHost: string;
  readonly login: string;
  readonly agentUser: string;
  readonly hostKeyFingerprint: string;
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
  readonly certificateFile: string;
  readonly workspacePath: string;
  readonly runtimePath: string;
  readonly agentHome: string;
  readonly gatewayPort: number;
  readonly identity: IdentityDocument;
  readonly documents: Readonly<Record<string, string>>;
  /** The key pair that `plant` puts in places. It is made in any case, to prove that it appears nowhere else. */
  readonly planted: PlantedKey;
  readonly approved: Endpoint;
  readonly approvedIpv6: Endpoint;
  readonly unapproved: readonly Endpoint[];
  /** Directory of the lab on the machine; gone after `stop`. */
  readonly directory: string;
  /** Options of the system's ssh client that log in at `host` and nowhere else. */
  readonly sshOptions: readonly string[];
  /** A command line on the host, through the system's ssh client. */
  ssh(command: string): Promise<CommandResult>;
  /** A command on the host as root, past SSH: to look from outside at what a test did. */
  exec(command: readonly string[]): Promise<CommandResult>;
  /** Sets what is named and leaves the rest. Resolves when the new state is in force. */
  change(settings: Partial<LabSettings>): Promise<void>;
  /** Every file (mode, owner, time, digest), mount and process of the host, one a line. */
  manifest(): Promise<string>;
  /**
   * What differs from an earlier manifest; empty if nothing was left behind. Looks again for some seconds (10), as a
   * session that has just ended takes a moment to go.
   */
  leftovers(before: string, seconds?: number): Promise<string[]>;
  /** Removes processes, mounts, links and files. Safe to call twice. */
  stop(): Promise<void>;
}

function call(program: string, parameters: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(program, parameters, { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
      resolve({ code, stdout, stderr });
    });
  });
}

async function must(program: string, parameters: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await call(program, parameters);
  if (code !== 0) throw new Error(`${program} ${parameters[1] ?? ''} failed (${code ?? 'signal'}): ${stderr.trim()}`);
  return stdout;
}

/** When a process started, in clock ticks since boot: with its number, a name that is never used again. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

const prefix = 'clawcheck-lab.';

/** Removes what labs left whose owner was killed together with the script that would have cleaned up. */
async function removeStale(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [pid, start] = name.startsWith(prefix) ? name.slice(prefix.length).split('.') : [];
    if (pid === undefined || startOf(Number(pid)) === start) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
  const links = JSON.parse(await must('ip', ['-json', 'link', 'show'])) as { ifname: string; ifalias?: string }[];
  for (const { ifname, ifalias } of links) {
    if (/^cclab\d+$/.test(ifname) && ifalias !== undefined && !existsSync(ifalias)) {
      await call('ip', ['link', 'del', ifname]);
    }
  }
}

/** Takes a free slot, which all addresses follow from. Creating the link is the lock: a name exists only once. */
async function claimSlot(directory: string): Promise<number> {
  for (let slot = 1; slot <= 60; slot += 1) {
    const link = `cclab${slot}`;
    const made = await call('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', `cclabp${slot}`]);
    if (made.code === 0) {
      await must('ip', ['link', 'set', link, 'alias', directory]);
      return slot;
    }
    if (!made.stderr.includes('File exists')) throw new Error(`no link for the lab: ${made.stderr.trim()}`);
  }
  throw new Error('sixty labs are running already');
}

/** Only if it is still ours: the name may belong to the next lab by now. */
async function removeLink(slot: number, directory: string): Promise<void> {
  const owner = await readFile(`/sys/class/net/cclab${slot}/ifalias`, 'utf8').catch(() => '');
  if (owner.trim() === directory) await call('ip', ['link', 'del', `cclab${slot}`]);
}

/** Waits for the line that says that the host is up; an early end of the script is an error with its log. */
function untilReady(child: ChildProcess, directory: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const pid = /^ready (\d+)\n/.exec(output)?.[1];
      if (pid !== undefined) resolve(pid);
    });
    child.once('exit', (code) => {
      reject(new Error(`the lab did not start (${code ?? 'signal'}) in ${directory}: ${errors.trim()}`));
    });
  });
}

function endpoints(slot: number): { approved: Endpoint; approvedIpv6: Endpoint; unapproved: Endpoint[] } {
  const last = slot * 4 + 1;
  const [v4, v6] = [`203.0.113.${last}`, `2001:db8:${slot}::a`];
  const name = 'unapproved.lab.test';
  const approved = { name: 'approved.lab.test', port: 443, protocol: 'tls' } as const;
  return {
    approved: { ...approved, address: `198.51.100.${last}`, family: 'ipv4' },
    approvedIpv6: { ...approved, address: `2001:db8:${slot}::1`, family: 'ipv6' },
    unapproved: [
      { name, address: v4, port: 443, family: 'ipv4', protocol: 'tls' },
      { name, address: v4, port: 80, family: 'ipv4', protocol: 'http' },
      { name, address: v4, port: 22, family: 'ipv4', protocol: 'tcp' },
      { name, address: v6, port: 443, family: 'ipv6', protocol: 'tls' },
    ],
  };
}

/** Builds a lab and waits until all of it answers. Take a lab for a suite and `change` it from test to test. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const plan: LabPlan = { ...defaultPlan, ...options };
  const initial: LabSettings = { ...defaultSettings, ...options };
  await removeStale();
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}.${startOf(process.pid)}.`));
  let slot: number | undefined;
  let child: ChildProcess | undefined;
  const stop = async () => {
    // A closed pipe tells the script to remove everything; so does the death of this process.
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.stdin?.end();
      await ended;
    }
    if (slot !== undefined) await removeLink(slot, directory);
    slot = undefined;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    slot = await claimSlot(directory);
    const seed = await writeSeed(directory, slot, plan);
    const script = join(directory, 'lab.sh');
    child = spawn('sh', [script, 'run', directory, String(slot), process.execPath], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const hostPid = await untilReady(child, directory);
    const lab = assemble({ directory, slot, plan, seed, hostPid, stop });
    await lab.change(initial);
    return lab;
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly directory: string;
  readonly slot: number;
  readonly plan: LabPlan;
  readonly seed: Seed;
  readonly hostPid: string;
  readonly stop: () => Promise<void>;
}

function assemble({ directory, slot, plan, seed, hostPid, stop }: Parts): Lab {
  const host = `10.203.${slot}.10`;
  const identity: IdentityDocument = {
    instanceId: 'i-0123456789abcdef0',
    accountId: '123456789012',
    region: 'eu-central-1',
    privateIp: host,
    ...plan.identity,
  };
  const script = (verb: string, ...parameters: string[]) =>
    must('sh', [join(directory, 'change.sh'), verb, directory, ...parameters]);
  let current: LabSettings | undefined;

  const change = async (settings: Partial<LabSettings>) => {
    const before = current;
    const next: LabSettings = { ...defaultSettings, ...before, ...settings };
    const differs = (...names: (keyof LabSettings)[]) => names.some((name) => before?.[name] !== next[name]);
    // Until all of it is done, nothing is known to be in force.
    current = undefined;
    if (differs('workspace')) await script('workspace', next.workspace);
    if (differs('imds')) {
      // Renamed into place: the service reads it for every request.
      await writeFile(join(directory, 'imds.new'), JSON.stringify({ mode: next.imds, document: identity }));
      await rename(join(directory, 'imds.new'), join(directory, 'imds.json'));
      await script('imds-path', next.imds === 'unreachable' ? 'silent' : 'open');
    }
    if (differs('egress')) await script('egress', next.egress);
    const isPrivate = next.workspace === 'gateway-private-rw';
    const wasPrivate = before?.workspace === 'gateway-private-rw';
    if (differs('gateway', 'gatewayBind') || isPrivate !== wasPrivate) {
      const wrong = next.gateway === 'wrong-user';
      const [mode, user] = wrong ? ['ready', 'root'] : [next.gateway, 'openclaw'];
      const namespace = isPrivate ? 'private' : 'shared';
      await script('gateway', mode, next.gatewayBind, user, namespace, ...seed.gatewayEnvironment);
    }
    if (before !== undefined ? differs('ssh') : next.ssh === 'down') await script('sshd', next.ssh);
    current = next;
  };

  const manifest = () => script('manifest');
  const leftovers = async (before: string, seconds = 10) => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const [was, is] = [new Set(before.split('\n')), new Set((await manifest()).split('\n'))];
      const gone = [...was].filter((line) => !is.has(line)).map((line) => `- ${line}`);
      const come = [...is].filter((line) => !was.has(line)).map((line) => `+ ${line}`);
      if (gone.length + come.length === 0 || Date.now() > deadline) return [...gone, ...come];
      await sleep(100);
    }
  };

  const sshOptions = [
    ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'ConnectTimeout=10'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${seed.knownHostsFile}`],
    // The quickest key exchange: tests log in by the hundred.
    ...['-o', 'KexAlgorithms=curve25519-sha256', '-i', seed.privateKeyFile, '-p', '22'],
  ];
  return {
    host,
    tailnetHost: `100.64.${slot}.10`,
    port: 22,
    login: plan.login,
    agentUser: 'openclaw',
    hostKeyFingerprint: seed.hostKeyFingerprint,
    privateKeyFile: seed.privateKeyFile,
    knownHostsFile: seed.knownHostsFile,
    certificateFile: seed.certificateFile,
    workspacePath,
    runtimePath,
    agentHome,
    gatewayPort: 18_789,
    identity,
    documents: plan.documents,
    planted: seed.planted,
    ...endpoints(slot),
    directory,
    sshOptions,
    ssh: (command) => call('ssh', [...sshOptions, `${plan.login}@${host}`, command]),
    exec: (command) => call('nsenter', ['-t', hostPid, '-m', '-n', '-p', '-u', '-i', '--', ...command]),
    change,
    manifest,
    leftovers,
    stop,
  };
}
