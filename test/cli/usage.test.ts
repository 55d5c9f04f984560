import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/model/exit-code.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

describe('the command line', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    const good = readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8').replaceAll(
      /\{\{now[^}]*\}\}/g,
      '2099-01-01',
    );
    writeFileSync(join(directory, 'clawcheck.yaml'), good);
    writeFileSync(join(directory, 'number.yaml'), good.replace('"123456789012"', '123456789012'));
    writeFileSync(join(directory, 'typo.yaml'), good.replace('    network:', '    netwrok:'));
    writeFileSync(join(directory, 'broken.yaml'), 'version: 1\nenvironments: {prod: [}\n');
    const aws = '      region: eu-west-1\n';
    writeFileSync(join(directory, 'closed.yaml'), good.replace(aws, `${aws}      endpoint: http://127.0.0.1:9\n`));
  });

  it.each([
    ['no environment', ['run'], /--env/, 64],
    [
      'an unknown environment',
      ['run', '--env', 'prd'],
      /no environment "prd"; it has: prod[\s\S]*Did you mean --env prod\?/,
      64,
    ],
    ['a missing file', ['run', '--env', 'prod', '--config', 'none.yaml'], /no environment file none\.yaml/, 64],
    [
      'an account as a number',
      ['run', '--env', 'prod', '-c', 'number.yaml'],
      /number\.yaml:\d+: .*account.*quotes/,
      64,
    ],
    [
      'an unknown key',
      ['run', '--env', 'prod', '-c', 'typo.yaml'],
      /typo\.yaml:\d+: unknown key .*netwrok \(did you mean network\?\)/,
      64,
    ],
    ['bad YAML', ['run', '--env', 'prod', '-c', 'broken.yaml'], /broken\.yaml:\d+: /, 64],
    ['an unknown area', ['run', '--env', 'prod', '--area', 'netwrk'], /no area "netwrk"[\s\S]*network/, 64],
    [
      'an unknown check',
      ['run', '--env', 'prod', '--check', 'network/no-public-ingres'],
      /Did you mean network\/no-public-ingress/,
      64,
    ],
    ['a bad time limit', ['run', '--env', 'prod', '--timeout', 'soon'], /--timeout takes seconds/, 64],
    ['an unknown option', ['run', '--evn', 'prod'], /unknown option/, 64],
    ['an unknown command', ['rnu'], /unknown command/, 64],
    ['an unknown format', ['run', '--env', 'prod', '--format', 'xml'], /Allowed choices/, 64],
    ['an output folder that is not there', ['run', '--env', 'prod', '-o', 'no/report.json'], /folder of no/, 64],
    ['a report of no known format', ['run', '--env', 'prod', '-o', 'report.pdf'], /ending \.pdf[\s\S]*\.html/, 64],
    ['a saved report that is not there', ['verify', 'none.json'], /no file none\.json[\s\S]*clawcheck run/, 64],
    ['no credentials', ['run', '--env', 'prod', '-q'], /credentials[\s\S]*(Sign in|AWS_PROFILE)/, 64],
    ['an unknown scenario', ['demo', '--scenario', 'leeky'], /Did you mean leaky/, 64],
  ])('%s is one clear line with the next step, exit %#', async (_, args, message, code) => {
    const result = await clawcheck(args, { cwd: directory });
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stderr + result.stdout).not.toMatch(/\n\s+at |node:internal/);
    expect(result.stdout).toBe('');
  });

  it('--help has the exit codes as the code has them', async () => {
    const { code, stdout } = await clawcheck(['--help']);
    expect(code).toBe(0);
    for (const { code, meaning } of Object.values(exitCodes)) {
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${code} ${meaning}`);
    }
    const listed = [...stdout.matchAll(/^ +(\d{1,3}) {2}[A-Za-z]/gm)].map(([, n]) => Number(n));
    expect(listed.sort()).toEqual(
      Object.values(exitCodes)
        .map(({ code }) => code)
        .sort(),
    );
  });

  it('an endpoint that nobody answers on is unknown, not an empty account', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00', AWS_SECRET_ACCESS_KEY: 'x', GITHUB_TOKEN: 'x' };
    const args = ['run', '--env', 'prod', '-c', 'closed.yaml', '-q', '--format', 'json', '--area', 'backup'];
    const { code, stdout } = await clawcheck(args, { cwd: directory, env });
    expect(code).toBe(21);
    const report = JSON.parse(stdout);
    expect(report.mode).toBe('simulated');
    expect(report.counts.pass).toBe(0);
  });
});
