import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayVariables, namedLikeCredential, searchVariables } from '../../../src/probes/host/variables.ts';
import { kinds } from '../../promises/canaries.ts';
import { goodEnvironment } from '../../support/rig.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'clawcheck-variables-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs shell text as a part of the script would, and gives the lines that it prints. */
function lines(shell: string, program: string, input = ''): string[] {
  const [file = '', ...args] = shell.split(' ');
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', HOME: home };
  const all = `say() { printf '%s\\n' "$*"; }\n${program}`;
  const { stdout, stderr } = spawnSync(file, [...args, '-c', all], { input, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.each(['sh', 'bash', 'busybox sh'])('with %s', (shell) => {
  it('the variables of a process are those it was started with and those of its dotenv files', async () => {
    const state = join(home, shell, 'state');
    const work = join(home, shell, 'work');
    for (const folder of [state, work]) mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(state, '.env'),
      `# TOKEN=comment\nPLAIN=one\n  export SPACED = "two"\nCOLON: three\nLATE='four=4'\n=none\nno value\nWITH_URL=http://a?b=c: d\n`,
    );
    writeFileSync(join(work, '.env'), 'WORK=five');
    const env = { HOME: '/nonexistent', LINES: 'a\nFAKE=b' };
    const child = spawn('sleep', ['60'], { cwd: work, env, stdio: 'ignore' });
    try {
      // Until then it is still a copy of this process.
      await new Promise((resolve) => child.once('spawn', resolve));
      const program = `${gatewayVariables(goodEnvironment({ 'host.stateDirectory': state }))}\nvariables_of ${child.pid}`;
      expect(lines(shell, program).sort()).toEqual(
        [
          'HOME=/nonexistent',
          'LINES=a FAKE=b',
          'PLAIN=one',
          'SPACED=two"',
          'COLON=three',
          "LATE=four=4'",
          'WITH_URL=http://a?b=c: d',
          'WORK=five',
        ].sort(),
      );
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('of a process that is gone there are none, and it is said', () => {
    const program = `${gatewayVariables(goodEnvironment())}\nvariables_of 4194999 2>/dev/null || say lost`;
    expect(lines(shell, program)).toEqual(['lost']);
  });

  it('each is said by its name, and by each form of its value', () => {
    const made = kinds.map((kind, i) => `SETTING_${i}=${kind.make().line}`);
    const input = [
      'SLACK_BOT_TOKEN=something-long',
      '"CRM_PASSWORD=in quotes of a unit"',
      'API_TOKEN=short',
      'DB_PASSWORD_FILE=/run/secrets/db',
      'HUBSPOT_KEY=something-long',
      'TLS_KEY=/etc/openclaw/tls.pem',
      'BACKUP_KMS_KEY=alias-of-a-key',
      'SHORT_KEY=abc',
      'monkey=no-credential-at-all',
      'odd-name.TOKEN=something-long',
      'no value',
      ...made,
    ].join('\n');
    const said = lines(shell, `${searchVariables(goodEnvironment())}\nvariables`, `${input}\n`);
    expect(said.filter((line) => line.startsWith('named')).sort()).toEqual([
      'named CRM_PASSWORD',
      'named HUBSPOT_KEY',
      'named SLACK_BOT_TOKEN',
    ]);
    const matched = new Set(said.map((line) => /^matched (\S+) /.exec(line)?.[1]));
    for (const [i, { name }] of kinds.entries()) expect([name, matched.has(`SETTING_${i}`)]).toEqual([name, true]);
    expect(said.filter((line) => line.startsWith('sample'))).toEqual(['sample found']);
  });
});

it.each<[string, boolean, string?]>([
  ['SLACK_BOT_TOKEN', true],
  ['api_key', true],
  ['DB_PASSWORD_FILE', false],
  ['PGPASSWORD', true],
  ['MYSQL_PWD', true],
  ['CRM_PAT', true],
  ['OLDPWD', false],
  ['PATH', false],
  ['PATTERN', false],
  ['MONKEY', false],
  ['PATH', false],
  ['HUBSPOT_KEY', true],
  ['GPG_KEY', false],
  ['HUBSPOT_KEY', false, 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
  ['HUBSPOT_KEY', false, ''],
])('%s is named like a credential: %s', (name, expected, value = 'something-long') => {
  expect(namedLikeCredential(name, value)).toBe(expected);
});
