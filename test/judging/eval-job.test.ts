import { describe, expect, it } from 'vitest';
import { alwaysTrue, checkNamesOf, evalJobs, swallows, whyItCannotFail } from '../../src/judging/eval-job.ts';
import { parseWorkflow } from '../../src/probes/files/eval-workflow.ts';

const workflow = (job: string, top = '') =>
  parseWorkflow(`on: pull_request\n${top}\njobs:\n  evals:\n${job.replaceAll(/^/gm, '    ')}\n`, 'w.yml');
const step = (run: string, more = '') =>
  `steps:\n  - run: ${JSON.stringify(run)}\n${more.replaceAll(/^(?=.)/gm, '    ')}`;
const why = (job: string, top?: string) => {
  const parsed = workflow(job, top);
  return evalJobs(parsed).flatMap((one) => whyItCannotFail(one, parsed, 'pull_request'));
};

describe('evalJobs', () => {
  it.each([
    'promptfoo eval -c a.yaml',
    'npx promptfoo@latest eval',
    'npx --yes promptfoo@0.123.1 eval --no-cache',
    'pnpm exec promptfoo eval',
    'cd evals && promptfoo eval',
    'node_modules/.bin/promptfoo eval',
    'echo start\nnpx promptfoo \\\n  eval -c a.yaml',
  ])('takes %j for a run', (run) => expect(evalJobs(workflow(step(run)))).toHaveLength(1));

  it.each([
    'promptfoo validate',
    '# promptfoo eval',
    'echo done # promptfoo eval',
    'mypromptfoo eval',
    'promptfoo evaluations',
  ])('does not take %j for one', (run) => expect(evalJobs(workflow(step(run)))).toHaveLength(0));

  it('knows the action of promptfoo', () => {
    expect(evalJobs(workflow('steps:\n  - uses: promptfoo/promptfoo-action@v1'))).toHaveLength(1);
    expect(evalJobs(workflow('steps:\n  - uses: other/promptfoo-action@v1'))).toHaveLength(0);
  });
});

describe('swallows', () => {
  it.each<[string, string | undefined]>([
    ['promptfoo eval', undefined],
    ['promptfoo eval -o out.json 2>&1', undefined],
    ['promptfoo eval > log.txt', 'bash'],
    ['promptfoo eval | tee log', 'bash'],
    ['set -o pipefail\npromptfoo eval | tee log', undefined],
    ['set -euo pipefail\npromptfoo eval | tee log', undefined],
    ['cd evals && promptfoo eval', undefined],
    ['promptfoo eval && echo good', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone', undefined],
    ['promptfoo eval\necho done', 'sh'],
  ])('nothing in %j with shell %s', (run, shell) => expect(swallows(run, shell)).toEqual([]));

  it.each<[string, string | undefined]>([
    ['promptfoo eval || true', undefined],
    ['promptfoo eval -c a.yaml \\\n  || true', undefined],
    ['promptfoo eval || echo failed', undefined],
    ['promptfoo eval | tee log', undefined],
    ['promptfoo eval | tee log', 'sh'],
    ['promptfoo eval &', undefined],
    ['promptfoo eval && echo good\necho done', undefined],
    ['set +e\npromptfoo eval', undefined],
    ['set +o errexit\npromptfoo eval', undefined],
    ['trap "exit 0" EXIT\npromptfoo eval', undefined],
    ['if promptfoo eval; then echo good; fi', undefined],
    ['! promptfoo eval', undefined],
    ['out=$(promptfoo eval)', undefined],
    ['promptfoo eval', 'pwsh'],
    ['promptfoo eval', 'bash {0}'],
  ])('something in %j with shell %s', (run, shell) => expect(swallows(run, shell)).not.toEqual([]));
});

describe('whyItCannotFail', () => {
  it.each<[string, string, string?]>([
    ['a plain step', step('promptfoo eval')],
    ['continue-on-error: false', `continue-on-error: false\n${step('promptfoo eval')}`],
    ['a condition that holds', `if: \${{ github.event_name == 'pull_request' }}\n${step('promptfoo eval')}`],
    [
      'a condition of which one side holds',
      `if: github.event_name == "pull_request" || inputs.x\n${step('promptfoo eval')}`,
    ],
    ['another step with a condition', `${step('promptfoo eval')}\n  - run: upload\n    if: failure()`],
  ])('nothing for %s', (_, job, top) => expect(why(job, top)).toEqual([]));

  it.each<[string, string, string?]>([
    ['continue-on-error of the job', `continue-on-error: true\n${step('promptfoo eval')}`],
    ['continue-on-error as an expression', `continue-on-error: \${{ matrix.x }}\n${step('promptfoo eval')}`],
    ['continue-on-error of the step', step('promptfoo eval', 'continue-on-error: true')],
    ['if: false of the job', `if: false\n${step('promptfoo eval')}`],
    ['if: false of the step', step('promptfoo eval', 'if: false')],
    ['a condition that nobody can tell', `if: github.actor != 'someone'\n${step('promptfoo eval')}`],
    ['an exit code of 0 in the step', step('promptfoo eval', 'env: { PROMPTFOO_FAILED_TEST_EXIT_CODE: 0 }')],
    ['an exit code of 0 in the workflow', step('promptfoo eval'), "env: { PROMPTFOO_FAILED_TEST_EXIT_CODE: '0' }"],
    ['an exit code in the script', step('PROMPTFOO_FAILED_TEST_EXIT_CODE=0 promptfoo eval')],
    ['a pass rate below 100', step('promptfoo eval', 'env: { PROMPTFOO_PASS_RATE_THRESHOLD: 80 }')],
    ['the default shell of the workflow', step('promptfoo eval'), 'defaults: { run: { shell: pwsh } }'],
    ['one of two steps', `${step('promptfoo eval')}\n  - run: promptfoo eval || true`],
  ])('something for %s', (_, job, top) => expect(why(job, top)).not.toEqual([]));

  it('a job before it that may be skipped', () => {
    const text =
      "on: pull_request\njobs:\n  gate: { if: github.actor == 'x' }\n  evals:\n    needs: gate\n    steps: [{ run: promptfoo eval }]\n";
    const parsed = parseWorkflow(text, 'w.yml');
    expect(evalJobs(parsed).flatMap((one) => whyItCannotFail(one, parsed, 'pull_request'))).toHaveLength(1);
  });
});

describe('alwaysTrue', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, true],
    ['always()', true],
    ["github.event_name != 'schedule'", true],
    ["github.event_name == 'schedule'", false],
    ["github.event_name == 'pull_request' && github.actor == 'x'", false],
    ['', false],
    ['failure()', false],
  ])('%s: %s', (condition, expected) => expect(alwaysTrue(condition, 'pull_request')).toBe(expected));
});

describe('checkNamesOf', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['name: skill-evals', ['skill-evals']],
    ['runs-on: x', ['evals']],
    [`name: evals \${{ matrix.model }}`, undefined],
    [`name: evals \${{ inputs.x }}`, undefined],
    ['strategy: { matrix: { model: [a] } }', ['evals (a)']],
    [
      'strategy: { matrix: { model: [a, b], n: [1, 2] } }',
      ['evals (a, 1)', 'evals (a, 2)', 'evals (b, 1)', 'evals (b, 2)'],
    ],
    [`name: run \${{ matrix.model }}\nstrategy: { matrix: { model: [a, b] } }`, ['run a', 'run b']],
    [`name: run \${{ matrix.other }}\nstrategy: { matrix: { model: [a] } }`, undefined],
    ['strategy: { matrix: { model: [a], include: [{ model: b }] } }', undefined],
    ['strategy: { matrix: { model: [a], exclude: [{ model: a }] } }', undefined],
    [`strategy: { matrix: { model: "\${{ fromJSON(inputs.x) }}" } }`, undefined],
    ['strategy: { matrix: { model: [] } }', undefined],
    ['strategy: { matrix: { model: [{ a: 1 }] } }', undefined],
  ])('%s: %s', (job, expected) => {
    const [first] = workflow(job).jobs;
    expect(first && checkNamesOf(first)).toEqual(expected);
  });
});
