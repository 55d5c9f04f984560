import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import regressionsBlockMerge from '../../../checks/skills/regressions-block-merge.ts';
import scheduledEvals from '../../../checks/skills/scheduled-evals.ts';
import { parseWorkflow } from '../../../src/probes/files/eval-workflow.ts';
import { judgeFacts } from '../../support/judge.ts';
import { fixtures, now, runScenario, statusesOf } from '../../support/rig.ts';

const path = '.github/workflows/skill-evals.yml';
const workflow = parseWorkflow(readFileSync(join(fixtures, 'good/files', path), 'utf8'), path);
const head = { branch: 'main', commit: 'c'.repeat(40), tree: 't', protected: true };

describe('regressions-block-merge', () => {
  const rule = (more = {}) => ({
    from: 'ruleset x',
    adminsExempt: false,
    bypass: [] as unknown[],
    requiredChecks: [{ name: 'skill-evals', app: 15368 as number | undefined }],
    ...more,
  });
  const judge = (rules: readonly unknown[], changes = {}) =>
    judgeFacts(regressionsBlockMerge, { workflow, rules, head }, changes).outcome;
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
    const text = readFileSync(join(fixtures, 'good/files', path), 'utf8');
    const judgeText = (changed: string, rules: readonly unknown[], changes = {}) =>
      judgeFacts(regressionsBlockMerge, { workflow: parseWorkflow(changed, path), rules, head }, changes).outcome;
    expect(judgeText(text, [rule()])).toBe('pass');
    const onPush = text.replace(/^( *)steps:/m, "$1if: github.event_name == 'push'\n$1steps:");
    expect(onPush).not.toBe(text);
    expect(judgeText(onPush, [rule()])).toBe('fail');
  });

  it('does not ask for a name where the file gives none', () => {
    expect(judge([rule()], { 'skills.requiredCheck': null })).toBe('pass');
  });

  it('compares the name of the job with the one in the file', () => {
    expect(judge([rule()], { 'skills.requiredCheck': 'evals' })).toBe('fail');
  });
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
  const judge = (onSchedule: readonly unknown[], more = {}) =>
    judgeFacts(scheduledEvals, {
      workflow,
      head,
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

  it.each([{ state: 'disabled_inactivity' }, { state: 'disabled_manually' }, { path: '.github/workflows/other.yml' }])(
    'fails for %j',
    (more) => expect(judge([run(5)], more)).toBe('fail'),
  );
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
