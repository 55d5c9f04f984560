import { describe, expect, it } from 'vitest';
import { checkNamesOf, evalFinding, evalJobs, unseenIn } from '../../../src/judging/eval-job.ts';
import type { FilesPort } from '../../../src/ports/files.ts';
import { followed, parseWorkflow } from '../../../src/probes/files/eval-workflow.ts';

const port = (files: Readonly<Record<string, string>>): FilesPort => ({
  read: async (path) => files[path.replace(/^\.\//, '')],
  sha256: async () => undefined,
  glob: async () => [],
});

/** The workflow with one job, and what its calls lead to. */
async function seen(job: string, files: Readonly<Record<string, string>> = {}) {
  const text = `on: pull_request\njobs:\n  evals:\n${job.replaceAll(/^/gm, '    ')}\n`;
  const workflow = await followed(port(files), parseWorkflow(text, 'w.yml'));
  const { ok, observed } = evalFinding(workflow, 'pull_request');
  return { ok, observed, jobs: evalJobs(workflow), unseen: unseenIn(workflow) };
}

const run = (script: string, more = '') => `steps:\n  - run: ${JSON.stringify(script)}${more && `\n    ${more}`}`;
const scripts = (all: Record<string, string>) => ({ 'package.json': JSON.stringify({ scripts: all }) });

describe('what a workflow calls', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a script of package.json', run('npm run evals'), scripts({ evals: 'promptfoo eval' })],
    ['npm test', run('npm test'), scripts({ test: 'promptfoo eval -c a.yaml' })],
    ['a script that calls another', run('yarn all'), scripts({ all: 'npm run evals', evals: 'promptfoo eval' })],
    [
      'a package in a folder',
      run('npm run e', 'working-directory: tools'),
      { 'tools/package.json': '{"scripts":{"e":"promptfoo eval"}}' },
    ],
    [
      'a file of shell',
      run('bash scripts/evals.sh'),
      { 'scripts/evals.sh': '#!/bin/bash\nset -euo pipefail\npromptfoo eval\necho done' },
    ],
    [
      'the same, called by its path',
      run('./scripts/evals.sh'),
      { 'scripts/evals.sh': '#!/bin/sh -e\npromptfoo eval\necho done' },
    ],
    ['a file that is read into the shell', run('. ./e.sh'), { 'e.sh': 'promptfoo eval\necho done' }],
    ['a file that evaluates last', run('sh e.sh'), { 'e.sh': 'mkdir -p out\npromptfoo eval' }],
    [
      'a composite action',
      'steps:\n  - uses: ./.github/actions/evals',
      {
        '.github/actions/evals/action.yml': 'runs: { using: composite, steps: [{ run: promptfoo eval, shell: bash }] }',
      },
    ],
  ])('is followed: %s', async (_, job, files) => {
    expect(await seen(job, files)).toMatchObject({ ok: true, unseen: [], jobs: [{}] });
  });

  it.each<[string, string, Record<string, string>]>([
    ['|| true around the call', run('npm run evals || true'), scripts({ evals: 'promptfoo eval' })],
    ['|| true in the script', run('npm run evals'), scripts({ evals: 'promptfoo eval || true' })],
    ['|| true in between', run('npm run all'), scripts({ all: 'npm run evals || true', evals: 'promptfoo eval' })],
    ['; in the script', run('npm run evals'), scripts({ evals: 'promptfoo eval; echo done' })],
    [
      'a file whose first line says -e, read by another shell',
      run('bash e.sh'),
      { 'e.sh': '#!/bin/sh -e\npromptfoo eval\necho done' },
    ],
    ['a file without set -e', run('./e.sh'), { 'e.sh': '#!/bin/sh\npromptfoo eval\necho done' }],
    [
      'continue-on-error of the action',
      'steps:\n  - uses: ./a\n    continue-on-error: true',
      { 'a/action.yaml': 'runs: { using: composite, steps: [{ run: promptfoo eval, shell: bash }] }' },
    ],
    [
      'continue-on-error in the action',
      'steps:\n  - uses: ./a',
      { 'a/action.yml': 'runs: { using: composite, steps: [{ run: promptfoo eval, continue-on-error: true }] }' },
    ],
  ])('swallows a failure: %s', async (_, job, files) => {
    expect(await seen(job, files)).toMatchObject({ ok: false, unseen: [], jobs: [{}] });
  });

  it.each<[string, string, Record<string, string>]>([
    ['a script that is not there', run('npm run evals'), scripts({ other: 'x' })],
    ['no package.json', run('npm run evals'), {}],
    ['make', run('make evals'), {}],
    ['a runner of tasks', run('npx turbo run evals'), {}],
    ['a container', run('docker compose run evals'), {}],
    ['a program', run('python scripts/evals.py'), {}],
    ['a file that is not there', run('./e.sh'), {}],
    ['an action of somebody else', 'steps:\n  - uses: acme/run-evals@v1', {}],
    [
      'a local action in JavaScript',
      'steps:\n  - uses: ./a',
      { 'a/action.yml': 'runs: { using: node20, main: x.js }' },
    ],
    ['a workflow of another repository', 'uses: acme/ci/.github/workflows/evals.yml@v1', {}],
    ['a workflow that is not there', 'uses: ./.github/workflows/x.yml', {}],
    ['a script that calls itself', run('npm run a'), scripts({ a: 'npm run a' })],
  ])('is not known: %s', async (_, job, files) => {
    const { jobs, unseen } = await seen(job, files);
    expect([jobs, unseen.length]).toEqual([[], 1]);
  });

  it('is nothing where nothing is called', async () => {
    expect(await seen(run('npm ci\nnpm install\necho make it so'))).toMatchObject({ ok: false, unseen: [] });
  });

  it('gives the jobs of a called workflow the names of their status checks', async () => {
    const called = 'on: workflow_call\njobs:\n  one: { name: run, steps: [{ run: promptfoo eval }] }';
    const { jobs, ok } = await seen('name: evals\nuses: ./.github/workflows/x.yml', {
      '.github/workflows/x.yml': called,
    });
    expect([ok, jobs.map(checkNamesOf)]).toEqual([true, [['evals / run']]]);
    const skipped = await seen('if: github.actor == 1\nuses: ./x.yml', { 'x.yml': called });
    expect(skipped.ok).toBe(false);
    const matrix = await seen('uses: ./x.yml\nstrategy: { matrix: { a: [1] } }', { 'x.yml': called });
    expect(matrix.jobs.map(checkNamesOf)).toEqual([undefined]);
  });
});
