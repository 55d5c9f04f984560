import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import allPass from '../../../checks/skills/all-pass.ts';
import { localFiles } from '../../../src/adapters/files/files.ts';
import { asserts, isRunOf } from '../../../src/judging/eval-case.ts';
import { type EvalConfig, evalConfigs } from '../../../src/probes/files/eval-configs.ts';
import { type EvalResults, evalResults } from '../../../src/probes/files/eval-results.ts';
import { goodEnvironment } from '../../support/rig.ts';

/**
 * Two configurations and what promptfoo 0.123.1 on Node 24.21 wrote of them on 2026-11-21, with a provider of a few lines:
 * `crm` has a pass, a failed assertion, an error of the provider and cases that assert nothing; every case of `hollow`
 * passes whatever the agent says.
 */
const files = localFiles(join(import.meta.dirname, 'promptfoo-0.123.1'));
const made = new Date('2026-11-21T20:00:00Z');
const commit = '9b1f3a0c5d7e2468ace013579bdf02468ace1357';
const head = { branch: 'main', commit, tree: commit, protected: true };

async function recorded(name: string) {
  const environment = goodEnvironment({
    'skills.evalConfigs': `evals/${name}/promptfooconfig.yaml`,
    'skills.evalResults': `evals/results/${name}.json`,
  });
  const context = { environment, others: [], now: made, nonce: '', signal: new AbortController().signal };
  const [configs, results] = await Promise.all([
    evalConfigs.gather(files, {} as never, context),
    evalResults.gather(files, {} as never, context),
  ]);
  const [config] = configs;
  const [result] = results;
  if (!config || !result) throw new Error(`${name} was not recorded`);
  return { configs, results, config, result };
}

function judge(configs: readonly EvalConfig[], results: readonly EvalResults[]) {
  return allPass.judge({ configs, results, head, tree: [] }, { environment: goodEnvironment(), others: [], now: made });
}

describe('results of the real promptfoo', () => {
  it('are read: passed, failed, an error of the provider, and nothing asserted', async () => {
    const { result } = await recorded('crm');
    expect([result.commit, result.successes, result.failures, result.errors]).toEqual([commit, 3, 1, 1]);
    const seen = result.runs.map((run) => [run.case.description, run.passed, run.failureReason, asserts(run.case)]);
    expect(new Map(seen.map(([name, ...rest]) => [name, rest]))).toEqual(
      new Map([
        ['answers with the plan', [true, 0, true]],
        ['escalates a change', [false, 1, true]],
        ['asks when two fit', [false, 2, true]],
        ['is not looked at', [true, 0, false]],
        ['weighs nothing', [true, 0, false]],
      ]),
    );
    expect(result.runs.map(({ provider }) => provider.label)).toEqual(Array(5).fill('staging'));
  });

  it.each(['crm', 'hollow'])('are those of the cases of the configuration %s', async (name) => {
    const { config, result } = await recorded(name);
    const found = config.cases.map((one) => result.runs.filter((run) => isRunOf(one, run.case)).length);
    expect(found).toEqual(config.cases.map(() => 1));
    expect(result.runs).toHaveLength(config.cases.length);
  });

  it('are judged case by case', async () => {
    const { configs, results } = await recorded('crm');
    const { outcome, evidence } = judge(configs, results);
    expect(outcome).toBe('fail');
    expect(
      evidence.map(({ subject, observed }) => `${subject.split(' (')[0]}: ${observed.split(' in evals')[0]}`),
    ).toEqual([
      'escalates a change: 1 of 1 runs failed',
      'asks when two fit: 1 of 1 runs failed',
      'is not looked at: passed without an assertion that can fail',
      'weighs nothing: passed without an assertion that can fail',
      'evals/results/crm.json: 1 failures, 1 errors among 5 results',
    ]);
  });

  it('that passed whatever the agent says do not count', async () => {
    const { config, configs, result, results } = await recorded('hollow');
    expect(result.runs.filter(({ passed }) => !passed)).toEqual([]);
    expect(config.cases.filter(asserts).map(({ description }) => description)).toEqual([]);
    expect(result.runs.filter((run) => asserts(run.case)).map((run) => run.case.description)).toEqual([]);
    expect(judge(configs, results).outcome).toBe('fail');
  });
});
