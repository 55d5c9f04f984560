import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/clawcheck.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
const at = (name: string) => join(folder, name);
const keys = { ed25519: ['ed25519'], ecdsa: ['ecdsa', '-b', '384'], rsa: ['rsa', '-b', '3072'] };
const passphrase = 'open sesame';

const config = `version: 1
environments:
  prod:
    aws: { account: "123456789012", region: eu-west-1 }
    infrastructure: { autoScalingGroup: openclaw-prod }
    soulDocuments: { fileSystemId: fs-0a1b2c3d4e5f60001 }
    credentials: { secret: openclaw/prod/gateway }
    monitoring:
      logGroups: [{ name: /openclaw/prod/gateway, kind: gateway }]
      alarm: openclaw-prod
    attestationSigners: signers
`;

/** Signs in a session without a terminal, as in CI. Whether an allowed signer signed is verified before it is printed. */
function attest(key: string, env: Record<string, string> = {}) {
  const said = ['--by', 'Ada', '--statement', 's', '--evidence', 'OPS-1', '--expires', '2099-01-31'];
  const args = ['attest', 'backup/recovery-runbook', '-e', 'prod', '-c', at('clawcheck.yaml'), ...said, '--sign', key];
  const { status, stdout, stderr } = spawnSync('setsid', ['--wait', process.execPath, cli, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function askpass(answer: string): Record<string, string> {
  writeFileSync(at('askpass'), `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`);
  chmodSync(at('askpass'), 0o700);
  return { SSH_ASKPASS: at('askpass'), SSH_ASKPASS_REQUIRE: 'force' };
}

const signed = { status: 0, stdout: expect.stringContaining('-----BEGIN SSH SIGNATURE-----'), stderr: '' };
const refused = (message: RegExp) => ({ status: 64, stdout: '', stderr: expect.stringMatching(message) });

describe('signing', () => {
  let agent: Record<string, string>;
  let pid = 0;
  beforeAll(() => {
    const made = Object.entries({ ...keys, locked: ['ed25519'], absent: ['ed25519'] }).map(
      ([name, [type = '', ...bits]]) => {
        const secret = name === 'locked' ? passphrase : '';
        execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', secret, '-C', name, '-f', at(name)]);
        return `${name}@example.com ${readFileSync(at(`${name}.pub`), 'utf8')}`;
      },
    );
    writeFileSync(at('signers'), made.join(''));
    writeFileSync(at('clawcheck.yaml'), config);
    mkdirSync(at('elsewhere'));
    renameSync(at('absent'), at('elsewhere/absent'));
    const started = execFileSync('ssh-agent', ['-s', '-a', at('agent')], { encoding: 'utf8' });
    pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
    agent = { SSH_AUTH_SOCK: at('agent') };
  });
  afterAll(() => {
    if (pid > 1) process.kill(pid);
  });

  it.each(Object.keys(keys))('works with a key of the type %s, by its private or its public half', (type) => {
    expect(attest(at(type))).toEqual(signed);
    expect(attest(at(`${type}.pub`))).toEqual(signed);
  });

  it('asks for a passphrase where it can, and is refused at once where it cannot', () => {
    expect(attest(at('locked'))).toEqual(
      refused(/has a passphrase, and there is neither a terminal nor an SSH_ASKPASS/),
    );
    expect(attest(at('locked'), askpass(passphrase))).toEqual(signed);
    expect(attest(at('locked'), askpass('wrong'))).toEqual(refused(/could not be signed .*ssh-keygen did not sign/));
  });

  it('works with what the SSH agent holds, and says so where it does not hold it', () => {
    expect(attest(at('absent.pub'), agent)).toEqual(refused(/no SSH agent holds its private half/));
    execFileSync('ssh-add', ['-q', at('elsewhere/absent')], { env: { ...process.env, ...agent } });
    expect(attest(at('absent.pub'), agent)).toEqual(signed);
    expect(attest(at('locked'), agent)).toEqual(refused(/has a passphrase/));
    execFileSync('ssh-add', ['-q', at('locked')], { env: { ...process.env, ...agent, ...askpass(passphrase) } });
    expect(attest(at('locked'), agent)).toEqual(signed);
  });
});
