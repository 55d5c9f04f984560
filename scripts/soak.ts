// Many runs in a row in one process, through real sockets, against the embedded deployment: prints what the process
// holds at the beginning and at the end. `--runs N`, `--flaw ID` (again for more), `--every N`. Exit 1 where something grew.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { registry } from '../checks/index.ts';
import { livePorts } from '../src/adapters/live.ts';
import { startDeployment } from '../src/demo/deployment.ts';
import { loadEnvironment } from '../src/environment/load.ts';
import { renderJson } from '../src/report/json.ts';
import { run } from '../src/runner/run.ts';
import { fixtures } from '../test/support/rig.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    every: { type: 'string', default: '20' },
    flaw: { type: 'string', multiple: true, default: [] },
  },
});

/** Runs that fill caches before anything is compared. */
const warmUp = 20;
const runs = Number(values.runs);
if (!(runs > warmUp)) throw new Error(`--runs takes more than ${warmUp}`);

/** All temporary files of this process go here. */
const folder = mkdtempSync(join(tmpdir(), 'clawcheck-soak-'));
process.env['TMPDIR'] = folder;

interface Held {
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly openFiles: number;
  readonly temporaryFiles: number;
}

function held(): Held {
  const collect = (globalThis as { gc?: () => void }).gc;
  for (let i = 0; i < 4; i += 1) collect?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    heapMb: Math.round(heapUsed / 104_857.6) / 10,
    rssMb: Math.round(rss / 104_857.6) / 10,
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length,
    openFiles: countOf('/proc/self/fd'),
    temporaryFiles: readdirSync(folder, { recursive: true }).length,
  };
}

function countOf(path: string): number {
  try {
    return readdirSync(path).length;
  } catch {
    return 0;
  }
}

/** What differs between two runs by design: times, and the id of the run in what it left on the gateway. */
function withoutRun(report: string): string {
  return report
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/clawcheck-[0-9a-f-]{36}/g, 'clawcheck-RUN');
}

const deployment = await startDeployment(fixtures, values.flaw);
for (const [name, value] of Object.entries(deployment.variables)) process.env[name] = value;
const loaded = loadEnvironment(deployment.config, 'prod');

async function once(): Promise<string> {
  const interrupt = new AbortController();
  const live = livePorts(loaded, interrupt.signal);
  try {
    const report = await run({
      registry,
      environment: loaded.environment,
      others: loaded.others,
      fileSha256: loaded.sha256,
      selection: { areas: [], checks: [] },
      ports: live.ports,
      calls: live.calls,
      mode: live.mode,
      version: '0.0.0',
      clock: () => new Date(),
      emit: () => {},
      interrupt: interrupt.signal,
      timeoutMs: 60_000,
    });
    verdicts.set(report.verdict, (verdicts.get(report.verdict) ?? 0) + 1);
    return renderJson(report);
  } finally {
    live.close();
  }
}

const verdicts = new Map<string, number>();
const statuses = new Map<string, number>();
let first: Held | undefined;
let last = held();
const started = performance.now();
for (let n = 1; n <= runs; n += 1) {
  const report = JSON.parse(withoutRun(await once()));
  const key = JSON.stringify(
    report.areas.map((area: { checks: { id: string; status: string }[] }) =>
      area.checks.map(({ id, status }) => [id, status]),
    ),
  );
  statuses.set(key, (statuses.get(key) ?? 0) + 1);
  // The deployment's own log of calls is not what is measured.
  (deployment.awsCalls as unknown[]).length = 0;
  // The servers of the deployment hear of the end of a connection a moment later.
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (n % Number(values.every) !== 0 && n !== warmUp && n !== runs) continue;
  last = held();
  if (n >= warmUp) first ??= last;
  process.stdout.write(
    `${String(n).padStart(5)}  ${Object.entries(last)
      .map(([name, value]) => `${name} ${value}`)
      .join('  ')}\n`,
  );
}
await deployment.close();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${runs} runs in ${seconds.toFixed(0)} s (${((seconds / runs) * 1000).toFixed(0)} ms each): ` +
    `verdicts ${[...verdicts].map(([verdict, n]) => `${verdict} ${n}`).join(', ')}; different results: ${statuses.size}\n`,
);
const from = first ?? last;
const grown = (['handles', 'openFiles', 'temporaryFiles'] as const).filter((name) => last[name] > from[name] + 2);
// The deployment's gateway keeps the approvals of every run; what a run itself would leak is far more than this.
const perRun = ((last.heapMb - from.heapMb) / (runs - warmUp)) * 1024;
process.stdout.write(
  `from run ${warmUp} on: heap ${perRun.toFixed(1)} KB a run; grown: ${grown.join(', ') || 'nothing'}\n`,
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = grown.length === 0 && statuses.size === 1 && perRun < 100 ? 0 : 1;
