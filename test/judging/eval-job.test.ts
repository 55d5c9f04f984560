import { describe, expect, it } from 'vitest';
import { alwaysTrue, checkNamesOf, configFindings, evalJobs, whyItCannotFail } from '../../src/judging/eval-job.ts';
import { swallows } from '../../src/judging/eval-script.ts';
import { parseWorkflow } from '../../src/probes/files/eval-workflow.ts';

const workflow = (job: string, top = '') =>
  parseWorkflow(`on: pull_request\n${top}\njobs:\n  evals:\n${job.replaceAll(/^/gm, '    ')}\n`, 'w.yml');
const step = (run: string, more = '') =>
  `steps:\n  - run: ${JSON.stringify(run)}\n${more.replaceAll(/^(?=.)/gm, '    ')}`;
const why = (job: string, top?: string) => {
  const parsed = workflow(job, top);
  return evalJobs(parsed).flatMap((one) => whyItCannotFail(one, parsed, 'pull_request'));
};

const action = (inputs: string) => `steps:\n  - uses: promptfoo/promptfoo-action@v1\n    with: { ${inputs} }`;

describe('evalJobs', () => {
  it.each([
    'promptfoo eval -c a.yaml',
    'npx promptfoo@latest eval',
    'npx --yes promptfoo@0.123.1 eval --no-cache',
    'pnpm exec promptfoo eval',
    'cd evals && promptfoo eval',
    'node_modules/.bin/promptfoo eval',
    'echo start\nnpx promptfoo \\\n  eval -c a.yaml',
    'echo start; promptfoo eval',
    'bash -c "promptfoo eval"',
    'CI=1 sudo -E promptfoo eval',
    'bash <<END\npromptfoo eval\nEND',
    'docker run --rm -v "$PWD:/app" ghcr.io/promptfoo/promptfoo:latest eval -c /app/a.yaml',
  ])('takes %j for a run', (run) => expect(evalJobs(workflow(step(run)))).toHaveLength(1));

  it.each([
    'promptfoo validate',
    '# promptfoo eval',
    'echo done # promptfoo eval',
    'mypromptfoo eval',
    'promptfoo evaluations',
    'echo promptfoo eval',
    'echo "start; promptfoo eval"',
    "printf '%s' 'promptfoo eval' > run.sh",
    'cat > run.sh <<END\npromptfoo eval\nEND',
    'command -v promptfoo eval',
    '[ "$x" = "promptfoo eval" ]',
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
    ['promptfoo eval || exit 1', undefined],
    ['promptfoo eval\necho done', 'bash -e {0}'],
    ['promptfoo eval | tee log', 'bash -euo pipefail {0}'],
    ['promptfoo eval | tee log', '/usr/bin/bash --noprofile --norc -eo pipefail {0}'],
    ['promptfoo eval', 'bash -l -o errexit {0}'],
    ['command -v promptfoo || npm i -g promptfoo\npromptfoo eval', undefined],
    ['command -v promptfoo || npm i -g promptfoo; promptfoo eval', undefined],
    ['if [ -d out ]; then\n  rm -r out\nfi\npromptfoo eval', undefined],
    ['if [ -d out ]; then rm -r out; fi\npromptfoo eval', undefined],
    ['ls evals | while read -r c; do\n  promptfoo eval -c $c\ndone', undefined],
    ['promptfoo eval\nexit 0', undefined],
    ['[ -n "$KEY" ] || exit 1\npromptfoo eval', undefined],
    ['promptfoo eval --no-cache --max-concurrency 2 -o n.json', undefined],
    ['bash -ec "promptfoo eval; echo done"', undefined],
    ['bash -c "set -e; promptfoo eval; echo done"', undefined],
    ["sh -c 'promptfoo eval'", undefined],
    ['find . -name p.yaml -exec promptfoo eval -c {} +', undefined],
    ['find . -name p.yaml | xargs -n1 promptfoo eval -c', undefined],
    ['ls | while read -r c; do promptfoo eval -c $c; done', undefined],
    ['bash -e <<EOF\npromptfoo eval\necho done\nEOF', undefined],
    ['bash <<EOF\nset -e\npromptfoo eval\necho done\nEOF', undefined],
    ['run() {\n  promptfoo eval -c $1\n}\nrun a.yaml\nrun b.yaml', undefined],
    ['function run {\n  promptfoo eval\n}\nrun', undefined],
    ['s=0\nfor c in *; do\n  promptfoo eval -c $c || s=1\ndone\nexit $s', undefined],
    ['s=0\nfor c in *; do promptfoo eval -c $c || s=$?; done\nexit "$s"', undefined],
    ["promptfoo eval || { echo '::error::failed'; exit 1; }", undefined],
    ['s=0\npromptfoo eval -c a || s=1\npromptfoo eval -c b || s=1\nif [ "$s" -ne 0 ]; then exit 1; fi', undefined],
    ['s=0\npromptfoo eval || s=$((s + 1))\nif [[ $s != 0 ]]; then\n  echo bad\n  exit 1\nfi', undefined],
    ['s=0\npromptfoo eval || s=1\n[ "$s" -eq 0 ]', undefined],
    ['s=0\npromptfoo eval || s=1\ntest $s = 0 || exit 2', undefined],
    ['s=0\nfor c in *; do\n  if ! promptfoo eval -c $c; then\n    s=1\n  fi\ndone\nexit $s', undefined],
    [`s=0\nif ! promptfoo eval; then s=$((s+1)); fi\n[[ \${s} == 0 ]]`, undefined],
    ['if ! promptfoo eval; then\n  echo "::error::failed"\n  exit 1\nfi\necho done', undefined],
    ['set +e\npromptfoo eval\ns=$?\nset -e\ncat log\nexit $s', undefined],
    [`promptfoo eval | tee log\nexit \${PIPESTATUS[0]}`, undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone > log 2>&1', undefined],
    ['while read -r c; do\n  promptfoo eval -c $c\ndone < <(ls | sort)', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone | tee log', 'bash'],
    ['for c in *; do\n  promptfoo eval -c $c\ndone\nfor f in *; do\n  upload $f\ndone || true', undefined],
    ['promptfoo eval\nif [ -f log ]; then\n  cat log\nfi || true', undefined],
    ['for c in $(ls evals/*.yaml); do promptfoo eval -c $c; done', undefined],
    ['name=$(basename "$(pwd)"); promptfoo eval -o $name.json', undefined],
    ['promptfoo() { npx --yes promptfoo@latest "$@"; }\npromptfoo eval', undefined],
    ['(\n  cd evals\n  promptfoo eval\n)', undefined],
    ['for c in *; do\n  promptfoo eval -c $c || s=1\ndone\nexit $s', undefined],
    [`for c in *; do\n  promptfoo eval -c $c || s=1\ndone\nif [ "\${s:-0}" = "1" ]; then exit 1; fi`, undefined],
    ['s=0\npromptfoo eval || s=1\nif [ $s -eq 1 ]; then\n  echo "::error::bad"\n  exit 1\nfi', undefined],
    ['s=false\nfor c in *; do\n  promptfoo eval -c $c || s=true\ndone\nif [ "$s" = true ]; then exit 1; fi', undefined],
    ['s=false\npromptfoo eval || s=true\nif $s; then exit 1; fi', undefined],
    [
      `s=()\nfor c in *; do\n  promptfoo eval -c $c || s+=("$c")\ndone\nif [ \${#s[@]} -gt 0 ]; then exit 1; fi`,
      undefined,
    ],
    ['s=0\npromptfoo eval || s=1\n(( s == 0 ))', undefined],
    ['s=0\npromptfoo eval || s=1\nif [ $s -ne 0 ]; then exit 1; fi\necho "all passed"', undefined],
    ['s=0\npromptfoo eval || s=1\nif (( s )); then exit 1; fi', undefined],
    [
      's=0\nfor c in *; do\n  if promptfoo eval -c $c; then\n    echo ok\n  else\n    s=1\n  fi\ndone\nexit $s',
      undefined,
    ],
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
    ['promptfoo eval', 'bash -l {0}'],
    ['promptfoo eval', 'bash --noprofile {0}'],
    ['promptfoo eval', 'bash -o pipefail {0}'],
    ['promptfoo eval', 'bash -e -c "true; exit 0" {0}'],
    ['promptfoo eval | tee log', 'bash -e {0}'],
    ['promptfoo eval', 'python -e {0}'],
    ['promptfoo eval || exit 0', undefined],
    ['promptfoo eval || exit 1 || true', undefined],
    ['if [ -n "$KEY" ]; then\n  promptfoo eval\nfi', undefined],
    ['case "$x" in\n  a) promptfoo eval ;;\nesac', undefined],
    ['while false; do\n  promptfoo eval\ndone', undefined],
    ['[ -n "$KEY" ] && promptfoo eval\necho done', undefined],
    ['test -z "$KEY" || promptfoo eval', undefined],
    ['[ -n "$KEY" ] || exit 0\npromptfoo eval', undefined],
    ['if [ -z "$KEY" ]; then exit; fi\npromptfoo eval', undefined],
    ['exit 0; promptfoo eval', undefined],
    ['promptfoo eval --filter-first-n 1', undefined],
    ['promptfoo eval -n 1 -c a.yaml', undefined],
    ['promptfoo eval --filter-pattern=good', undefined],
    ['promptfoo eval -r echo', undefined],
    ['promptfoo eval --model-outputs saved.json', undefined],
    ['promptfoo eval --retry-errors', undefined],
    ['promptfoo eval --help', undefined],
    ['promptfoo eval --env-file .env.ci', undefined],
    ['promptfoo eval --env-path=.env.ci', undefined],
    ['promptfoo eval --tests one.yaml', undefined],
    ['bash -c "promptfoo eval; echo done"', undefined],
    ["docker run image sh -c 'promptfoo eval; exit 0'", undefined],
    ['find . -name p.yaml -exec promptfoo eval -c {} \\;', undefined],
    ["find . -name p.yaml -exec promptfoo eval -c {} ';'", undefined],
    ['bash <<EOF\npromptfoo eval\necho done\nEOF', undefined],
    ['run() {\n  promptfoo eval\n}\nrun || true', undefined],
    ['run() { promptfoo eval; }\nif run; then echo good; fi', undefined],
    ['run() {\n  promptfoo eval\n}\necho done', undefined],
    ['s=0\npromptfoo eval || s=1\necho $s', undefined],
    ['s=0\npromptfoo eval || s=1\ns=0\nexit $s', undefined],
    ['promptfoo eval || s=0\nexit $s', undefined],
    ['promptfoo eval || { echo "::error::failed"; }', undefined],
    ['for c in *; do\n  s=0\n  promptfoo eval -c $c || s=1\ndone\nexit $s', undefined],
    ['for c in *; do s=0; promptfoo eval -c $c || s=1; done\nexit $s', undefined],
    ['promptfoo eval || s=1\n[ "$s" = 1 ]', undefined],
    ['promptfoo eval || s=1\nif [ "$s" -ne 0 ]; then echo bad; fi', undefined],
    ['promptfoo eval || s=1\nif [ "$s" -ne 0 ]; then exit 0; fi\nexit $s', undefined],
    ['promptfoo eval || s=1\nif [ "$s" -eq 0 ]; then exit 1; fi', undefined],
    ['if ! promptfoo eval; then echo bad; fi', undefined],
    ['if ! promptfoo eval; then\n  exit 0\nfi', undefined],
    ['if ! promptfoo eval; then s=1; fi', undefined],
    ['if ! promptfoo eval; then s=1; else s=0; fi\nexit 0', undefined],
    ['set +e\npromptfoo eval\ns=$?\necho $s', undefined],
    ['promptfoo eval || s=2\nif [ "$s" = 1 ]; then exit 1; fi', undefined],
    ['s=false\npromptfoo eval || s=true\nif [ "$s" = false ]; then exit 1; fi', undefined],
    ['promptfoo eval || s=1\nif $s; then exit 1; fi', undefined],
    ['for c in *; do\n  s=false\n  promptfoo eval -c $c || s=true\ndone\nif $s; then exit 1; fi', undefined],
    ['promptfoo eval || s=1\n(( s != 0 ))', undefined],
    ['promptfoo eval || s=1\nif [ -n "$X" ]; then\n  if [ $s -ne 0 ]; then exit 1; fi\nfi\necho done', undefined],
    ['promptfoo eval || s=1\nif (( s == 0 )); then exit 1; fi', undefined],
    [`promptfoo eval || s+=("a")\necho \${#s[@]}`, undefined],
    ['if promptfoo eval; then\n  s=1\nelse\n  echo bad\nfi\nexit $s', undefined],
    ['if promptfoo eval; then exit 1; fi', undefined],
    ['if promptfoo eval; then echo ok; else echo bad; fi', undefined],
    ['set +e\npromptfoo eval -c a\ns=$?\npromptfoo eval -c b\nexit $s', undefined],
    [`cat log | promptfoo eval | tee log\nexit \${PIPESTATUS[0]}`, undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone || true', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone || exit 1', undefined],
    ['for c in *; do promptfoo eval -c $c; done || exit 1', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone && echo good', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone | tee log', undefined],
    ['for c in *; do\n  promptfoo eval -c $c\ndone &', undefined],
    ['for c in *; do\n  for i in 1 2; do\n    promptfoo eval -c $c\n  done\ndone || true', undefined],
    ['{\n  promptfoo eval -c a\n  promptfoo eval -c b\n} || echo failed', undefined],
    ['{\n  promptfoo eval\n} 2>&1 | tee log', undefined],
    ['(\n  promptfoo eval\n) || true', undefined],
    ['for c in *; do promptfoo eval -c $c && echo good; done', undefined],
    ['for c in *; do\n  for i in 1 2 3; do promptfoo eval -c $c && break; done\ndone', undefined],
    ['exec 3< <(promptfoo eval)', undefined],
    ['promptfoo() { npx promptfoo@latest "$@" || true; }\npromptfoo eval', undefined],
    ['promptfoo() {\n  npx promptfoo@latest "$@" || true\n}\npromptfoo eval', undefined],
    ["shopt -s expand_aliases\nalias promptfoo='echo'\npromptfoo eval", undefined],
  ])('something in %j with shell %s', (run, shell) => expect(swallows(run, shell)).not.toEqual([]));
});

const checkout = (inputs: string) =>
  `steps:\n  - uses: actions/checkout@v4\n    with: ${inputs}\n  - run: promptfoo eval`;

describe('whyItCannotFail', () => {
  it.each<[string, string, string?]>([
    ['a plain step', step('promptfoo eval')],
    ['continue-on-error: false', `continue-on-error: false\n${step('promptfoo eval')}`],
    ['a condition that holds', `if: \${{ github.event_name == 'pull_request' }}\n${step('promptfoo eval')}`],
    [
      'a condition of which one side holds',
      `if: github.event_name == "pull_request" || inputs.x\n${step('promptfoo eval')}`,
    ],
    ['an action that is told to run', action("prompts: 'prompts/**', force-run: true")],
    ['an action that needs all', action('config: evals/a.yaml, fail-on-threshold: 100')],
    ['what is to be merged', checkout('{ fetch-depth: 0 }')],
    ['the head of the pull request', checkout(`{ ref: "\${{ github.event.pull_request.head.sha || github.sha }}" }`)],
    ['its number', checkout(`{ ref: 'refs/pull/\${{ github.event.number }}/merge' }`)],
    ['another branch in a folder of its own', checkout('{ ref: main, path: before }')],
    ['a branch of its own', `steps:\n  - run: git checkout -b main-copy\n  - run: promptfoo eval`],
    [
      'files of the branch that it goes into',
      `steps:\n  - run: git checkout main -- lock.json\n  - run: promptfoo eval`,
    ],
    ['the other branch afterwards', `steps:\n  - run: promptfoo eval\n  - run: git checkout main && npm run compare`],
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
    [
      'a pass rate that an expression gives',
      step('promptfoo eval', `env: { PROMPTFOO_PASS_RATE_THRESHOLD: "\${{ vars.RATE }}" }`),
    ],
    [
      'an exit code that an earlier step sets',
      `steps:\n  - run: echo PROMPTFOO_FAILED_TEST_EXIT_CODE=0 >> "$GITHUB_ENV"\n  - run: promptfoo eval`,
    ],
    ['the shell of Windows', `runs-on: windows-latest\n${step('promptfoo eval\necho done')}`],
    ['an action that watches prompts', action("prompts: 'prompts/**'")],
    ['an action that reads variables', action('config: evals/a.yaml, env-files: .env.ci')],
    ['an action that lets some fail', action('fail-on-threshold: 80')],
    ['an action that lets some runs fail', action('repeat: 3, repeat-min-pass: 2')],
    ['another branch', checkout('{ ref: main }')],
    ['the branch that it goes into', checkout(`{ ref: '\${{ github.base_ref }}' }`)],
    ['what it was before', checkout(`{ ref: '\${{ github.event.pull_request.base.sha }}' }`)],
    ['git with another branch', `steps:\n  - run: git fetch && git checkout origin/main\n  - run: promptfoo eval`],
    ['git with its base', step('git reset --hard "origin/$GITHUB_BASE_REF"\npromptfoo eval')],
    ['one of two steps', `${step('promptfoo eval')}\n  - run: promptfoo eval || true`],
  ])('something for %s', (_, job, top) => expect(why(job, top)).not.toEqual([]));

  it('a job before it that may be skipped', () => {
    const text =
      "on: pull_request\njobs:\n  gate: { if: github.actor == 'x' }\n  evals:\n    needs: gate\n    steps: [{ run: promptfoo eval }]\n";
    const parsed = parseWorkflow(text, 'w.yml');
    expect(evalJobs(parsed).flatMap((one) => whyItCannotFail(one, parsed, 'pull_request'))).toHaveLength(1);
  });
});

describe('evaluations of what git diff names', () => {
  const changed = 'git diff --name-only origin/main... | while read -r c; do promptfoo eval -c $c; done';
  it.each<[string, string, string, boolean]>([
    ['are those of a pull request', changed, 'pull_request', true],
    ['are none on a schedule', changed, 'schedule', false],
    ['may be all there, where it asks', `test "$GITHUB_EVENT_NAME" = schedule && all=1\n${changed}`, 'schedule', true],
  ])('%s', (_, run, event, can) => {
    const parsed = workflow(step(run));
    expect(evalJobs(parsed).flatMap((one) => whyItCannotFail(one, parsed, event)).length === 0).toBe(can);
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
    ["(github.event_name == 'pull_request') || (inputs.x && always())", true],
    ["github.event_name != 'push' && (github.actor == 'x' || true)", false],
    ['github.event.pull_request.draft == false', false],
  ])('%s: %s', (condition, expected) => expect(alwaysTrue(condition, 'pull_request')).toBe(expected));

  it.each(['!github.event.pull_request.draft', 'github.event.pull_request.draft != true'])(
    '%s, where the workflow starts once it is no draft',
    (condition) => {
      expect(alwaysTrue(condition, 'pull_request', ['opened', 'synchronize', 'ready_for_review'])).toBe(true);
      expect(alwaysTrue(condition, 'pull_request', ['opened', 'synchronize'])).toBe(false);
    },
  );
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

describe('configFindings', () => {
  const none = { cases: [], providers: [], program: undefined, env: {}, files: [] };
  const configs = ['a', 'b', 'c'].map((name) => ({ ...none, path: `evals/${name}/promptfooconfig.yaml` }));
  const all = [true, true, true];

  it.each<[string, string, readonly boolean[]]>([
    ['a loop over a pattern', 'for c in evals/*/promptfooconfig.yaml; do promptfoo eval -c "$c"; done', all],
    ['a loop over folders', `for d in evals/*/; do\n  promptfoo eval -c "\${d}promptfooconfig.yaml"\ndone`, all],
    [
      'a loop over a list',
      'for s in a b; do\n  promptfoo eval -c evals/$s/promptfooconfig.yaml -o $s.json\ndone',
      [true, true, false],
    ],
    [
      'a loop over what a command prints',
      'for s in $(ls evals); do promptfoo eval -c evals/$s/promptfooconfig.yaml; done',
      all,
    ],
    ['a loop that changes its variable', 'for s in a b; do\n  s=$s.yaml\n  promptfoo eval -c $s\ndone', all],
    ['a matrix', `promptfoo eval -c evals/\${{ matrix.skill }}/promptfooconfig.yaml`, [true, true, false]],
    ['a container', 'docker run ghcr.io/promptfoo/promptfoo:1 eval -c /app/a.yaml', all],
    ['an expression', `promptfoo eval -c evals/\${{ inputs.skill }}/promptfooconfig.yaml`, all],
  ])('of %s', (_, run, expected) => {
    const parsed = workflow(`strategy: { matrix: { skill: [a, b] } }\n${step(run)}`);
    expect(configFindings(parsed, configs, []).map(({ ok }) => ok)).toEqual(expected);
  });

  it('has the .env files', () => {
    const found = (env: object) =>
      configFindings(workflow(step('promptfoo eval')), [], [{ path: '.env', env: { ...env } }]);
    expect(found({ PROMPTFOO_FAILED_TEST_EXIT_CODE: '0' }).map(({ ok }) => ok)).toEqual([false]);
    expect(found({ PROMPTFOO_DISABLE_TELEMETRY: '1' }).map(({ ok }) => ok)).toEqual([true]);
  });
});
