import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDeployment } from '../../src/demo/deployment.ts';
import { commandsOf } from '../docs/pages.ts';
import { root } from '../support/cli.ts';
import { actOn } from '../support/composite-action.ts';
import { fixtures } from '../support/rig.ts';
import { spawnText } from '../support/spawn-text.ts';

/**
 * What somebody does first: a new clone, an empty npm cache, the commands at the top of the README. It takes minutes and
 * needs a registry, so that the suite leaves it out: `npm run test:fresh`.
 */
describe.skipIf(!process.env['CLAWCHECK_FRESH'])('a fresh clone', { timeout: 1_800_000 }, () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-fresh-'));
    // Nothing of the run that this is a part of: Vitest would take the inner run for its own.
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|CLAWCHECK_|NODE_)/i.test(name));
    env = { ...(Object.fromEntries(own) as Record<string, string>), npm_config_cache: join(folder, 'cache') };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }), 600_000);

  const clone = (name: string) => {
    const path = join(folder, name);
    execFileSync('git', ['clone', '--quiet', root, path]);
    return path;
  };

  it("does the README's first two commands, and is as clean as before", async () => {
    const cwd = clone('first');
    const [demo, tests] = commandsOf('README.md').map(({ command }) => command);
    expect([demo, tests]).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    const shown = await spawnText('bash', ['-c', demo ?? ''], { cwd, env });
    expect([shown.code, shown.code === 0 ? '' : shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(/^READY {2}prod/m);
    // The whole of the second is CI itself; here that it finds all it needs.
    const tested = await spawnText('bash', ['-c', `${tests} -- test/golden.test.ts test/report`], { cwd, env });
    expect([tested.code, tested.code === 0 ? '' : `${tested.stdout}${tested.stderr}`]).toEqual([0, '']);
    expect(execFileSync('git', ['status', '--porcelain'], { cwd, encoding: 'utf8' })).toBe('');
  });

  it('installs as the action does, and the deployment is READY', async () => {
    const deployment = await startDeployment(fixtures, []);
    try {
      const { code, log, outputs } = await actOn(
        clone('action'),
        { environment: 'prod', config: deployment.config },
        { ...deployment.variables, npm_config_cache: join(folder, 'cache') },
      );
      expect([code, outputs['verdict'], code === 0 ? '' : log]).toEqual([0, 'READY', '']);
    } finally {
      await deployment.close();
    }
  });
});
