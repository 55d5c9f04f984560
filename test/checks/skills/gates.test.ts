import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import evalsOnPullRequest from '../../../checks/skills/evals-on-pull-request.ts';
import regressionsBlockMerge from '../../../checks/skills/regressions-block-merge.ts';
import scheduledEvals from '../../../checks/skills/scheduled-evals.ts';
import { parseWorkflow } from '../../../src/probes/files/eval-workflow.ts';
import { judgeFacts } from '../../support/judge.ts';
import { fixtures, now, runScenario, statusesOf } from '../../support/rig.ts';

const path = '.github/workflows/skill-evals.yml';
const workflow = parseWorkflow(readFileSync(join(fixtures, 'good/files', path), 'utf8'), path);
const around = {
  configs: [{ path: 'evals/a/promptfooconfig.yaml', cases: [], providers: [], env: {}, files: [] }],
  dotenv: [],
  tree: [],
};
const head = { branch: 'main', commit: 'c'.repeat(40), tree: 't', protected: true };
const text = readFileSync(join(fixtures, 'good/files', path), 'utf8');
const guarded = (text: string, event: string) =>
  text.replace(/^( *)steps:/m, `$1if: github.event_name == '${event}'\n$1steps:`);
const [, job = ''] = /^jobs:\n([\s\S]*)$/m.exec(text) ?? [];
const behind =
  (id: string, condition = '') =>
  (text: string) =>
    text
      .replace(/^( *)steps:/m, `$1needs: [${id}]\n${condition && `$1if: ${condition}\n`}$1steps:`)
      .replace(/^jobs:\n/m, `jobs:\n  ${id}:\n    steps: [{ run: npm run ${id} }]\n`);
const twoJobs = (text: string) => `${text}${job.replace('evals:', 'second:').replace('skill-evals', 'evals-of-ada')}`;
const matrix = (text: string) =>
  text
    .replace('name: skill-evals', `name: ${'$'}{{ matrix.of }}`)
    .replace(/^( *)steps:/m, '$1strategy:\n$1  matrix:\n$1    of: [skill-evals, second]\n$1steps:');
const all =
  (condition: string, step: string, more = '') =>
  (text: string) =>
    `${text}  ok:\n    needs: [evals]\n    if: ${condition}\n${more}    steps:\n      - ${step}\n`;
const onFailure = `{ if: "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')", run: exit 1 }`;
const result = `$\{{ needs.evals.result }}`;
const green = `{ uses: re-actors/alls-green@release/v1, with: { jobs: "$\{{ toJSON(needs) }}" } }`;

describe('regressions-block-merge', () => {
  const rule = (more = {}) => ({
    from: 'ruleset x',
    adminsExempt: false,
    bypass: [] as unknown[],
    requiredChecks: [{ name: 'skill-evals', app: 15368 as number | undefined }],
    ...more,
  });
  const judge = (rules: readonly unknown[], changes = {}) =>
    judgeFacts(regressionsBlockMerge, { workflow, rules, head, ...around }, changes).outcome;
  const role = { name: undefined, id: 'RepositoryRole:5' };

  it.each<[string, readonly unknown[], string]>([
    ['required', [rule()], 'pass'],
    ['required of any app', [rule({ requiredChecks: [{ name: 'skill-evals', app: undefined }] })], 'pass'],
    ['required of another app', [rule({ requiredChecks: [{ name: 'skill-evals', app: 1 }] })], 'fail'],
    ['under the id of the job', [rule({ requiredChecks: [{ name: 'evals', app: 15368 }] })], 'fail'],
    ['in other letters', [rule({ requiredChecks: [{ name: 'Skill-Evals', app: 15368 }] })], 'fail'],
    ['no rule', [], 'fail'],
    ['a rule with an exemption', [rule({ bypass: [role] })], 'fail'],
    ['a rule that exempts administrators', [rule({ adminsExempt: true })], 'fail'],
    ['one with an exemption and one without', [rule({ bypass: [role] }), rule()], 'pass'],
  ])('%s', (_, rules, outcome) => expect(judge(rules)).toBe(outcome));

  it('lets pass whom the file names', () => {
    expect(judge([rule({ bypass: [role] })], { 'git.approvedBypass': ['RepositoryRole:5'] })).toBe('pass');
  });

  it('does not know the app of another git host', () => {
    const other = [rule({ requiredChecks: [{ name: 'skill-evals', app: 1 }] })];
    expect(judge(other, { 'git.api': 'https://git.example.com/api/v3' })).toBe('pass');
  });

  it('needs the job to run on pull requests, whatever the rule says', () => {
    const judgeText = (changed: string, rules: readonly unknown[], changes = {}) =>
      judgeFacts(regressionsBlockMerge, { workflow: parseWorkflow(changed, path), rules, head, ...around }, changes)
        .outcome;
    expect(judgeText(text, [rule()])).toBe('pass');
    const onPush = guarded(text, 'push');
    expect(onPush).not.toBe(text);
    expect(judgeText(onPush, [rule()])).toBe('fail');
  });

  it.each<[string, (text: string) => string, readonly string[], string]>([
    ['waits for one that is required', behind('lint'), ['skill-evals', 'lint'], 'pass'],
    ['waits for one that is not required, whose failure skips it', behind('lint'), ['skill-evals'], 'fail'],
    ['waits for one that is not required, and starts anyhow', behind('lint', 'always()'), ['skill-evals'], 'pass'],
    ['runs under a condition that pull requests meet', (t) => guarded(t, 'pull_request'), ['skill-evals'], 'pass'],
    ['is one of two that are required', twoJobs, ['skill-evals', 'evals-of-ada'], 'pass'],
    ['is one of two, and the other is not required', twoJobs, ['skill-evals'], 'fail'],
    ['has a name for each version, and one of them is in the file', matrix, ['skill-evals', 'second'], 'fail'],
    ['is looked at by one that is required', all('always()', onFailure), ['ok'], 'pass'],
    ['is compared with success', all('always()', `run: '[ "${result}" = success ]'`), ['ok'], 'pass'],
    [
      'has to be a success',
      all('always()', `run: if [ "${result}" != "success" ]; then echo no; exit 1; fi`),
      ['ok'],
      'pass',
    ],
    ['is looked at by an action', all(`'\${{ always() }}'`, green), ['ok'], 'pass'],
    ['is looked at by what is not required', all('always()', onFailure), ['other'], 'fail'],
    ['is looked at by one that is skipped with it', all('success()', onFailure), ['ok'], 'fail'],
    ['is looked at by one that may fail', all('always()', onFailure, '    continue-on-error: true\n'), ['ok'], 'fail'],
    ['is waited for only', all('always()', 'run: echo done'), ['ok'], 'fail'],
    [
      'is allowed to fail',
      all('always()', green.replace('with: {', 'with: { allowed-failures: evals,')),
      ['ok'],
      'undetermined',
    ],
    [
      'is looked at in another way',
      all('always()', `run: echo '\${{ toJSON(needs) }}' | jq -e x`),
      ['ok'],
      'undetermined',
    ],
    ['is printed only', all('always()', `run: echo "${result}"`), ['ok'], 'undetermined'],
  ])('where the job %s', (_, change, names, outcome) => {
    const changed = change(text);
    expect(changed).not.toBe(text);
    const rules = [rule({ requiredChecks: names.map((name) => ({ name, app: undefined })) })];
    const facts = { workflow: parseWorkflow(changed, path), rules, head, ...around };
    const of = names.includes('ok') || names.includes('other') ? { 'skills.requiredCheck': names[0] } : {};
    expect(judgeFacts(regressionsBlockMerge, facts, of).outcome).toBe(outcome);
  });

  it('does not ask for a name where the file gives none', () => {
    expect(judge([rule()], { 'skills.requiredCheck': null })).toBe('pass');
  });

  it('compares the name of the job with the one in the file', () => {
    expect(judge([rule()], { 'skills.requiredCheck': 'evals' })).toBe('fail');
  });
});

describe('evals-on-pull-request', () => {
  const run = { conclusion: 'success', createdAt: now };
  const history = { state: 'active', path, onPullRequest: [run], onSchedule: [] };
  const skills = {
    directory: 'skills',
    skills: [{ name: 'a', folder: 'a', files: [{ path: 'SKILL.md' }] }],
    stray: [],
  };
  const judge = (changed: string, more: object = {}) =>
    judgeFacts(evalsOnPullRequest, {
      workflow: parseWorkflow(changed, path),
      history: { ...history, ...more },
      skills,
      head,
      ...around,
    }).outcome;
  const types = (list: string) => text.replace('  pull_request:\n', `  pull_request:\n    types: [${list}]\n`);

  it.each<[string, string, string]>([
    ['every path below the folder', text, 'pass'],
    ['only what lies directly in a skill', text.replace("'skills/**'", "'skills/*/*'"), 'fail'],
    ['only when it is opened', types('opened'), 'fail'],
    ['only when it changes', types('synchronize'), 'fail'],
    ['when it is opened and when it changes', types('opened, synchronize'), 'pass'],
    ['only when it gets a label', types('labeled'), 'fail'],
    ['under a condition that pull requests meet', guarded(text, 'pull_request'), 'pass'],
    ['under a condition that they do not meet', guarded(text, 'schedule'), 'fail'],
  ])('starts for %s', (_, changed, outcome) => expect(judge(changed)).toBe(outcome));

  it.each<[string, object, string]>([
    ['failed, and so ran', { onPullRequest: [{ ...run, conclusion: 'failure' }] }, 'pass'],
    ['was cancelled', { onPullRequest: [{ ...run, conclusion: 'cancelled' }] }, 'undetermined'],
    ['never ran', { onPullRequest: [] }, 'undetermined'],
    ['is of another workflow', { path: '.github/workflows/other.yml' }, 'fail'],
    ['is disabled', { state: 'disabled_manually' }, 'fail'],
  ])('where the history %s', (_, more, outcome) => expect(judge(text, more)).toBe(outcome));
});

describe('scheduled-evals', () => {
  const run = (hours: number, more = {}) => ({
    id: 1,
    event: 'schedule',
    branch: 'main',
    commit: 'c'.repeat(40),
    status: 'completed',
    conclusion: 'success',
    createdAt: new Date(now.getTime() - hours * 3_600_000),
    updatedAt: now,
    ...more,
  });
  const judge = (onSchedule: readonly unknown[], more = {}, of = workflow) =>
    judgeFacts(scheduledEvals, {
      workflow: of,
      head,
      ...around,
      history: { state: 'active', path, onPullRequest: [], onSchedule, ...more },
    }).outcome;

  it.each<[string, readonly unknown[], string]>([
    ['at the age', [run(8 * 24)], 'pass'],
    ['over the age', [run(8 * 24 + 1)], 'fail'],
    ['an older success under a newer failure', [run(5, { conclusion: 'failure' }), run(29)], 'pass'],
    ['cancelled', [run(5, { conclusion: 'cancelled' })], 'fail'],
    ['skipped', [run(5, { conclusion: 'skipped' })], 'fail'],
    ['still running', [run(5, { status: 'in_progress' })], 'fail'],
    ['on another branch', [run(5, { branch: 'develop' })], 'fail'],
    ['never', [], 'fail'],
  ])('%s', (_, runs, outcome) => expect(judge(runs)).toBe(outcome));

  it.each<[string, string]>([
    ['17 4 * * 1', 'pass'],
    ['17 4 1 * *', 'fail'],
    ['@daily', 'undetermined'],
  ])('with the schedule %s: %s', (cron, outcome) => {
    const changed = parseWorkflow(text.replace('17 4 * * *', cron), path);
    expect(judge([run(5)], {}, changed)).toBe(outcome);
  });

  it('passes once in so many days exactly', () => {
    const weekly = parseWorkflow(text.replace('17 4 * * *', '17 4 * * 1'), path);
    const outcome = (days: number) =>
      judgeFacts(
        scheduledEvals,
        {
          workflow: weekly,
          head,
          ...around,
          history: { state: 'active', path, onPullRequest: [], onSchedule: [run(5)] },
        },
        { 'skills.scheduleMaxAgeDays': days },
      ).outcome;
    expect([7, 6].map(outcome)).toEqual(['pass', 'fail']);
  });

  it('fails where the newest run is too old, though the schedule is not understood', () => {
    const changed = parseWorkflow(text.replace('17 4 * * *', '@daily'), path);
    expect(judge([run(9 * 24)], {}, changed)).toBe('fail');
  });

  it.each([{ state: 'disabled_inactivity' }, { state: 'disabled_manually' }, { path: '.github/workflows/other.yml' }])(
    'fails for %j',
    (more) => expect(judge([run(5)], more)).toBe('fail'),
  );
});

describe('the configurations of promptfoo', () => {
  const judge = (changed: string, config: object, files: readonly object[] = [], tree: readonly object[] = []) => {
    const parsed = { ...parseWorkflow(changed, path), files };
    const configs = [{ ...around.configs[0], ...config }];
    const rules = [
      { from: 'x', adminsExempt: false, bypass: [], requiredChecks: [{ name: 'skill-evals', app: undefined }] },
    ];
    return judgeFacts(regressionsBlockMerge, { workflow: parsed, rules, head, configs, dotenv: [], tree }).outcome;
  };
  const named = (config: string) =>
    text.replace(/^( *)mkdir[\s\S]*?done$/m, `$1promptfoo eval --no-cache -c ${config}`);

  it.each<[string, string, object, string]>([
    ['are made up by a loop', text, {}, 'pass'],
    ['are named', named('evals/a/promptfooconfig.yaml'), {}, 'pass'],
    ['are named by a pattern', named('evals/*/promptfooconfig.yaml'), {}, 'pass'],
    ['are others than the one that is there', named('evals/b/promptfooconfig.yaml'), {}, 'fail'],
    ['set an exit code of 0', text, { env: { PROMPTFOO_FAILED_TEST_EXIT_CODE: '0' } }, 'fail'],
    ['run only some cases', text, { narrowed: ['commandLineOptions.filterRange'] }, 'fail'],
    ['let a part fail', text, { env: { PROMPTFOO_PASS_RATE_THRESHOLD: 90 } }, 'fail'],
    ['set something else', text, { env: { OPENAI_BASE_URL: 'http://127.0.0.1' } }, 'pass'],
  ])('%s', (_, changed, config, outcome) => {
    expect(judge(changed, config)).toBe(outcome);
  });

  it('and the workflow have to be those of the branch', () => {
    const file = { path, blob: 'a'.repeat(40) };
    expect(judge(text, {}, [file], [{ ...file, mode: '100644' }])).toBe('pass');
    expect(judge(text, {}, [file], [{ ...file, blob: 'b'.repeat(40) }])).toBe('undetermined');
    expect(judge(text, {}, [file], [])).toBe('undetermined');
  });
});

describe('a branch with a ruleset and no branch protection', () => {
  const base = '/repos/acme/openclaw-workspace';
  const rules = [
    { type: 'pull_request', ruleset_id: 7, parameters: { required_approving_review_count: 2 } },
    { type: 'non_fast_forward', ruleset_id: 7 },
    {
      type: 'required_status_checks',
      ruleset_id: 7,
      parameters: { required_status_checks: [{ context: 'skill-evals' }] },
    },
  ];
  const checks = ['soul-documents/reviewed-changes', 'skills/regressions-block-merge'];
  const statuses = async (actors: readonly unknown[], more = {}) =>
    Object.values(
      statusesOf(
        await runScenario([], {
          checks,
          change({ git }) {
            git[`${base}/branches/main/protection`] = null;
            git[base] = { default_branch: 'main' };
            git[`${base}/rules/branches/main`] = rules;
            git[`${base}/rulesets/7`] = { id: 7, name: 'main', enforcement: 'active', bypass_actors: actors, ...more };
          },
        }),
      ),
    );

  it('is protected by it', async () => expect(await statuses([])).toEqual(['pass', 'pass']));

  it('is not, where a type of actor without an id may bypass it', async () => {
    expect(await statuses([{ actor_id: null, actor_type: 'DeployKey', bypass_mode: 'always' }])).toEqual([
      'fail',
      'fail',
    ]);
  });

  it('is unknown where the ruleset is not the one in force', async () => {
    expect(await statuses([], { enforcement: 'evaluate' })).toEqual(['unknown', 'unknown']);
  });
});
