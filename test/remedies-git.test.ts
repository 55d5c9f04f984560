import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../src/demo/scenario.ts';
import { remedies } from '../src/remedies/index.ts';
import { fixtures, goodEnvironment, now, runScenario, statusesOf } from './support/rig.ts';
import { spawnText } from './support/spawn-text.ts';
import { startWritableGitHost } from './support/writable-git-host.ts';

const hasGh = spawnSync('gh', ['--version']).status === 0;
const tried = Object.entries(remedies).flatMap(([id, { tried, commands }]) =>
  tried.lab === 'github' ? [{ id, flaw: tried.flaw, command: commands.join('\n') }] : [],
);

// Whoever asks for all of them must not be told of a success where there is no GitHub CLI.
describe.skipIf(!hasGh && !process.env['CLAWCHECK_ALL_REMEDIES'])(
  'the commands of the check pages, by the GitHub CLI',
  () => {
    it.each(tried)('mend $id where $flaw', async ({ id, flaw, command }) => {
      const { git } = loadScenario(fixtures, [flaw], now);
      const status = async () =>
        statusesOf(await runScenario([flaw], { checks: [id], change: (scenario) => Object.assign(scenario.git, git) }))[
          id
        ];
      expect(await status()).toBe('fail');
      const home = mkdtempSync(join(tmpdir(), 'clawcheck-gh-'));
      const host = await startWritableGitHost(git);
      try {
        const { skills } = goodEnvironment();
        const env = {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          HTTP_PROXY: host.proxy,
          GH_HOST: 'github.localhost',
          GH_TOKEN: 'not-a-token',
          GH_ENTERPRISE_TOKEN: 'not-a-token',
          GH_NO_UPDATE_NOTIFIER: '1',
          REPOSITORY: 'acme/openclaw-workspace',
          BRANCH: 'main',
          JOB: skills.requiredCheck ?? '',
          WORKFLOW: skills.workflow.split('/').at(-1) ?? '',
        };
        const { code, stderr } = await spawnText('bash', ['-euc', command], { cwd: home, env });
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      } finally {
        await host.close();
        rmSync(home, { recursive: true, force: true });
      }
      expect(await status()).toBe('pass');
    });
  },
);
