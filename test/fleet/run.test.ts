import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { withoutRun } from '../../bench/fleet.ts';
import { type FleetDeployments, startFleet } from '../../bench/fleet-deployment.ts';
import type { FleetReport } from '../../src/model/fleet.ts';
import type { Report } from '../../src/model/report.ts';
import { fleetSchema } from '../../src/report/fleet-schema.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawcheck-fleet-test-'));
/** A file that is no folder. */
const noFolder = fileURLToPath(import.meta.url);
let fleet: FleetDeployments;

beforeAll(async () => {
  fleet = await startFleet(fixtures, 4, { flaws: { 'env-002': ['alarm-muted'], 'env-003': ['file-systems-denied'] } });
});

afterAll(async () => {
  await fleet?.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  clawcheck(['run', '--config', fleet.config, ...args], { env: { ...fleet.variables } });
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as FleetReport;

describe('a fleet in one process', () => {
  const merge = (...args: string[]) =>
    clawcheck(['merge', '--config', fleet.config, '--allow-simulated', '--format', 'json', ...args]);

  it('has a report each, a fleet report worst first, and the code of the worst', {
    timeout: 90_000,
    retry: 2,
  }, async () => {
    const whole = await run('--all', '--jobs', '2', '-o', `${folder}/whole/`, '--summary', join(folder, 'whole.json'));
    expect([whole.code, whole.stdout]).toEqual([20, '']);
    expect(whole.stderr).toContain('4 environments, 2 at a time');
    expect(whole.stderr).toMatch(/NOT_READY after .* calls to AWS, 0 throttled\n$/);
    expect(readdirSync(join(folder, 'whole')).sort()).toEqual(fleet.names.map((name) => `report-${name}.json`));
    const report = read('whole.json');
    expect(fleetSchema.safeParse(report).success).toBe(true);
    expect(report.deployments.map((d) => [d.environment, d.state, d.report?.failed])).toEqual([
      ['env-002', 'NOT_READY', ['monitoring/alarm-on-health']],
      ['env-003', 'INCOMPLETE', []],
      ['env-001', 'READY', []],
      ['env-004', 'READY', []],
    ]);
    expect(report.counts).toEqual({ READY: 2, NOT_READY: 1, INCOMPLETE: 1, UNTRUSTED: 0, MISSING: 0 });
    expect(report.checks[0]).toMatchObject({ id: 'monitoring/alarm-on-health', failed: ['env-002'], unknown: [] });
    // The reports of the same runs give the same bytes, whoever puts them together.
    const merged = await merge(join(folder, 'whole'));
    expect([merged.code, merged.stderr]).toEqual([20, '']);
    expect(merged.stdout).toBe(readFileSync(join(folder, 'whole.json'), 'utf8'));
  });

  it('is the same from shards, and misses the part of a shard that is not there', {
    timeout: 90_000,
    retry: 2,
  }, async () => {
    const narrow = ['--all', '--area', 'monitoring', '--area', 'infrastructure'];
    await run(...narrow, '--summary', join(folder, 'narrow.json'));
    const shards = await Promise.all(
      [1, 2].map((i) =>
        run(...narrow, '--shard', `${i}/2`, '-o', join(folder, 'part-{env}.json'), '--format', 'markdown'),
      ),
    );
    expect(shards.map(({ code }) => code)).toEqual([21, 20]);
    expect(shards[0]?.stdout).toMatch(/^# INCOMPLETE: 2 deployments: 2 INCOMPLETE\n/);
    const parts = fleet.names.map((name) => join(folder, `part-${name}.json`));
    const again = await merge(...parts);
    expect(again.code).toBe(20);
    expect(withoutRun(JSON.parse(again.stdout))).toEqual(withoutRun(read('narrow.json')));
    const short = await merge(...parts.slice(1));
    expect(JSON.parse(short.stdout).deployments).toContainEqual({
      environment: 'env-001',
      state: 'MISSING',
      problem: 'no report of it was given',
      report: null,
    });
  });

  it('shares calls among environments of one account, and each report stands for itself', {
    timeout: 90_000,
  }, async () => {
    const account = await startFleet(fixtures, 3, { sameAws: true, flaws: { 'env-002': ['alarm-muted'] } });
    try {
      const here = join(folder, 'shared');
      const whole = await clawcheck(
        ['run', '--config', account.config, '--all', '-o', `${here}/`, '--summary', join(folder, 'shared.json')],
        { env: { ...account.variables } },
      );
      expect(read('shared.json').deployments.map((d) => [d.environment, d.state, d.report?.failed])).toEqual([
        ['env-002', 'NOT_READY', ['monitoring/alarm-on-health']],
        ['env-001', 'READY', []],
        ['env-003', 'READY', []],
      ]);
      const counted = account.names.map((name) => {
        const { calls } = JSON.parse(readFileSync(join(here, `report-${name}.json`), 'utf8')) as Report;
        return calls.reduce((sum, { count }) => sum + count, 0);
      });
      const made = [...account.calls.values()].reduce((sum, count) => sum + count, 0);
      expect(whole.stderr).toContain(` ${made} calls to AWS, 0 throttled\n`);
      expect(made).toBeLessThan(counted.reduce((sum, count) => sum + count, 0));
      const merged = await clawcheck([
        'merge',
        '--config',
        account.config,
        '--allow-simulated',
        '--format',
        'json',
        here,
      ]);
      expect([merged.code, merged.stderr]).toEqual([20, '']);
      expect(merged.stdout).toBe(readFileSync(join(folder, 'shared.json'), 'utf8'));
    } finally {
      await account.close();
    }
  });

  it('is UNTRUSTED where an environment is in another account than its file says, merged or not', async () => {
    const config = join(fleet.config, '../foreign.yaml');
    const { 'env-001': one } = parse(readFileSync(fleet.config, 'utf8')).environments;
    const environments = { one, foreign: { ...one, aws: { ...one.aws, account: '999988887777' } } };
    writeFileSync(config, stringify({ version: 1, environments }, { aliasDuplicateObjects: false }));
    const here = join(folder, 'foreign');
    const whole = await clawcheck(
      ['run', '--config', config, '--all', '-o', `${here}/`, '--summary', join(here, 'fleet.json')],
      { env: { ...fleet.variables } },
    );
    expect(whole.code).toBe(22);
    const [worst] = (JSON.parse(readFileSync(join(here, 'fleet.json'), 'utf8')) as FleetReport).deployments;
    expect(worst).toMatchObject({ environment: 'foreign', state: 'UNTRUSTED' });
    expect(worst?.report?.cause).toContain('999988887777');
    const merged = await clawcheck(['merge', here, '--config', config, '--allow-simulated', '--format', 'json']);
    expect(merged.code).toBe(22);
    expect(merged.stdout).toBe(readFileSync(join(here, 'fleet.json'), 'utf8'));
  });

  it('goes on where one environment cannot be run, which is then MISSING', async () => {
    const config = join(folder, 'broken.yaml');
    const text = readFileSync(fleet.config, 'utf8');
    const at = text.indexOf('  env-003:');
    const key = text.slice(at).replace(/privateKeyFile: .*/, 'privateKeyFile: /nonexistent/key');
    writeFileSync(config, text.slice(0, at) + key);
    const { code, stdout, stderr } = await clawcheck(
      ['run', '--config', config, '--env', 'env-003,env-004', '--area', 'soul-documents', '--format', 'json', '-q'],
      { env: { ...fleet.variables } },
    );
    const report = JSON.parse(stdout) as FleetReport;
    expect(code).toBe(64);
    expect(stderr).toMatch(/^clawcheck: env-003: .*\/nonexistent\/key/);
    expect(report.counts).toMatchObject({ MISSING: 1, INCOMPLETE: 1 });
    expect(report.deployments[0]).toMatchObject({ environment: 'env-003', state: 'MISSING', report: null });
  });

  it.each([
    ['nothing chosen', [], /--all/],
    ['both ways', ['--all', '--env', 'env-001'], /exclude each other/],
    ['an environment that is not there', ['--env', 'env-001,env-01'], /Did you mean --env env-001/],
    ['a file that all would write', ['--all', '-o', 'report.json'], /\{env\}/],
    ['a recording that all would write', ['--all', '--record', 'recording'], /\{env\}/],
    ['a part that is none', ['--all', '--shard', '3/2'], /--shard/],
    ['a part without environments', ['--all', '--shard', '9/9'], /no environment is left/],
    ['a folder that is a file', ['--all', '-o', `${noFolder}/`], /cannot be made \(/],
    ['a folder below a file', ['--all', '-o', `${noFolder}/{env}.json`], /does not exist/],
    ['a report of the fleet below a file', ['--all', '--summary', `${noFolder}/fleet.json`], /does not exist/],
    ['a folder that cannot be written', ['--all', '-o', '/proc/self/'], /cannot be written/],
    ['no number of jobs', ['--all', '--jobs', '0'], /--jobs/],
    ['a format that fleets do not have', ['--all', '--format', 'sarif'], /no sarif format/],
    ['a fleet report of one', ['--env', 'env-001', '--summary', 'fleet.json'], /--summary/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([64, expect.stringMatching(message)]);
  });
});
