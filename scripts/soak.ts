// Many runs in a row in one process, through real sockets, against the embedded deployment: prints what the process
// holds at the beginning and at the end. `--runs N`, `--flaw ID` (again for more), `--every N`. Exit 1 where something grew.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDeployment } from '../src/demo/deployment.ts';
import { loadEnvironment } from '../src/environment/load.ts';
import { renderJson } from '../src/report/json.ts';
import { fixtures } from '../test/support/rig.ts';
import { wholeRun } from '../test/support/whole-run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
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

/** The first line in which two reports differ. */
function difference(one: string, other: string): string {
  const lines = one.split('\n');
  const at = other.split('\n').findIndex((line, i) => line !== lines[i]);
  return `${lines[at]?.trim()} | ${other.split('\n')[at]?.trim()}`;
}

/**
 * What differs between two runs by design: times and ages, the id of the run in what it left on the gateway, and how
 * long the gateway took to answer.
 */
function withoutRun(report: string): string {
  return report
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/clawcheck-[0-9a-f-]{36}/g, 'clawcheck-RUN')
    .replaceAll(/\b\d+ (?:d|h|min|s)(?: \d+ (?:h|min|s))? ago/g, 'AGE ago')
    .replaceAll(/"observed": "\d+ ms"/g, '"observed": "N ms"');
}

const deployment = await startDeployment(fixtures, values.flaw);
for (const [name, value] of Object.entries(deployment.variables)) process.env[name] = value;
const loaded = loadEnvironment(deployment.config, 'prod');

async function once(): Promise<string> {
  const report = await wholeRun(loaded);
  verdicts.set(report.verdict, (verdicts.get(report.verdict) ?? 0) + 1);
  const unknown = report.areas.flatMap(({ checks }) => checks).find(({ status }) => status === 'unknown');
  if (unknown) process.stdout.write(`${report.verdict}: ${unknown.id}: ${unknown.reason?.message}\n`);
  return renderJson(report);
}

const verdicts = new Map<string, number>();
const digests = new Map<string, number>();
let whole = '';
let first: Held | undefined;
let last = held();
const started = performance.now();
for (let n = 1; n <= runs; n += 1) {
  const report = withoutRun(await once());
  const digest = createHash('sha256').update(report).digest('hex');
  digests.set(digest, (digests.get(digest) ?? 0) + 1);
  if (digests.get(digest) === 1 && digests.size > 1)
    process.stdout.write(`run ${n} differs: ${difference(whole, report)}\n`);
  whole ||= report;
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
    `verdicts ${[...verdicts].map(([verdict, n]) => `${verdict} ${n}`).join(', ')}; different reports: ${digests.size}, sha256 ${[...digests.keys()].map((digest) => digest.slice(0, 12)).join(', ')}\n`,
);
const from = first ?? last;
const grown = (['handles', 'openFiles', 'temporaryFiles'] as const).filter((name) => last[name] > from[name] + 2);
// The deployment's gateway keeps the approvals of every run; what a run itself would leak is far more than this.
const perRun = ((last.heapMb - from.heapMb) / (runs - warmUp)) * 1024;
process.stdout.write(
  `from run ${warmUp} on: heap ${perRun.toFixed(1)} KB a run; grown: ${grown.join(', ') || 'nothing'}\n`,
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = grown.length === 0 && digests.size === 1 && perRun < 100 ? 0 : 1;
