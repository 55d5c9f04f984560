import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { openHost } from '../src/adapters/ssh/host.ts';
import { ProbeError } from '../src/model/reason.ts';
import type { Report } from '../src/model/report.ts';
import { hostPeers } from './host-peers.ts';
import { inTurns, type Measured, measure, median, ratios } from './measure.ts';
import { type Bench, startBench } from './subject.ts';
import { type Goal, number } from './table.ts';

export interface HostRows {
  readonly fixtures: string;
  readonly cli: string;
  readonly folder: string;
  readonly apiMs: number;
  readonly hostMs: number;
  readonly pairs: number;
  /** Checks that need nothing but a host. */
  readonly hostOnly: readonly string[];
  /** Checks that need no gateway. */
  readonly withoutGateway: readonly string[];
  /** The probes of a host, by id. */
  readonly probes: readonly string[];
}

/** How many may log in at once (`src/adapters/ssh/ways.ts`). */
const atOnce = 32;

/** What one host costs beside `ssh` itself, where it is installed, and what many do. */
export async function hostRows(options: HostRows): Promise<{ readonly rows: string[][]; readonly goals: Goal[] }> {
  const { fixtures, cli, folder, apiMs, hostMs, pairs, hostOnly } = options;
  const rows: string[][] = [];
  const goals: Goal[] = [];
  const goal = (holds: boolean, what: string) => goals.push({ holds, what });
  const walls = (list: readonly Measured[]) => list.map(({ wallSeconds }) => wallSeconds);
  const row = (name: string, list: readonly Measured[], ...more: string[]) =>
    rows.push([
      name,
      number(median(walls(list)), 2),
      `${number(Math.min(...walls(list)), 2)}..${number(Math.max(...walls(list)), 2)}`,
      more[0] ?? '',
      number(median(list.map((m) => m.cpuSeconds ?? Number.NaN)), 2),
      number(median(list.map((m) => m.peakMiB ?? Number.NaN)), 0),
      ...more.slice(1),
    ]);
  const ratio = (a: readonly Measured[], b: readonly Measured[]) => median(ratios(walls(a), walls(b)));

  const runOf = (bench: Bench, checks: readonly string[]) => {
    const report = join(folder, 'hosts.json');
    const args = ['run', '--env', 'prod', '--config', bench.config, '--output', report, '--check', checks.join(',')];
    return {
      run: () => measure(process.execPath, [cli, ...args], { env: bench.env, folder }),
      /** Of the last run: what was not seen, and on how many instances it looked. */
      last: () => {
        const { areas, subject } = JSON.parse(readFileSync(report, 'utf8')) as Report;
        return {
          unknown: areas
            .flatMap(({ checks }) => checks)
            .filter(({ status }) => status === 'unknown')
            .map(({ id }) => id),
          instances: subject.instances.length,
        };
      },
    };
  };

  const one = await startBench(fixtures, { apiMs, hostMs, scriptMs: 0 });
  let alone: readonly Measured[];
  try {
    const { run, last } = runOf(one, hostOnly);
    await run();
    one.take();
    const ssh = sshRows(one, options);
    const turns = await inTurns<string>(pairs, {
      node: () => measure(process.execPath, ['-e', '0'], { env: one.env, folder }),
      run,
      login: () => loginAndScript(one, options),
      ...ssh,
    });
    const { node = [], run: own = [], login = [], batched, each, shared } = turns;
    alone = own;
    const rounds = median(own.map((m, i) => (m.wallSeconds - (node[i]?.wallSeconds ?? Number.NaN)) / (hostMs / 1000)));
    row(`one host alone (${hostOnly.length} checks)`, own, '1.0x');
    goal(rounds <= 14, `one host takes ${number(rounds, 1)} of its round trips (at most 14)`);
    goal(last().unknown.length === 0, `nothing is unknown of one host (${last().unknown.join(', ') || 'nothing'})`);
    row('  its login and script with 20 parts', login, `${number(ratio(login, own), 1)}x`);
    if (!batched || !each || !shared) rows.push(['ssh', 'skipped: not installed']);
    else {
      row('ssh, one script with 20 parts', batched, `${number(ratio(batched, own), 1)}x`);
      row('ssh, 20 commands over one connection', shared, `${number(ratio(shared, own), 1)}x`);
      row('ssh, 20 commands', each, `${number(ratio(each, own), 1)}x`);
      const slower = ratio(login, batched);
      goal(slower <= 1.2, `login and script take ${number(slower, 2)} x what ssh takes for them (at most 1.2)`);
      const faster = ratio(each, own);
      goal(faster >= 5, `20 commands of ssh take ${number(faster, 1)} x one host (at least 5)`);
    }
    const { peers, close } = await hostPeers(folder, hostMs);
    try {
      const there = peers.filter((peer) => typeof peer.run !== 'string');
      const runs = Object.fromEntries(there.map(({ name, run }) => [name, run as () => Promise<Measured>]));
      const { '': own = [], ...others } = await inTurns<string>(Math.min(pairs, 3), { '': run, ...runs });
      for (const [name, list] of Object.entries(others)) {
        const slower = ratio(list, own);
        row(name, list, `${number(slower, 1)}x`);
        goal(slower >= 3, `${name} take ${number(slower, 1)} x one host (at least 3)`);
      }
      for (const { name, run } of peers) if (typeof run === 'string') rows.push([name, `skipped: ${run}`]);
    } finally {
      await close();
    }
  } finally {
    await one.close();
  }

  for (const hosts of [10, 100]) {
    const bench = await startBench(fixtures, { apiMs, hostMs, scriptMs: 0, instances: hosts, hosts });
    try {
      const { run, last } = runOf(bench, hostOnly);
      await run();
      bench.take();
      const measured = await run();
      const { sshConnections, scripts } = bench.take();
      const { unknown, instances } = last();
      const waves = Math.ceil(hosts / atOnce);
      const times = measured.wallSeconds / (waves * median(walls(alone)));
      row(`${hosts} hosts, ${Math.min(hosts, atOnce)} at once`, [measured], `${number(times * waves, 1)}x`);
      goal(
        times <= 1.3,
        `${hosts} hosts take ${number(times, 2)} x ${waves} times one host (at most 1.3, ${atOnce} at once)`,
      );
      goal(
        sshConnections === hosts && scripts === hosts && unknown.length === 0 && instances === hosts,
        `${hosts} hosts: ${sshConnections} connections, ${scripts} scripts, ${unknown.length} checks unknown (one, one, none)`,
      );
    } finally {
      await bench.close();
    }
  }

  const fleet = await startBench(fixtures, { apiMs, hostMs, scriptMs: 0, instances: 1000, hosts: 100 });
  try {
    const measured = await runOf(fleet, options.withoutGateway).run();
    row('1000 instances, 100 of them looked at', [measured], '');
    const peak = measured.peakMiB ?? Number.NaN;
    goal(peak <= 200, `1000 instances and 100 hosts: peak memory ${number(peak, 0)} MiB (at most 200)`);
  } finally {
    await fleet.close();
  }
  return { rows, goals };
}

/** What clawcheck does on the wire to one host, without the start of a program: as `ssh` with one script. */
async function loginAndScript({ config }: Pick<Bench, 'config'>, { probes }: HostRows): Promise<Measured> {
  const { ssh } = parse(readFileSync(config, 'utf8')).environments.prod;
  const { port, user, privateKeyFile, fingerprints } = ssh;
  const target = { host: ssh.hosts[0], port, user, privateKeyFile, fingerprints, agent: false };
  const { signal } = new AbortController();
  const programs = probes.slice(0, 20).map((id) => ({ id, as: 'login', script: ':', seconds: 10 }) as const);
  const started = performance.now();
  const host = await openHost({ ...target, agentUser: 'openclaw', gatewayPort: 18789 }, { signal });
  const answers = await host.run(programs, signal);
  await host.close();
  const wallSeconds = (performance.now() - started) / 1000;
  const lost = [...answers.values()].filter((answer) => answer instanceof ProbeError);
  if (lost.length > 0) throw lost[0];
  return { wallSeconds, firstSeconds: wallSeconds, cpuSeconds: undefined, peakMiB: undefined, code: 0 };
}

type Ssh = Record<'batched' | 'shared' | 'each', () => Promise<Measured>>;

/** OpenSSH's own client, asked for twenty parts of what clawcheck asks; nothing where it is not installed. */
function sshRows(bench: Pick<Bench, 'config'>, { folder, probes }: HostRows): Partial<Ssh> {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'ignore' });
  } catch {
    return {};
  }
  const { ssh } = parse(readFileSync(bench.config, 'utf8')).environments.prod;
  const parts = probes.slice(0, 20);
  const nonce = '0123456789abcdef01234567';
  const script = (name: string, ids: readonly string[]) => {
    const file = join(folder, name);
    writeFileSync(file, `# clawcheck ${nonce} ${ids.join(' ')}\n`);
    return file;
  };
  const quiet = [
    '-F',
    'none',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  const options = [...quiet, '-o', 'IdentitiesOnly=yes', '-i', ssh.privateKeyFile, '-p', String(ssh.port)];
  const command = (more: readonly string[], file: string) =>
    `ssh ${[...options, ...more].join(' ')} ${ssh.user}@127.0.0.1 sh -s < ${file} > /dev/null`;
  const bash = (lines: readonly string[]) =>
    measure('bash', ['-ec', lines.join('\n')], { env: { PATH: process.env['PATH'] ?? '' }, folder });
  const files = parts.map((id, i) => script(`part-${i}.sh`, [id]));
  const all = script('all.sh', parts);
  const socket = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(folder, 'ssh')}`, '-o', 'ControlPersist=5'];
  const stop = `ssh ${socket.join(' ')} -O exit 127.0.0.1 2> /dev/null || true`;
  return {
    batched: () => bash([command([], all)]),
    shared: () => bash([...files.map((file) => command(socket, file)), stop]),
    each: () => bash(files.map((file) => command([], file))),
  };
}
