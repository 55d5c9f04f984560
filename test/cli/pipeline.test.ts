import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startDeployment } from '../../src/demo/deployment.ts';
import { exitCodes } from '../../src/model/exit-code.ts';
import { fixtures } from '../support/rig.ts';
import { spawnText } from '../support/spawn-text.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Runs the script of the action as a runner would, on the embedded deployment. */
async function act(flaws: readonly string[], inputs: Record<string, string> = {}) {
  const deployment = await startDeployment(fixtures, flaws);
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  const at = (name: string) => join(folder, name);
  try {
    for (const name of ['output', 'summary']) writeFileSync(at(name), '');
    const { code, stdout } = await spawnText('bash', [join(root, 'scripts/github-action.sh')], {
      cwd: folder,
      env: {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: folder,
        ...deployment.variables,
        GITHUB_OUTPUT: at('output'),
        GITHUB_STEP_SUMMARY: at('summary'),
        CLAWCHECK_HOME: root,
        CLAWCHECK_ENVIRONMENT: 'prod',
        CLAWCHECK_CONFIG: deployment.config,
        CLAWCHECK_AREAS: '',
        CLAWCHECK_TIMEOUT: '60',
        CLAWCHECK_OUTPUT: 'reports',
        CLAWCHECK_GATE: 'true',
        ...inputs,
      },
    });
    const outputs = Object.fromEntries(
      readFileSync(at('output'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('=', 2) as [string, string]),
    );
    return {
      code,
      stdout,
      outputs,
      summary: readFileSync(at('summary'), 'utf8'),
      reports: readdirSync(at('reports')).sort(),
      folder,
    };
  } finally {
    await deployment.close();
  }
}

describe('the script of the GitHub action', () => {
  it('passes what is READY, with every report, the summary and the outputs', async () => {
    const { code, outputs, summary, reports } = await act([]);
    expect(outputs).toEqual({
      verdict: 'READY',
      'exit-code': '0',
      report: 'reports/report.json',
      sarif: 'reports/report.sarif',
    });
    expect(reports).toEqual(['report.html', 'report.json', 'report.md', 'report.sarif', 'report.xml']);
    expect(summary).toMatch(/READY/);
    expect(code).toBe(0);
  });

  it('stops what is not, and without the gate says so only', async () => {
    const gated = await act(['instance-public-address']);
    expect([gated.code, gated.outputs['verdict']]).toEqual([20, 'NOT_READY']);
    expect(gated.stdout).toMatch(/^::error title=clawcheck::NOT_READY\./m);
    const open = await act(['instance-public-address'], { CLAWCHECK_GATE: 'false' });
    expect([open.code, open.outputs['verdict'], open.outputs['exit-code']]).toEqual([0, 'NOT_READY', '20']);
  });

  it('fails a run that did not take place, also without the gate, and keeps no older report', async () => {
    const { code, outputs, reports } = await act([], { CLAWCHECK_ENVIRONMENT: 'prd', CLAWCHECK_GATE: 'false' });
    expect([code, outputs, reports]).toEqual([64, { verdict: 'NONE', 'exit-code': '64' }, []]);
  });

  it('takes no input for a command', async () => {
    const { code, folder } = await act([], {
      CLAWCHECK_ENVIRONMENT: '$(touch owned)',
      CLAWCHECK_AREAS: '`touch owned`',
    });
    expect(code).toBe(64);
    expect(readdirSync(folder)).not.toContain('owned');
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
