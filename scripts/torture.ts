// Every call of a run, every fault, once and for good: no single fault may turn what is not READY into READY, or make
// any check better than it is. Prints the figures. `--sample N` tries N trials of each scenario, `--seed S` others.
import { parseArgs } from 'node:util';
import { attempt, baseline, type Outcome, sample, trialsOf } from '../test/torture/torture.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string', multiple: true, default: ['good', 'instance-public-address'] },
    verbose: { type: 'boolean', default: false },
  },
});

let wrong = 0;
let tried = 0;
let ready = 0;
for (const scenario of values.scenario) {
  const base = await baseline(scenario === 'good' ? [] : [scenario]);
  const all = trialsOf(base);
  const trials = values.sample ? sample(all, Number(values.sample), Number(values.seed)) : all;
  const outcomes: Outcome[] = [];
  for (const trial of trials) {
    const outcome = await attempt(trial, base);
    if (outcome) outcomes.push(outcome);
  }
  const bad = outcomes.filter(({ violations }) => violations.length > 0);
  for (const { trial, violations } of values.verbose ? bad : bad.slice(0, 20)) {
    const how = trial.persistent ? 'from then on' : 'once';
    process.stdout.write(
      `  ${trial.port} call ${trial.n} ${trial.call}: ${trial.fault.name}, ${how}: ${violations.join('; ')}\n`,
    );
  }
  const wrongReady = outcomes.filter(({ verdict, violations }) => verdict === 'READY' && violations.length > 0).length;
  process.stdout.write(
    `${scenario} (${base.report.verdict}): ${base.calls.length} calls, ${outcomes.length} faults, ` +
      `${wrongReady} wrong READY, ${bad.length} broken promises, ${outcomes.filter(({ noticed }) => !noticed).length} without effect\n`,
  );
  tried += outcomes.length;
  wrong += bad.length;
  ready += wrongReady;
}
process.stdout.write(`faults injected: ${tried}; wrong READY: ${ready}; broken promises: ${wrong}\n`);
process.exitCode = wrong === 0 ? 0 : 1;
