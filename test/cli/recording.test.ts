import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

describe('run --record and run --replay', () => {
  let folder: string;
  let deployment: Deployment;
  let config: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clawcheck-test-'));
    deployment = await startDeployment(fixtures, ['efs-without-tls', 'interfaces-denied']);
    config = join(folder, 'clawcheck.yaml');
    writeFileSync(config, readFileSync(deployment.config));
    const args = ['run', '--env', 'prod', '-c', deployment.config, '-q', '--record', join(folder, 'rec')];
    const made = await clawcheck([...args, '-o', join(folder, 'live.json')], { env: deployment.variables });
    expect([made.stderr, made.code]).toEqual(['', 20]);
    await deployment.close();
  });
  afterAll(() => deployment.close());

  const again = (...more: string[]) =>
    clawcheck(['run', '--env', 'prod', '-c', config, '-q', '--replay', join(folder, 'rec'), ...more]);

  it('gives the same report without the deployment and without credentials', async () => {
    const { code, stderr } = await again('-o', join(folder, 'again.json'));
    expect([stderr, code]).toEqual(['', 20]);
    const [live, replayed] = ['live', 'again'].map((name) => readFileSync(join(folder, `${name}.json`), 'utf8'));
    expect(replayed?.replace('"mode": "replay"', '"mode": "simulated"')).toBe(live);
  });

  it('has no secret of the run in any file', () => {
    const secrets = ['AWS_SECRET_ACCESS_KEY', 'CLAWCHECK_GATEWAY_TOKEN', 'GITHUB_TOKEN'].map(
      (n) => deployment.variables[n] ?? '',
    );
    for (const name of readdirSync(join(folder, 'rec'))) {
      const text = readFileSync(join(folder, 'rec', name), 'utf8');
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(10);
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
  });

  it('refuses another environment, another file, a changed recording and both at once', async () => {
    const refused = async (args: string[], message: RegExp) => {
      const { code, stderr, stdout } = await clawcheck(args);
      expect(stderr).toMatch(message);
      expect([code, stdout]).toEqual([64, '']);
    };
    const run = (env: string, file: string, ...more: string[]) => ['run', '--env', env, '-c', file, '-q', ...more];
    const rec = ['--replay', join(folder, 'rec')];
    await refused(run('staging', config, ...rec), /recording is of the environment "prod"/);
    const other = join(folder, 'other.yaml');
    writeFileSync(other, `${readFileSync(config, 'utf8')}# changed\n`);
    await refused(run('prod', other, ...rec), /another environment file/);
    await refused(run('prod', config, ...rec, '--record', join(folder, 'x')), /exclude each other/);
    await refused(run('prod', config, '--record', join(folder, 'rec')), /there already/);
    await refused(run('prod', config, '--replay', folder), /no recording\.json/);
  });
});
