// `npm run bench`: what a run costs in time, memory and calls, beside bare Node, what the wire allows, and other ways.
// --pairs N, --seconds T (what the host needs for its script), --instances 1,10,100,1000, --fleet N (only that;
// --same-aws: in one AWS account behind one endpoint),
// --against FILE (only that: another build's clawcheck.js, run in turns with this one),
// --check (fails on ratios and counts, writes nothing), --no-write. Docs: docs/performance.md.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { registry } from '../checks/index.ts';
import type { Probe } from '../src/model/probe.ts';
import { probesOf } from '../src/runner/gather.ts';
import { allChecks } from '../src/runner/plan.ts';
import { againstRows } from './against.ts';
import { depthOf } from './depth.ts';
import { fleetRow } from './fleet.ts';
import { hostRows } from './hosts.ts';
import { inTurns, type Measured, measure, median, ratios } from './measure.ts';
import { peerRows } from './peers.ts';
import { startBench } from './subject.ts';
import { type Goal, number, table, writeSection } from './table.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1,5' },
    instances: { type: 'string', default: '1,10,100,1000' },
    fleet: { type: 'string' },
    'same-aws': { type: 'boolean', default: false },
    against: { type: 'string' },
    jobs: { type: 'string', default: '8' },
    check: { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
  },
});
const fixtures = 'fixtures';
const cli = join(process.cwd(), 'dist/clawcheck.js');
const [apiMs, hostMs] = [50, 80];
const write = !values.check && !values['no-write'];
const say = (text = '') => process.stdout.write(`${text}\n`);
const machine = () =>
  `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, Node ${process.versions.node}, ${cpus().length} cores, load ${loadavg()
    .map((n) => n.toFixed(1))
    .join(' ')}`;

type Kinds = readonly Probe<unknown>['kind'][];
const ofAws = (kinds: Kinds) => kinds.every((kind) => kind === 'aws');
const notOfGateway = (kinds: Kinds) => !kinds.includes('gateway');

/** Checks of which the kinds of their probes are so. */
const checksThat = (wanted: (kinds: Kinds) => boolean) =>
  allChecks(registry)
    .filter(({ check }) => wanted([...probesOf([check.needs])].map(({ kind }) => kind)))
    .map(({ id }) => id);

if (values.fleet !== undefined) await fleetOnly(Number(values.fleet));
else if (values.against !== undefined) await againstOnly(resolve(values.against));
else await wholeBench();

async function againstOnly(other: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-bench-'));
  try {
    const runs = { 'reads of AWS alone': checksThat(ofAws), 'a run without the gateway': checksThat(notOfGateway) };
    const distance = { apiMs, hostMs, scriptMs: 1000 };
    const lines = await againstRows({ fixtures, cli, other, folder, pairs: Number(values.pairs), distance, runs });
    say([machine(), '', ...lines].join('\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fleetOnly(size: number): Promise<void> {
  const began = machine();
  const sameAws = values['same-aws'];
  const { lines, goals } = await fleetRow(fixtures, cli, { size, jobs: Number(values.jobs), sameAws });
  finish(sameAws ? 'fleet-same-aws' : 'fleet', began, lines, goals);
}

function finish(section: string, began: string, lines: readonly string[], goals: readonly Goal[]): void {
  const text = [began, '', ...lines, '', ...goals.map(({ holds, what }) => `${holds ? 'holds ' : 'MISSED'}  ${what}`)];
  say(text.join('\n'));
  if (write) writeSection('docs/performance.md', section, text);
  if (values.check && goals.some(({ holds }) => !holds)) process.exitCode = 1;
}

async function wholeBench(): Promise<void> {
  const began = machine();
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-bench-'));
  const pairs = Number(values.pairs);
  const lines: string[] = [];
  const goals: Goal[] = [];
  const goal = (holds: boolean, what: string) => goals.push({ holds, what });
  const rows: string[][] = [];
  const of = (list: readonly Measured[], key: 'wallSeconds' | 'firstSeconds' | 'cpuSeconds' | 'peakMiB') =>
    median(list.map((m) => m[key] ?? Number.NaN));
  /** Median of the ratios, pair by pair. */
  const ratio = (a: readonly Measured[], b: readonly number[], key: 'wallSeconds' | 'firstSeconds' = 'wallSeconds') =>
    median(
      ratios(
        a.map((m) => m[key]),
        b,
      ),
    );
  const row = (name: string, list: readonly Measured[], floor: number, more: readonly (number | string)[] = []) => {
    const walls = list.map((m) => m.wallSeconds);
    rows.push([
      name,
      number(of(list, 'wallSeconds'), 2),
      `${number(Math.min(...walls), 2)}..${number(Math.max(...walls), 2)}`,
      number(floor, 2),
      number(of(list, 'cpuSeconds'), 2),
      number(of(list, 'peakMiB'), 0),
      ...more.map(String),
    ]);
  };
  const node = (...args: string[]) =>
    measure(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', HOME: folder }, folder });

  try {
    // Start: bare Node, and what loads nothing.
    const start = await inTurns(Math.max(pairs, 7), {
      node: () => node('-e', '0'),
      version: () => node(cli, '--version'),
      help: () => node(cli, '--help'),
    });
    const bare = start.node.map((m) => m.wallSeconds);
    row('node -e 0', start.node, 1);
    row('clawcheck --version', start.version, ratio(start.version, bare));
    row('clawcheck --help', start.help, ratio(start.help, bare));
    goal(
      ratio(start.version, bare) <= 2,
      `--version takes ${number(ratio(start.version, bare), 2)} x bare Node (at most 2)`,
    );
    goal(ratio(start.help, bare) <= 2, `--help takes ${number(ratio(start.help, bare), 2)} x bare Node (at most 2)`);

    // The reads of AWS alone: checks that need nothing else.
    const awsOnly = checksThat(ofAws);
    // The scenario of the goal for CPU has no gateway.
    const withoutGateway = checksThat(notOfGateway);
    for (const seconds of values.seconds.split(',').map(Number)) {
      const bench = await startBench(fixtures, { apiMs, hostMs, scriptMs: seconds * 1000 });
      try {
        const run = (...args: string[]) =>
          measure(
            process.execPath,
            [cli, 'run', '--env', 'prod', '--config', bench.config, '--format', 'json', ...args],
            { env: bench.env, folder },
          );
        await run();
        bench.take();
        const counts: ReturnType<typeof bench.take>[] = [];
        const whole = await inTurns(pairs, {
          // In the environment of the runs: Node reads further authorities (NODE_EXTRA_CA_CERTS) before anything else.
          node: () => measure(process.execPath, ['-e', '0'], { env: bench.env, folder }),
          run: async () => {
            const measured = await run();
            counts.push(bench.take());
            return measured;
          },
          plain: async () => {
            const measured = await run('--check', withoutGateway.join(','));
            bench.take();
            return measured;
          },
          aws: async () => {
            const measured = await run('--check', awsOnly.join(','));
            bench.take();
            return measured;
          },
        });
        const floors = whole.node.map((m) => m.wallSeconds + (3 * apiMs + 9 * hostMs) / 1000 + seconds);
        const apiFloors = whole.node.map((m) => m.wallSeconds + (7 * apiMs) / 1000);
        const last = counts.at(-1);
        const most = (pick: (c: NonNullable<typeof last>) => number) => Math.max(...counts.map(pick));
        const [calls, connections, ssh] = [
          most((c) => c.calls.length),
          most((c) => c.connections),
          most((c) => c.sshConnections),
        ];
        row(`clawcheck run, T = ${seconds} s`, whole.run, ratio(whole.run, floors), [calls, connections]);
        row(`  without the gateway (${withoutGateway.length} checks)`, whole.plain, ratio(whole.plain, floors));
        row(`reads of AWS alone (${awsOnly.length} checks)`, whole.aws, ratio(whole.aws, apiFloors));
        const limit = seconds >= 5 ? 1.25 : 1.5;
        goal(
          ratio(whole.run, floors) <= limit,
          `a run, T = ${seconds} s, takes ${number(ratio(whole.run, floors), 2)} x the floor (at most ${limit})`,
        );
        goal(
          ratio(
            whole.run,
            whole.node.map((m) => m.wallSeconds),
            'firstSeconds',
          ) <= 2,
          `its first line comes after ${number(
            ratio(
              whole.run,
              whole.node.map((m) => m.wallSeconds),
              'firstSeconds',
            ),
            2,
          )} x bare Node (at most 2)`,
        );
        goal(
          ratio(whole.aws, apiFloors) <= 1.6,
          `the reads of AWS alone take ${number(ratio(whole.aws, apiFloors), 2)} x their floor (at most 1.6)`,
        );
        goal(calls <= 60, `${calls} calls to AWS (at most 60)`);
        goal(most((c) => c.duplicates) === 0, `${most((c) => c.duplicates)} calls made twice (none)`);
        goal(most((c) => c.throttled) === 0, `${most((c) => c.throttled)} calls throttled (none)`);
        goal(connections <= 30, `${connections} connections to AWS (at most 30)`);
        goal(ssh === 1, `${ssh} connection to the host (1)`);
        goal(of(whole.run, 'peakMiB') <= 110, `peak memory ${number(of(whole.run, 'peakMiB'), 0)} MiB (at most 110)`);
        const cpu = of(whole.plain, 'cpuSeconds');
        goal(cpu <= 0.6, `a run without the gateway takes ${number(cpu, 2)} s of CPU (at most 0.6)`);
        if (last && seconds === Number(values.seconds.split(',')[0])) {
          for (const peer of await peerRows(bench, last.calls, folder, of(whole.aws, 'wallSeconds'))) rows.push(peer);
        }
      } finally {
        await bench.close();
      }
    }
    lines.push(
      `API ${apiMs} ms, host ${hostMs} ms away; ${pairs} pairs; the floor of a whole run is node + 3 API and 9 host round trips + T, of the reads node + 7 API round trips.`,
      '',
      ...table(['', 'wall s', 'min..max', 'x floor', 'CPU s', 'peak MiB', 'calls', 'connections'], rows),
    );

    const hosts = await hostRows({
      fixtures,
      cli,
      folder,
      apiMs,
      hostMs,
      pairs,
      hostOnly: checksThat((kinds) => kinds.every((kind) => kind === 'host')),
      withoutGateway,
      probes: [...probesOf(allChecks(registry).map(({ check }) => check.needs))]
        .filter(({ kind }) => kind === 'host')
        .map(({ id }) => id),
    });
    lines.push(
      '',
      'Hosts alone, whose scripts take no time:',
      '',
      ...table(['', 'wall s', 'min..max', 'of one', 'CPU s', 'peak MiB'], hosts.rows),
    );
    goals.push(...hosts.goals);

    const depth = await depthOf(fixtures, cli, ['--check', awsOnly.join(',')], folder);
    goal(depth <= 5, `${depth} reads of AWS wait for each other or for a connection (at most 5)`);

    const growth: string[][] = [];
    let first = 0;
    const walls = new Map<number, number>();
    for (const instances of values.instances.split(',').map(Number)) {
      const bench = await startBench(fixtures, { apiMs, hostMs, scriptMs: 0, instances });
      try {
        const args = [
          cli,
          'run',
          '--env',
          'prod',
          '--config',
          bench.config,
          '--format',
          'json',
          '--check',
          awsOnly.join(','),
        ];
        const measured = await measure(process.execPath, args, { env: bench.env, folder });
        const { calls, throttled, duplicates } = bench.take();
        first ||= calls.length;
        walls.set(instances, measured.wallSeconds);
        growth.push(
          [
            instances,
            calls.length,
            throttled,
            number(measured.wallSeconds, 2),
            number(measured.cpuSeconds, 2),
            number(measured.peakMiB, 0),
          ].map(String),
        );
        goal(
          calls.length <= first + 5,
          `${instances} instances: ${calls.length} calls, ${calls.length - first} more than for one (at most 5 pages)`,
        );
        goal(
          throttled + duplicates === 0,
          `${instances} instances: ${throttled} throttled, ${duplicates} made twice (none)`,
        );
        if (instances >= 1000)
          goal(
            (measured.peakMiB ?? Number.NaN) <= 200,
            `${instances} instances: peak memory ${number(measured.peakMiB, 0)} MiB (at most 200)`,
          );
      } finally {
        await bench.close();
      }
    }
    const [least = 1, most = 1] = [Math.min(...walls.keys()), Math.max(...walls.keys())];
    const exponent = Math.log((walls.get(most) ?? 1) / (walls.get(least) ?? 1)) / Math.log(most / least);
    if (most > least)
      goal(
        exponent <= 0.3,
        `from ${least} to ${most} instances the time grows with the exponent ${number(exponent, 2)} (at most 0.3)`,
      );
    lines.push(
      '',
      'Growth, the reads of AWS alone, against buckets of 100 calls that fill with 20 a second:',
      '',
      ...table(['instances', 'calls', 'throttled', 'wall s', 'CPU s', 'peak MiB'], growth),
    );

    const shipped = readdirSync('dist')
      .filter((name) => /\.c?js$/.test(name))
      .reduce((sum, name) => sum + statSync(join('dist', name)).size, 0);
    goal(shipped <= 1.5e6, `${number(shipped / 1e6, 2)} MB of JavaScript are shipped (at most 1.5)`);
    finish('bench', began, lines, goals);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
