import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDeployment } from '../../src/demo/deployment.ts';
import { exitCodes } from '../../src/model/exit-code.ts';
import { actOn } from '../support/composite-action.ts';
import { fixtures } from '../support/rig.ts';
import { spawnText } from '../support/spawn-text.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const install = 'Install clawcheck';

/** Carries out the action on the embedded deployment; it is installed here already. */
async function act(flaws: readonly string[], inputs: Record<string, string> = {}) {
  const deployment = await startDeployment(fixtures, flaws);
  try {
    const given = { environment: 'prod', config: deployment.config, timeout: '60', ...inputs };
    return await actOn(root, given, deployment.variables, [install]);
  } finally {
    await deployment.close();
  }
}

const reports = ['alerts.sarif', 'html', 'json', 'md', 'sarif', 'xml'].map((name) => `report.${name}`);
const artifact = 'actions/upload-artifact';
const codeScanning = 'github/codeql-action/upload-sarif';
const annotationsOf = (log: string) => log.match(/^::(notice|warning|error) .*/gm) ?? [];

describe('the GitHub action, step by step', () => {
  it('passes what is READY, with every report, the summary, the outputs and the artifact', async () => {
    const { code, log, outputs, summary, used, workspace } = await act([]);
    expect(outputs).toEqual({
      verdict: 'READY',
      'exit-code': '0',
      report: 'clawcheck-report/report.json',
      sarif: 'clawcheck-report/report.sarif',
      alerts: 'clawcheck-report/report.alerts.sarif',
    });
    expect(Object.keys(used)).toEqual(['actions/setup-node', artifact]);
    expect(readdirSync(join(workspace, used[artifact]?.['path'] ?? '')).sort()).toEqual(reports);
    expect(summary).toMatch(/READY/);
    expect(annotationsOf(log)).toEqual([expect.stringMatching(/^::notice title=clawcheck%3A READY::/)]);
    expect(code).toBe(0);
  });

  it('stops what is not, says of each check what to do, and hands it to code scanning', async () => {
    const { code, log, outputs, summary, used, workspace } = await act(['instance-public-address'], {
      'upload-sarif': 'true',
    });
    expect([code, outputs['verdict'], outputs['exit-code']]).toEqual([20, 'NOT_READY', '20']);
    expect(annotationsOf(log)).toEqual([
      expect.stringMatching(/^::error title=clawcheck%3A NOT READY::/),
      expect.stringMatching(/^::error title=infrastructure\/no-public-ip::An instance has a public .*%0ANext: Set /),
    ]);
    // The text of the run stands where the runner takes no line of it for a command.
    const [, token = ''] = /^::stop-commands::(\w{32})$/m.exec(log) ?? [];
    expect(log.indexOf(`\n::${token}::\n`)).toBeLessThan(log.indexOf('::error'));
    expect(summary).toContain('infrastructure/no-public-ip');
    const sarif = JSON.parse(readFileSync(join(workspace, used[codeScanning]?.['sarif_file'] ?? ''), 'utf8'));
    expect(sarif.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      'infrastructure/no-public-ip',
    ]);
    expect(readdirSync(join(workspace, used[artifact]?.['path'] ?? '')).sort()).toEqual(reports);
  });

  it('without the gate only says so, without an artifact keeps none', async () => {
    const inputs = { gate: 'false', 'artifact-name': '', 'output-directory': 'out put' };
    const { code, outputs, used, workspace } = await act(['instance-public-address'], inputs);
    expect([code, outputs['verdict'], outputs['exit-code']]).toEqual([0, 'NOT_READY', '20']);
    expect(Object.keys(used)).toEqual(['actions/setup-node']);
    expect(readdirSync(join(workspace, 'out put')).sort()).toEqual(reports);
  });

  it('fails a run that did not take place, also without the gate, and hands nothing on', async () => {
    const { code, log, outputs, used } = await act([], { environment: 'prd', gate: 'false', 'upload-sarif': 'true' });
    expect([code, outputs]).toEqual([64, { verdict: 'NONE', 'exit-code': '64', report: '', sarif: '', alerts: '' }]);
    expect(Object.keys(used)).toEqual(['actions/setup-node', artifact]);
    expect(annotationsOf(log)).toEqual([
      '::error title=clawcheck::The run did not take place (exit 64); the log says why.',
    ]);
  });

  it('takes no input for a command', async () => {
    const { code, workspace } = await act([], { environment: '$(touch owned)', areas: '`touch owned`' });
    expect(code).toBe(64);
    expect(readdirSync(workspace)).not.toContain('owned');
  });
});

describe('the recipes of docs/ci.md', () => {
  const page = read('docs/ci.md');
  const inShell = async (flaws: readonly string[], script: string) => {
    const deployment = await startDeployment(fixtures, flaws);
    const cwd = dirname(deployment.config);
    try {
      const config = join(cwd, 'clawcheck.yaml');
      if (config !== deployment.config) copyFileSync(deployment.config, config);
      writeFileSync(join(cwd, 'key'), '');
      const PATH = `${cwd}:${dirname(process.execPath)}:/usr/bin:/bin`;
      writeFileSync(join(cwd, 'clawcheck'), `#!/bin/sh\nexec node '${root}dist/clawcheck.js' "$@"\n`, { mode: 0o755 });
      const env = { PATH, HOME: cwd, ...deployment.variables, CLAWCHECK_SSH_KEY: 'key' };
      return { ...(await spawnText('bash', ['-eo', 'pipefail', '-c', script], { cwd, env })), files: readdirSync(cwd) };
    } finally {
      await deployment.close();
    }
  };

  it('the job of GitLab stops what is not ready, and keeps its reports', async () => {
    const [, yaml = ''] = /## GitLab\n\n```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const { clawcheck: job } = parse(yaml);
    // What fetches and installs clawcheck is `npm run test:fresh`.
    const setUp = job.before_script.filter((line: string) => !/^git |npm ci/.test(line));
    expect(setUp).toHaveLength(2);
    const token = Object.entries({ ...job.variables, AWS_WEB_IDENTITY_TOKEN_FILE: 'aws-token', AWS_ID_TOKEN: 'token' });
    const lines = [...token.map(([name, value]) => `${name}='${value}'`), ...setUp, 'unset AWS_REGION', ...job.script];
    const { code, stderr, files } = await inShell(
      ['instance-public-address'],
      lines.join('\n').replaceAll('/opt/clawcheck/', root),
    );
    expect([code, code === 20 ? '' : stderr]).toEqual([20, '']);
    const kept = [...job.artifacts.paths, job.artifacts.reports.junit, 'aws-token'];
    expect(files).toEqual(expect.arrayContaining(kept));
  });

  it('the step of Jenkins hands its code on, and writes the reports that it names', async () => {
    const [, groovy = ''] = /## Jenkins\n\n```groovy\n([\s\S]*?)```/.exec(page) ?? [];
    const [, script = ''] = /sh\(returnStatus: true, script: '([^']*)'\)/.exec(groovy) ?? [];
    const { code, files } = await inShell(['instance-public-address'], script);
    expect(code).toBe(20);
    expect(files).toEqual(expect.arrayContaining(['report.json', 'report.html', 'report.xml']));
    for (const [, named = ''] of groovy.matchAll(/(?:testResults|artifacts): '([^']*)'/g))
      expect(files.some((file) => picomatch.isMatch(file, named))).toBe(true);
  });

  it.each([
    ['--area network', 'not ready: 21'],
    ['--env nowhere', 'no run took place: 64'],
    ['', 'READY'],
  ])('the recipe for any shell with %j says %s', async (more, said) => {
    const [, recipe = ''] = /## By hand[^`]*```sh\n([\s\S]*?)```/.exec(page) ?? [];
    const { stdout } = await inShell([], `set +e\n${recipe.replace('--env prod', `--env prod -q ${more}`)}`);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(said);
  });
});

describe('the files of pipelines', () => {
  it('action.yml uses every input that it declares, and no other', () => {
    const text = read('action.yml');
    const { inputs, outputs, runs } = parse(text);
    const used = new Set([...text.matchAll(/inputs\.([a-z-]+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(inputs).sort());
    for (const { run } of runs.steps) expect(run ?? '').not.toContain('${{');
    const script = read('scripts/github-action.sh');
    for (const name of Object.keys(outputs)) expect(script).toContain(`${name}=`);
    const step = runs.steps.find(({ id }: { id?: string }) => id === 'run');
    for (const name of new Set(script.match(/CLAWCHECK_[A-Z]+/g))) expect(Object.keys(step.env)).toContain(name);
  });

  it('docs/ci.md has examples that parse, every exit code, and only inputs that there are', () => {
    const text = read('docs/ci.md');
    const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => parse(yaml ?? ''));
    expect(examples).toHaveLength(3);
    const { inputs } = parse(read('action.yml'));
    const step = examples[0].jobs.clawcheck.steps.find(({ id }: { id?: string }) => id === 'clawcheck');
    for (const name of Object.keys(step.with)) expect(Object.keys(inputs)).toContain(name);
    const table = text.slice(0, text.indexOf('## GitHub'));
    const named = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes]) =>
      (codes ?? '').split(',').map(Number),
    );
    expect(named).toEqual(Object.values(exitCodes).map(({ code }) => code));
  });

  it('the script is sound shell, and the image runs as nobody in particular', () => {
    const { status } = spawnSync('bash', ['-n', join(root, 'scripts/github-action.sh')]);
    expect(status).toBe(0);
    const lines = read('Dockerfile').split('\n');
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
  });
});
