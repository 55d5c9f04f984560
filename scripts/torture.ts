// Every call of a run, every fault, once and for good: no single fault may turn what is not READY into READY, or make
// any check better than it is. Prints the figures. `--sample N` tries N trials of each scenario, `--seed S` others, and
// `--call TEXT` only those of calls with this in them, `--fault TEXT` only those of such faults (again for more), `--part 2/4` the second
// quarter of what is left. `--sockets N` then tries N pairs of an operation and a fault on real sockets, `--hosts N` as
// many hostile SSH servers, and `--writes N` as many faults of the disk under the reports and the recording; 0 is none.
import { parseArgs } from 'node:util';
import { tortureHosts } from '../test/torture/hosts.ts';
import { tortureSockets } from '../test/torture/sockets.ts';
import {
  attemptAll,
  baseline,
  type Outcome,
  type Promised,
  promises,
  sample,
  trialsOf,
  violationsOf,
} from '../test/torture/torture.ts';
import { tortureWrites } from '../test/torture/writes.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    call: { type: 'string', default: '' },
    fault: { type: 'string', multiple: true, default: [''] },
    part: { type: 'string', default: '1/1' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string', multiple: true, default: ['good', 'instance-public-address'] },
    sockets: { type: 'string', default: '25' },
    hosts: { type: 'string', default: 'all' },
    writes: { type: 'string', default: 'all' },
    verbose: { type: 'boolean', default: false },
  },
});

const all: Outcome[] = [];
for (const scenario of values.scenario.filter((one) => one !== 'none')) {
  const start = performance.now();
  const base = await baseline(scenario === 'good' ? [] : [scenario]);
  const [part = 1, parts = 1] = values.part.split('/').map(Number);
  const every = trialsOf(base)
    .filter(({ key, fault }) => key.includes(values.call) && values.fault.some((text) => fault.name.includes(text)))
    .filter((_, i) => i % parts === part - 1);
  const trials = values.sample ? sample(every, Number(values.sample), Number(values.seed)) : every;
  // On a terminal one line that counts; in a log a line now and then.
  const [step, begin, end] = process.stderr.isTTY ? [1, '\r', '\r'] : [250, '', '\n'];
  const show = (n: number) => void (n % step === 0 && process.stderr.write(`${begin}${n} of ${trials.length}${end}`));
  const outcomes = await attemptAll(trials, base, show);
  const bad = outcomes.filter((outcome) => violationsOf(outcome).length > 0);
  for (const outcome of values.verbose ? bad : bad.slice(0, 20)) {
    const { trial } = outcome;
    const how = trial.persistent ? 'from then on' : 'once';
    process.stdout.write(
      `  ${trial.key.slice(0, 160)}: ${trial.fault.name}, ${how}: ${violationsOf(outcome).join('; ')}\n`,
    );
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  const still = outcomes.filter(({ noticed }) => !noticed).length;
  process.stdout.write(
    `${scenario} (${base.report.verdict}): ${base.calls.length} calls, ${outcomes.length} faults injected, ` +
      `${bad.length} with a broken promise, ${still} that change no status, ${seconds} s\n`,
  );
  all.push(...outcomes);
}
process.stdout.write(`faults injected: ${all.length}\n`);
for (const promise of Object.keys(promises) as Promised[]) {
  const count = all.reduce((sum, outcome) => sum + outcome[promise].length, 0);
  process.stdout.write(`${promises[promise]}: ${count}\n`);
  if (count > 0) process.exitCode = 1;
}

const sockets = await tortureSockets(Number(values.sockets), Number(values.seed), values.fault);
const spoiled = sockets.filter(({ violations }) => violations.length > 0);
for (const { operation, fault, persistent, violations } of spoiled)
  process.stdout.write(`  ${operation}: ${fault}, ${persistent ? 'every time' : 'once'}: ${violations.join('; ')}\n`);
process.stdout.write(
  `through real sockets: ${sockets.length} faults injected, ${spoiled.length} with a broken promise\n`,
);
if (spoiled.length > 0) process.exitCode = 1;

const hosts = await tortureHosts(atMost(values.hosts), Number(values.seed));
const believed = hosts.filter(({ violations }) => violations.length > 0);
for (const { host, violations } of believed) process.stdout.write(`  a host that ${host}: ${violations.join('; ')}\n`);
process.stdout.write(`hostile SSH servers: ${hosts.length}, ${believed.length} with a broken promise\n`);
if (believed.length > 0) process.exitCode = 1;

const onDisk = await tortureWrites(atMost(values.writes), Number(values.seed));
const unkept = onDisk.filter(({ violations }) => violations.length > 0);
for (const { call, fault, persistent, violations } of unkept)
  process.stdout.write(`  ${call}: ${fault}, ${persistent ? 'from then on' : 'once'}: ${violations.join('; ')}\n`);
process.stdout.write(
  `while reports and a recording are written: ${onDisk.length} faults injected, ${unkept.length} with a broken promise\n`,
);
if (unkept.length > 0) process.exitCode = 1;

function atMost(size: string): number {
  return size === 'all' ? Number.POSITIVE_INFINITY : Number(size);
}
