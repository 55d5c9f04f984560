import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { shardOf } from '../../src/cli/environments.ts';
import { clawcheck } from '../support/cli.ts';
import { goodEnvironment } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-matrix-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = Array.from({ length: 300 }, (_, i) => `env-${i + 1}`);
const { name: _, ...environment } = goodEnvironment();
const common = { version: 1, environments: Object.fromEntries(names.map((name) => [name, environment])) };
// Written with anchors: what environments have in common stands in the file once.
writeFileSync(join(folder, 'clawcheck.yaml'), stringify(common));

async function matrix(...args: string[]) {
  const { code, stdout, stderr } = await clawcheck(['matrix', ...args], { cwd: folder });
  return { code, stdout, stderr };
}

describe('matrix', () => {
  it('puts every environment into one job, in one line for GitHub', async () => {
    const { code, stdout } = await matrix('--size', '7');
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    const { include } = JSON.parse(stdout);
    expect(include.flatMap((job: { environments: string }) => job.environments.split(','))).toEqual(names);
    expect(include[0]).toMatchObject({ name: 'env-1..env-7', account: '123456789012', region: 'eu-west-1' });
  });

  it('puts every environment into one of the shards', async () => {
    const parts = await Promise.all([1, 2, 3].map((i) => matrix('--format', 'json', '--shard', `${i}/3`)));
    const all = parts.flatMap(({ stdout }) =>
      JSON.parse(stdout).map((job: { environments: string }) => job.environments),
    );
    expect(all.sort()).toEqual([...names].sort());
  });

  it('gives GitLab a job that a child pipeline can complete', async () => {
    const { stdout } = await matrix('--format', 'gitlab', '--size', '150');
    expect(parse(stdout).clawcheck.parallel.matrix).toEqual([
      { CLAWCHECK_JOB: 'env-1..env-150', CLAWCHECK_ENVIRONMENTS: names.slice(0, 150).join(',') },
      { CLAWCHECK_JOB: 'env-151..env-300', CLAWCHECK_ENVIRONMENTS: names.slice(150).join(',') },
    ]);
  });

  it.each([
    ['github', 256],
    ['gitlab', 200],
  ])('refuses more jobs than %s takes, with the size that fits', async (format, most) => {
    const { code, stderr } = await matrix('--format', format);
    expect([code, stderr]).toEqual([64, expect.stringContaining(`${most}`)]);
    expect(stderr).toContain('--size 2');
  });

  it('shares a list out evenly', () => {
    const parts = [1, 2, 3, 4].map((i) => shardOf([1, 2, 3, 4, 5, 6], `${i}/4`));
    expect(parts).toEqual([[1, 5], [2, 6], [3], [4]]);
  });
});
