// Every call of a run, every fault, once and for good: no single fault may turn what is not READY into READY, or make
// any check better than it is. Prints the figures. `--sample N` tries N trials of each scenario, `--seed S` others, and
// `--call TEXT` only those of calls with this in them, `--fault TEXT` only those of such faults (again for more).
// `--flaws N` tries N faults on each of the deployments with one flaw, against the checks that find it; `--sockets N` tries N faults on real sockets in front of AWS, `--hosts N` as many hostile SSH servers, and `--writes N`
// as many faults of the disk under the reports and the recording; 0 is none, and all of them is `all`. `--workers N`
// processes share the work, as many as there are cores by default.
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Done, Job } from '../test/torture/jobs.ts';
import { type Promised, promises } from '../test/torture/torture.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: 'all' },
    call: { type: 'string', default: '' },
    fault: { type: 'string', multiple: true, default: [''] },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string', multiple: true, default: ['good', 'instance-public-address'] },
    flaws: { type: 'string', default: '20' },
    sockets: { type: 'string', default: '50' },
    hosts: { type: 'string', default: 'all' },
    writes: { type: 'string', default: 'all' },
    workers: { type: 'string', default: String(availableParallelism()) },
    verbose: { type: 'boolean', default: false },
  },
});
const workers = Number(values.workers);

const asked: { name: string; kind: Job['kind']; scenario: string; size: string }[] = [
  ...values.scenario
    .filter((one) => one !== 'none')
    .map((one) => ({ name: one, kind: 'calls' as const, scenario: one, size: values.sample })),
  { name: 'on every flaw', kind: 'flaws', scenario: '', size: values.flaws },
  { name: 'through real sockets', kind: 'sockets', scenario: '', size: values.sockets },
  { name: 'hostile SSH servers', kind: 'hosts', scenario: '', size: values.hosts },
  { name: 'while reports and a recording are written', kind: 'writes', scenario: '', size: values.writes },
];
/** What is tried on scenarios and on the disk comes in small shares; the others begin with a deployment of their own. */
const partsOf = (kind: Job['kind']) => workers * (kind === 'sockets' || kind === 'hosts' ? 1 : 8);

const start = performance.now();
const queue = asked
  .filter(({ size }) => size !== '0')
  .flatMap(({ name, kind, scenario, size }) =>
    Array.from({ length: partsOf(kind) }, (_, part) => ({
      name,
      job: {
        kind,
        scenario,
        ...(size !== 'all' && { size: Number(size) }),
        seed: Number(values.seed),
        call: values.call,
        fault: values.fault,
        part,
        parts: partsOf(kind),
      } satisfies Job,
    })),
  );
const total = queue.length;
const results = new Map<string, Done[]>(asked.map(({ name }) => [name, []]));
let done = 0;
let shown = 0;
const most = values.verbose ? Number.POSITIVE_INFINITY : 40;

/** Sends a worker one job after the other. */
async function work(): Promise<void> {
  const child = fork('scripts/run-ts.mjs', ['scripts/torture-worker.ts'], { execArgv: ['--max-semi-space-size=64'] });
  try {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const answer = await answerOf(child, next.job);
      results.get(next.name)?.push(answer);
      for (const line of answer.broken) if (shown++ < most) process.stdout.write(`  ${line}\n`);
      done += 1;
      const seconds = Math.round((performance.now() - start) / 1000);
      const [begin, end] = process.stderr.isTTY ? ['\r', done === total ? '\n' : ''] : ['', '\n'];
      process.stderr.write(`${begin}${done} of ${total} shares, ${seconds} s${end}`);
    }
  } finally {
    child.kill();
  }
}

function answerOf(child: ChildProcess, job: Job): Promise<Done> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a worker ended with ${code} at ${JSON.stringify(job)}`));
    child.once('exit', ended);
    child.once('message', (answer: Done) => {
      child.off('exit', ended);
      resolve(answer);
    });
    child.send(job);
  });
}

await Promise.all(Array.from({ length: workers }, work));

const sum = (list: readonly Done[], of: (one: Done) => number) => list.reduce((so, one) => so + of(one), 0);
const all = [...results.values()].flat();
for (const { name, kind, size } of asked) {
  if (size === '0') continue;
  const own = results.get(name) ?? [];
  const broken = own.flatMap((one) => one.broken);
  const still = kind === 'calls' ? `, ${sum(own, ({ unnoticed }) => unnoticed)} that change no status` : '';
  process.stdout.write(
    `${own[0]?.scenario ?? name}: ${sum(own, ({ injected }) => injected)} faults injected, ` +
      `${broken.length} with a broken promise${still}\n`,
  );
}
for (const promise of Object.keys(promises) as Promised[])
  process.stdout.write(`${promises[promise]}: ${sum(all, ({ counts }) => counts[promise])}\n`);
const seconds = Math.round((performance.now() - start) / 1000);
process.stdout.write(
  `faults injected: ${sum(all, ({ injected }) => injected)}, in ${seconds} s with ${workers} processes\n`,
);
if (all.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
