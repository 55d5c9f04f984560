import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/demo/deployment.ts';
import type { Flaw } from '../../src/demo/scenario.ts';
import { leaksIn } from './canaries.ts';
import { Cleanup, checksOf, configure, deploy, filesBelow, interpose, runOn, setting } from './support.ts';

const instance = 'i-0a1b2c3d4e5f60001';
/** Put together here, so that no scanner takes this file for a leak. */
const planted = {
  'the key in user data': `AKIA${'EXAMPLECANARY777'}`,
  'the secret in user data': `wJalrXUtnFEMI${'CANARYUSERDATA'.repeat(2)}`.slice(0, 40),
  'the key of the Lambda function': `sk-ant-${'canary0lambda'.repeat(3)}`,
};
const userData = `#!/bin/sh\nexport AWS_ACCESS_KEY_ID=${planted['the key in user data']}\nexport AWS_SECRET_ACCESS_KEY=${planted['the secret in user data']}\n`;
const flaw: Flaw = {
  title: 'AWS answers that hold secrets',
  expects: {},
  aws: [
    {
      operation: 'ec2:DescribeInstanceAttribute',
      when: { InstanceId: instance, Attribute: 'userData' },
      set: { 'UserData.Value': Buffer.from(userData).toString('base64') },
    },
    {
      operation: 'lambda:GetFunctionConfiguration',
      set: { 'Environment.Variables': { ANTHROPIC_API_KEY: planted['the key of the Lambda function'] } },
    },
  ],
};

describe('P5: no secret leaves', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());
  let deployment: Deployment;
  let secrets: Record<string, string>;
  let env: Record<string, string>;
  let folder: string;

  beforeEach(async () => {
    deployment = await deploy(cleanup, [flaw]);
    folder = cleanup.folder();
    for (const name of ['tmp', 'out', 'bin']) mkdirSync(join(folder, name));
    const { CLAWCHECK_GATEWAY_TOKEN: gatewayToken = '', GITHUB_TOKEN: gitToken = '' } = deployment.variables;
    const key = readFileSync(setting(deployment, 'ssh', 'privateKeyFile') as string, 'utf8');
    const [, ...lines] = key.split('\n').filter((line) => /^[A-Za-z0-9+/=]{24,}$/.test(line));
    expect(lines.length).toBeGreaterThan(1);
    env = {
      AWS_SECRET_ACCESS_KEY: 'canary/of+the/secret/access/key/00000001',
      AWS_SESSION_TOKEN: `canary//session//token//${'0'.repeat(40)}==`,
      CANARY_PASSPHRASE: 'canary passphrase of the key',
      TMPDIR: join(folder, 'tmp'),
    };
    configure(deployment, { 'ssh.passphraseEnv': 'CANARY_PASSPHRASE' });
    secrets = {
      ...planted,
      'the secret access key': env['AWS_SECRET_ACCESS_KEY'] ?? '',
      'the session token': env['AWS_SESSION_TOKEN'] ?? '',
      'the passphrase': env['CANARY_PASSPHRASE'] ?? '',
      'the token of the gateway': gatewayToken,
      'the token of the git host': gitToken,
      ...Object.fromEntries(lines.map((line, i) => [`line ${i + 2} of the private key`, line])),
    };
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(11);
  });

  it('into a report of any format, the terminal, a recording or a file that stays behind', async () => {
    const names = ['r.txt', 'r.json', 'r.html', 'r.md', 'r.xml', 'r.sarif'].map((name) => join(folder, 'out', name));
    const args = ['--verbose', '--record', join(folder, 'out', 'recording'), ...names.flatMap((name) => ['-o', name])];
    const { code, stdout, stderr } = await runOn(deployment, { args: [...args, '-o', '-'], env, cwd: folder });
    // The secrets of AWS were seen: the check that looks for them fails, and names their forms.
    expect(code).toBe(20);
    const report = JSON.parse(readFileSync(join(folder, 'out', 'r.json'), 'utf8'));
    const check = checksOf(report).find(({ id }) => id === 'credentials/no-static-keys');
    expect(check?.status).toBe('fail');
    expect(JSON.stringify(check?.evidence)).toMatch(
      /AWS access key id.*Anthropic key|Anthropic key.*AWS access key id/,
    );
    expect(stdout).toContain('NOT_READY');
    const written = filesBelow(folder);
    expect(written.filter(({ path }) => path.includes('recording')).length).toBeGreaterThan(4);
    for (const { path, text } of [...written, { path: 'stdout', text: stdout }, { path: 'stderr', text: stderr }]) {
      expect([path, leaksIn(text, secrets)]).toEqual([path, []]);
    }
  });

  it.skipIf(!existsSync('/proc/self/environ'))('into an argument, or into the environment of a child', async () => {
    // `ssh -G` and the ProxyCommand are the programs that a run starts: both note how they were started.
    const note = (name: string) => `cat /proc/$$/environ /proc/$$/cmdline > "${join(folder, name)}"`;
    writeFileSync(join(folder, 'bin', 'ssh'), `#!/bin/sh\n${note('ssh.seen')}\necho "hostname 127.0.0.1"\n`);
    chmodSync(join(folder, 'bin', 'ssh'), 0o755);
    const through = join(folder, 'bin', 'through');
    const node = `import { connect } from 'node:net'; const s = connect(+process.argv[2], '127.0.0.1'); process.stdin.pipe(s).pipe(process.stdout);`;
    writeFileSync(join(folder, 'through.mjs'), node);
    writeFileSync(
      through,
      `#!/bin/sh\n${note('proxy.seen')}\nexec ${process.execPath} ${join(folder, 'through.mjs')} "$1"\n`,
    );
    chmodSync(through, 0o755);
    configure(deployment, { 'ssh.useConfig': true, 'ssh.proxyCommand': `${through} %p` });
    let own = '';
    const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
    const { report } = await runOn(deployment, {
      env: { ...env, PATH },
      onSpawn: (pid) => {
        own = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      },
    });
    expect(checksOf(report).find(({ id }) => id === 'soul-documents/write-fails')?.status).toBe('pass');
    // A ProxyCommand by way of Session Manager needs the credentials of AWS.
    const { 'the secret access key': _, 'the session token': __, ...hidden } = secrets;
    for (const name of ['ssh.seen', 'proxy.seen']) {
      const seen = readFileSync(join(folder, name), 'latin1');
      expect(seen).toContain('PATH=');
      expect([name, leaksIn(seen, hidden)]).toEqual([name, []]);
    }
    expect(own).toContain('clawcheck.js');
    expect(leaksIn(own, secrets)).toEqual([]);
  });

  it('into what ssh-keygen gets to sign with', async () => {
    const key = join(folder, 'signer');
    const made = spawn('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key], { stdio: 'ignore' });
    await new Promise((resolve) => made.on('close', resolve));
    const real = (process.env['PATH'] ?? '').split(':').find((path) => existsSync(join(path, 'ssh-keygen')));
    writeFileSync(
      join(folder, 'bin', 'ssh-keygen'),
      `#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline >> "${join(folder, 'keygen.seen')}"\nexec ${real}/ssh-keygen "$@"\n`,
    );
    chmodSync(join(folder, 'bin', 'ssh-keygen'), 0o755);
    const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
    const args = ['-o', join(folder, 'out', 'r.json'), '--sign', key, '--allow-simulated'];
    const { code } = await runOn(deployment, { args, env: { ...env, PATH } });
    expect(code).toBe(20);
    expect(existsSync(join(folder, 'out', 'r.json.sig'))).toBe(true);
    expect(leaksIn(readFileSync(join(folder, 'keygen.seen'), 'latin1'), secrets)).toEqual([]);
  });

  it('and a secret of the process itself that gets into the report is held back: exit 70, nothing written', async () => {
    // AWS answers with the caller's own secret as the name of the caller: the report would print it.
    const secret = env['AWS_SESSION_TOKEN'] ?? '';
    await interpose(cleanup, deployment, (body, _incoming, response) => {
      if (!body.includes('Action=GetCallerIdentity')) return false;
      response.end(
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/${secret}</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
      return true;
    });
    const outputs = ['-o', join(folder, 'out', 'r.json'), '-o', '-'];
    const { code, stdout, stderr } = await runOn(deployment, { args: outputs, env });
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toBe('clawcheck: a secret of this process stands in the report; nothing was written\n');
    expect(existsSync(join(folder, 'out', 'r.json'))).toBe(false);
    // Also where it is a credential that only the SDK knows of, from a profile that runs a program.
    writeFileSync(
      join(folder, 'config'),
      `[profile fetched]\ncredential_process = printf '{"Version":1,"AccessKeyId":"AKIAEXAMPLEEXAMPLE00","SecretAccessKey":"fetched-fetched-fetched","SessionToken":"${secret}"}'\n`,
    );
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...others } = deployment.variables;
    const fetched = await runOn(
      { ...deployment, variables: others },
      { args: outputs, env: { AWS_CONFIG_FILE: join(folder, 'config'), AWS_PROFILE: 'fetched' } },
    );
    expect([fetched.code, fetched.stdout, fetched.stderr]).toEqual([70, '', stderr]);
    // The same answer with another text is written: it is the secret that was held back.
    const other = await runOn(deployment, { args: outputs, env: { ...env, AWS_SESSION_TOKEN: 'another session' } });
    expect(other.code).toBe(20);
  });
});
