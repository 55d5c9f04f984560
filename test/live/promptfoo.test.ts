import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localFiles } from '../../src/adapters/files/files.ts';
import { promptfoo } from '../../src/adapters/promptfoo/promptfoo.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { evalResults } from '../../src/probes/files/eval-results.ts';
import { goodEnvironment } from '../support/rig.ts';

/**
 * The real promptfoo. CLAWCHECK_LIVE_PROMPTFOO names a folder with promptfoo and node@24 in node_modules: 1.9 GB, which
 * is why it is no part of the suite.
 */
const lab = process.env['CLAWCHECK_LIVE_PROMPTFOO'];

const suite = lab ? it : it.skip;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

suite('the real promptfoo reads configurations that are programs, and runs them', async () => {
  const modules = join(lab ?? '', 'node_modules');
  const entry = join(modules, 'promptfoo/dist/src/entrypoint.js');
  write('promptfoo.sh', `#!/bin/sh\nexec ${join(modules, 'node/bin/node')} ${entry} "$@"\n`);
  chmodSync(join(folder, 'promptfoo.sh'), 0o755);
  const test = (word: string, kind: string, value = word) =>
    `{ description: '${kind}', metadata: { case: '${kind}' }, vars: { request: '${word}' }, assert: [{ type: 'icontains', value: '${value}' }] }`;
  const head = `prompts: ['{{request}}'], providers: ['echo'], defaultTest: { metadata: { skill: 'crm' } }`;
  write(
    'evals/js/promptfooconfig.js',
    `module.exports = { ${head}, tests: [${test('a', 'normal')}].concat(${test('b', 'edge')}) };`,
  );
  write(
    'evals/ts/promptfooconfig.ts',
    `const tests: object[] = [${test('c', 'escalate', 'never')}];\nexport default { ${head}, tests };`,
  );

  const environment = goodEnvironment({
    'skills.promptfoo': './promptfoo.sh',
    'skills.evalConfigs': 'evals/*/promptfooconfig.*',
  });
  const { signal } = new AbortController();
  const evaluate = promptfoo({ program: './promptfoo.sh', directory: folder, runSeconds: 120, hidden: [], signal });
  const files = localFiles(folder, evaluate);
  const context = { environment, others: [], now: new Date(), nonce: '', signal, runEvals: true };
  const configs = await evalConfigs.gather(files, {} as never, context);
  expect(configs.map(({ path, program, cases }) => [path, program, cases.map((c) => [c.skill, c.kind])])).toEqual([
    [
      'evals/js/promptfooconfig.js',
      undefined,
      [
        ['crm', 'normal'],
        ['crm', 'edge'],
      ],
    ],
    ['evals/ts/promptfooconfig.ts', undefined, [['crm', 'escalate']]],
  ]);
  const results = await evalResults.gather(files, {} as never, context);
  const counts = results.map(({ path, successes, failures, errors }) => [
    path.slice(6, 8),
    successes,
    failures,
    errors,
  ]);
  expect(counts.sort()).toEqual([
    ['js', 2, 0, 0],
    ['ts', 0, 1, 0],
  ]);
  write('evals/js/promptfooconfig.js', 'throw new Error("broken");');
  await expect(evalConfigs.gather(files, {} as never, context)).rejects.toMatchObject({ reason: 'bad_response' });
}, 300_000);
