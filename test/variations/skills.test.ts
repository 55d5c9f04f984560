import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles, readFlaw } from '../../src/demo/scenario.ts';
import { fixtures, runScenario, statusesOf } from '../support/rig.ts';

const onPullRequest = 'skills/evals-on-pull-request';
const blocks = 'skills/regressions-block-merge';
const scheduled = 'skills/scheduled-evals';

const statuses = async (
  files: Readonly<Record<string, string>>,
  checks: readonly string[],
  change: (git: Record<string, unknown>) => void = () => {},
) => {
  const report = await runScenario([], {
    checks,
    change(scenario) {
      Object.assign(scenario.files, files);
      commitFiles(scenario.git, files);
      change(scenario.git);
    },
  });
  return checks.map((id) => statusesOf(report)[id]);
};

describe('a job that starts where dorny/paths-filter has found something', () => {
  const path = '.github/workflows/skill-evals.yml';
  const narrow = String(readFlaw(fixtures, 'workflow-filter-misses-scripts').files?.[path]);
  const pattern = "'skills/*/SKILL.md'";
  const met = "needs.changes.outputs.skills == 'true'";
  const wide = narrow.replace(pattern, "'skills/**'\n              - 'evals/**'");
  const changedFiles = (output = 'any_modified') =>
    readFileSync(join(fixtures, 'good/files', path), 'utf8').replace(
      '- name: Evaluate',
      `- uses: tj-actions/changed-files@v46\n        id: changed\n        with: { files: "skills/**\\nevals/**" }\n      - if: github.event_name == 'schedule' || steps.changed.outputs.${output} == 'true'\n        name: Evaluate`,
    );
  const requireToo = (name: string) => (git: Record<string, unknown>) => {
    for (const answer of Object.values(git)) {
      const { required_status_checks: status } = (answer ?? {}) as { required_status_checks?: { checks?: object[] } };
      status?.checks?.push({ context: name, app_id: 15368 });
    }
  };

  it.each<[string, string, readonly string[]]>([
    ['passes where that is any file of the skills', wide, ['pass', 'pass', 'pass']],
    [
      'passes where the filters are in a file',
      wide.replace(/filters: \|[\s\S]*?(?=\n {2}evals)/, 'filters: .github/filters.yml'),
      ['pass', 'pass', 'pass'],
    ],
    [
      'passes where its step asks',
      narrow
        .replace(pattern, 'skills/**')
        .replace(/^ {4}(needs: changes|if: .*)\n/gm, '')
        .replace(/^ {2}changes:[\s\S]*?(?= {6}- uses: dorny)/m, '')
        .replace(/^( {6}- uses: dorny[\s\S]*?)( {2}evals:[\s\S]*?steps:\n)/m, '$2$1')
        .replace(
          '- name: Evaluate',
          `- if: github.event_name == 'schedule' || steps.filter.outputs.skills == 'true'\n        name: Evaluate`,
        ),
      ['pass', 'pass', 'pass'],
    ],
    [
      'fails on a schedule, where nothing has changed',
      wide.replace("github.event_name == 'schedule' || ", ''),
      ['pass', 'pass', 'fail'],
    ],
    ['passes where changed-files finds whatever was modified', changedFiles(), ['pass', 'pass', 'pass']],
    ['fails where it leaves out what was deleted', changedFiles('any_changed'), ['fail', 'fail', 'pass']],
    [
      'fails where it compares with the last push',
      changedFiles().replace('with: {', 'with: { since_last_remote_commit: true,'),
      ['fail', 'fail', 'pass'],
    ],
    ['fails where that is one file of each', narrow, ['fail', 'fail', 'pass']],
    [
      'fails where some are taken out again',
      narrow.replace(pattern, "'skills/**'\n              - '!skills/**/*.sh'"),
      ['fail', 'fail', 'pass'],
    ],
    ['fails where they have to be new', narrow.replace(pattern, "added: 'skills/**'"), ['fail', 'fail', 'pass']],
    [
      'fails where each pattern has to fit',
      wide.replace('filters: |', 'predicate-quantifier: every\n          filters: |'),
      ['fail', 'fail', 'pass'],
    ],
    [
      'fails where the filter may be left out',
      wide.replace('id: filter', 'id: filter\n        if: github.actor != 1'),
      ['fail', 'fail', 'pass'],
    ],
    [
      'fails where another output is asked',
      wide.replace(met, "needs.changes.outputs.docs == 'true'"),
      ['fail', 'fail', 'pass'],
    ],
  ])('%s', async (_, workflow, expected) => {
    const files = { [path]: workflow, '.github/filters.yml': "skills: 'skills/**'\n" };
    expect(await statuses(files, [onPullRequest, blocks, scheduled], requireToo('changes'))).toEqual(expected);
  });

  it('is not blocked by it alone, as it is skipped where the filter fails', async () => {
    expect(await statuses({ [path]: wide }, [blocks])).toEqual(['fail']);
    expect(await statuses({ [path]: wide.replace(`|| ${met}`, `|| always() && ${met}`) }, [blocks])).toEqual(['fail']);
  });
});

describe('a .env file of the branch', () => {
  const checks = [onPullRequest, blocks, scheduled];
  it.each<[string, string, string, string]>([
    ['may set what does no harm', 'PROMPTFOO_DISABLE_TELEMETRY=1\n', '.env', 'pass'],
    ['must not let failures through', 'export PROMPTFOO_PASS_RATE_THRESHOLD="80"\n', '.env', 'fail'],
    ['counts above a configuration', 'PROMPTFOO_PASS_RATE_THRESHOLD=80\n', 'evals/.env', 'fail'],
    ['counts beside a configuration', 'PROMPTFOO_PASS_RATE_THRESHOLD=80\n', 'evals/crm-lookup/.env', 'fail'],
    ['is not read elsewhere', 'PROMPTFOO_PASS_RATE_THRESHOLD=80\n', 'docs/.env', 'pass'],
  ])('%s', async (_, text, path, status) => {
    expect(await statuses({ [path]: text }, checks)).toEqual([status, status, status]);
  });

  it('has to be here as it is there', async () => {
    const other = (git: Record<string, unknown>) => commitFiles(git, { '.env': 'PROMPTFOO_FAILED_TEST_EXIT_CODE=0\n' });
    expect(await statuses({ '.env': 'A=1\n' }, checks, other)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

describe('a ruleset that demands the whole workflow', () => {
  const base = '/repos/acme/openclaw-workspace';
  const demands =
    (more: object, of: object = {}) =>
    (git: Record<string, unknown>) => {
      const protection = git[`${base}/branches/main/protection`] as { required_status_checks: unknown };
      protection.required_status_checks = null;
      const workflow = { path: '.github/workflows/skill-evals.yml', ref: 'refs/heads/main', repository_id: 42, ...of };
      const rule = { type: 'workflows', ruleset_id: 9, parameters: { workflows: [workflow] } };
      git[`${base}/rules/branches/main`] = [rule];
      git[`${base}/rulesets/9`] = { name: 'evals', enforcement: 'active', bypass_actors: [], ...more };
      git[base] = { id: 42, default_branch: 'main' };
    };
  it.each<[string, (git: Record<string, unknown>) => void, string]>([
    ['blocks the merge', demands({}), 'pass'],
    ['blocks not where it is one of another repository', demands({}, { repository_id: 43 }), 'fail'],
    ['blocks not where it is one of another branch', demands({}, { ref: 'refs/heads/old' }), 'fail'],
    ['blocks not where it is one of a commit', demands({}, { sha: 'a'.repeat(40) }), 'fail'],
    ['blocks not whom it exempts', demands({ bypass_actors: [{ actor_type: 'Team', actor_id: 3 }] }), 'fail'],
    ['blocks perhaps, where its exemptions are hidden', demands({ bypass_actors: undefined }), 'unknown'],
  ])('%s', async (_, change, status) => expect(await statuses({}, [blocks], change)).toEqual([status]));

  it('does not mend a job that cannot fail', async () => {
    const path = '.github/workflows/skill-evals.yml';
    const text = readFileSync(join(fixtures, 'good/files', path), 'utf8').replace(
      '          done\n',
      '          done || true\n',
    );
    expect(await statuses({ [path]: text }, [blocks], demands({}))).toEqual(['fail']);
  });
});

describe('the cache of promptfoo', () => {
  const path = '.github/workflows/skill-evals.yml';
  const cached = readFileSync(join(fixtures, 'good/files', path), 'utf8').replace(' --no-cache', '');
  const hosted = cached.replace('[self-hosted, openclaw-staging]', 'ubuntu-latest');
  const restored = (what: string) =>
    hosted.replace(
      '- name: Evaluate',
      `- uses: actions/cache@v4\n        with: { path: ${what}, key: k }\n      - name: Evaluate`,
    );
  it.each<[string, string, string]>([
    ['is kept on a machine of its own', cached, 'unknown'],
    ['is gone with a machine of the git host', hosted, 'pass'],
    ['is restored by an action', restored('~/.promptfoo'), 'unknown'],
    ['is not what another cache has', restored('~/.npm'), 'pass'],
    [
      'is turned off by a variable',
      cached.replace('        env:\n', '        env:\n          PROMPTFOO_CACHE_ENABLED: false\n'),
      'pass',
    ],
    ['is cleared before', cached.replace('mkdir -p', 'npx promptfoo cache clear\n          mkdir -p'), 'pass'],
  ])('%s', async (_, text, status) => {
    expect(await statuses({ [path]: text }, [onPullRequest, blocks, scheduled])).toEqual([status, status, status]);
  });
});

describe('assertions by a script in a file', () => {
  const { files = {} } = readFlaw(fixtures, 'skill-cases-script-always-true');
  const checks = ['skills/three-cases-each'];
  it.each<[string, string, string]>([
    ['count where it looks at the output', "module.exports = (output) => output.includes('draft');", 'pass'],
    ['count where it has it from elsewhere', "module.exports = require('./lib.js');", 'pass'],
    ['do not count where it does not', 'module.exports = () => true;', 'fail'],
  ])('%s', async (_, script, status) => {
    const given = { ...files, 'evals/invoice-draft/assert.js': script } as Record<string, string>;
    expect(await statuses(given, checks)).toEqual([status]);
  });
});

describe('a function that puts the scores of a case together', () => {
  const path = 'evals/invoice-draft/promptfooconfig.yaml';
  it.each<[string, string, string]>([
    [
      'may weigh them',
      'module.exports = (scores, { componentResults }) => ({ pass: componentResults.every((r) => r.pass), score: 1, reason: "" });',
      'pass',
    ],
    [
      'must not let everything pass',
      'module.exports = (scores) => ({ score: scores.a, pass: true, reason: "all" });',
      'fail',
    ],
  ])('%s', async (_, script, status) => {
    const config = readFileSync(join(fixtures, 'good/files', path), 'utf8');
    const files = {
      [path]: config.replace('defaultTest:', 'defaultTest:\n  assertScoringFunction: file://score.js'),
      'evals/invoice-draft/score.js': script,
    };
    expect(await statuses(files, ['skills/three-cases-each'])).toEqual([status]);
  });
});
