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

const gitlabJob = (environments: readonly string[]) => ({
  extends: '.clawcheck',
  variables: { CLAWCHECK_ENVIRONMENTS: environments.join(',') },
});

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

  it('names the account and the region of a job where all its environments are there', async () => {
    const at = (account: string, region: string) => ({ ...environment, aws: { ...environment.aws, account, region } });
    const environments = {
      a: at('123456789012', 'eu-west-1'),
      b: at('123456789012', 'us-east-1'),
      c: at('210987654321', 'us-east-1'),
      d: at('210987654321', 'us-east-1'),
    };
    writeFileSync(join(folder, 'places.yaml'), stringify({ version: 1, environments }));
    const placesOf = async (size: string) => {
      const { stdout } = await matrix('--format', 'json', '--config', 'places.yaml', '--size', size);
      return JSON.parse(stdout).map(({ account, region }: Record<string, string>) => `${account} ${region}`);
    };
    expect(await placesOf('2')).toEqual(['123456789012 ', '210987654321 us-east-1']);
    expect(await placesOf('3')).toEqual([' ', '210987654321 us-east-1']);
    expect(await placesOf('1')).toHaveLength(4);
  });

  it('puts every environment into one of the shards', async () => {
    const parts = await Promise.all([1, 2, 3].map((i) => matrix('--format', 'json', '--shard', `${i}/3`)));
    const all = parts.flatMap(({ stdout }) =>
      JSON.parse(stdout).map((job: { environments: string }) => job.environments),
    );
    expect(all.sort()).toEqual([...names].sort());
  });

  it('gives GitLab jobs that a child pipeline completes, with names that it takes', async () => {
    const { stdout } = await matrix('--format', 'gitlab', '--size', '150');
    expect(parse(stdout)).toEqual({
      'clawcheck env-1..env-150': gitlabJob(names.slice(0, 150)),
      'clawcheck env-151..env-300': gitlabJob(names.slice(150)),
    });
    expect(parse((await matrix('--format', 'gitlab', '--env', 'env-7')).stdout)).toEqual({
      'clawcheck env-7': gitlabJob(['env-7']),
    });
  });

  it('gives GitLab texts where YAML 1.1, which it reads, has booleans, numbers and dates', async () => {
    const odd = ['no', 'on', '010', '1e3', '2026-01-01', 'null'];
    const file = { version: 1, environments: Object.fromEntries(odd.map((name) => [name, environment])) };
    writeFileSync(join(folder, 'odd.yaml'), stringify(file));
    const { stdout } = await matrix('--format', 'gitlab', '--config', 'odd.yaml');
    expect(Object.values(parse(stdout, { version: '1.1' }))).toEqual(odd.map((name) => gitlabJob([name])));
  });

  it('refuses more jobs than a matrix of GitHub takes, with the size that fits', async () => {
    const { code, stderr } = await matrix();
    expect([code, stderr]).toEqual([64, expect.stringContaining('256')]);
    expect(stderr).toContain('--size 2');
    expect((await matrix('--size', '2')).code).toBe(0);
  });

  it.each([255, 256, 257])('takes 256 jobs and no more: %i', async (amount) => {
    const { code } = await matrix('--env', names.slice(0, amount).join(','));
    expect(code).toBe(amount <= 256 ? 0 : 64);
  });

  it('shares a list out evenly', () => {
    const parts = [1, 2, 3, 4].map((i) => shardOf([1, 2, 3, 4, 5, 6], `${i}/4`));
    expect(parts).toEqual([[1, 5], [2, 6], [3], [4]]);
  });
});
