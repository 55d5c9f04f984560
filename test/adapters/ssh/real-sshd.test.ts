import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JumpHosts, openHost } from '../../../src/adapters/ssh/host.ts';
import { fingerprintOf } from '../../../src/adapters/ssh/known-hosts.ts';
import type { SshTarget } from '../../../src/adapters/ssh/target.ts';
import { ProbeError, UntrustedError, UsageError } from '../../../src/model/reason.ts';
import type { HostProgram, HostRecords } from '../../../src/ports/host.ts';
import { makeKey, noSshd, type Sshd, startSshd } from './sshd.ts';

const reason = noSshd();
const never = () => new AbortController().signal;
const part = (id: string, script: string, more: Partial<HostProgram> = {}): HostProgram => ({
  id,
  as: 'login',
  seconds: 10,
  script,
  ...more,
});

async function errorOf(promise: Promise<unknown>): Promise<ProbeError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error instanceof ProbeError || error instanceof UsageError).toBe(true);
  return error as ProbeError;
}

/** Processes whose command line has the text. */
function running(text: string): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(text);
      } catch {
        return false;
      }
    }).length;
}

/** Processes that another one started. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(condition()).toBe(true);
}

describe.skipIf(reason !== undefined)(`a real sshd${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let sshd: Sshd;
  const env = { HOME: '/nonexistent' };
  const target = (more: Partial<SshTarget> = {}): SshTarget => ({
    host: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    privateKeyFile: sshd.keyFile,
    knownHostsFiles: [join(sshd.directory, 'known_hosts')],
    agentUser: 'nobody',
    gatewayPort: 18789,
    ...more,
  });
  const open = (more: Partial<SshTarget> = {}, signal = never()) => openHost(target(more), { signal, env });
  const known = (text: string) => writeFileSync(join(sshd.directory, 'known_hosts'), text);
  const pinOf = (type: 'ed25519' | 'ecdsa' | 'rsa') =>
    fingerprintOf(Buffer.from(sshd.hostKey(type).split(' ')[1] ?? '', 'base64'));

  beforeAll(async () => {
    sshd = await startSshd(['AllowTcpForwarding yes']);
    known(`[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}\n`);
  }, 30_000);
  afterAll(async () => sshd?.stop());

  it('runs parts as login, agent and root side by side, twice over one connection', async () => {
    const host = await open();
    const programs = [
      part('host/login', 'say user "$(id -un)"; say word "it\'s  spaced "'),
      part('host/agent', 'say user "$(id -un)"', { as: 'agent' }),
      part('host/root', 'say user "$(id -un)"', { as: 'root' }),
      part('host/slow', 'say a b; sleep 60', { as: 'agent', seconds: 1 }),
      part('host/missing', 'need no-such-tool; say a b', { as: 'agent' }),
    ];
    const [first, second] = await Promise.all([host.run(programs, never()), host.run(programs.slice(0, 1), never())]);
    expect(first.get('host/login')).toEqual([
      ['user', sshd.user],
      ['word', "it's  spaced "],
    ]);
    expect(first.get('host/agent')).toEqual([['user', 'nobody']]);
    expect(first.get('host/root')).toEqual([['user', 'root']]);
    expect(first.get('host/slow')).toMatchObject({ reason: 'timeout' });
    expect(first.get('host/missing')).toMatchObject({ reason: 'tool_missing' });
    expect(second.get('host/login')).toEqual(first.get('host/login'));
    expect(host.label).toBe(`${sshd.user}@127.0.0.1:${sshd.port}`);
    expect(host.hostKeyFingerprint).toBe(pinOf('ed25519'));
    await host.close();
  }, 30_000);

  it('answers the first part while others still run, each user of its own', async () => {
    const host = await open();
    for (const as of ['login', 'agent', 'root'] as const) {
      const said: [HostRecords, number][] = [];
      const started = performance.now();
      const programs = [
        part('host/first', 'say user "$(id -un)"', { as }),
        part('host/slow', 'sleep 2; say a b', { as }),
        part('host/other', 'sleep 2; say a b', { as: as === 'root' ? 'agent' : 'root' }),
      ];
      const answers = await host.run(programs, never(), (records) => said.push([records, performance.now() - started]));
      const whole = performance.now() - started;
      const early = as === 'root' ? [] : [answers.get('host/first')];
      // The first group answers at once, and the others in their turn.
      expect(said.map(([records]) => records).slice(0, early.length)).toEqual(early);
      for (const [, at] of said.slice(0, early.length)) expect(whole - at).toBeGreaterThan(1000);
      expect([...answers.values()].every(Array.isArray)).toBe(true);
    }
    await host.close();
  }, 30_000);

  it('forwards to a port of the host, and says when nothing listens there', async () => {
    const server = createServer((_, response) => response.end('live'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const host = await open();
    const stream = await host.forward(port, never());
    stream.write('GET / HTTP/1.0\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/live$/);
    expect(await errorOf(host.forward(1, never()))).toMatchObject({ reason: 'not_found' });
    await host.close();
    expect(await errorOf(host.forward(port, never()))).toMatchObject({ reason: 'unreachable' });
    await new Promise((done) => server.close(done));
  });

  it('leaves nothing on the host when it is cancelled, for any user', async () => {
    const stop = new AbortController();
    const host = await open({}, stop.signal);
    const programs = [
      part('host/agent', 'sleep 7331 & sleep 7331', { as: 'agent', seconds: 60 }),
      part('host/root', "trap '' TERM; sleep 7331; sleep 7331", { as: 'root', seconds: 60 }),
    ];
    const answer = host.run(programs, never());
    await until(() => running('sleep 7331') >= 3);
    stop.abort();
    for (const error of (await answer).values()) expect(error).toMatchObject({ reason: 'cancelled' });
    await until(() => running('sleep 7331') === 0);
    expect(running('timeout -k 1 60')).toBe(0);
    await host.close();
  }, 30_000);

  it('ends what a part left behind', async () => {
    const host = await open();
    const answer = await host.run([part('host/left', 'sleep 7441 >&9 & say a b')], never());
    expect(answer.get('host/left')).toEqual([['a', 'b']]);
    expect(running('sleep 7441')).toBe(0);
    await host.close();
  });

  it('is not misled by what the login shell prints', async () => {
    const noisy = await startSshd(
      ['ForceCommand printf "noise\\033[2J"; sh -c "$SSH_ORIGINAL_COMMAND"; echo bye'],
      ['ed25519'],
    );
    const host = await openHost(
      { ...target({ port: noisy.port, privateKeyFile: noisy.keyFile }), fingerprints: [noisyPin(noisy)] },
      { signal: never(), env },
    );
    expect((await host.run([part('host/a', 'say a b')], never())).get('host/a')).toEqual([['a', 'b']]);
    await host.close();
    await noisy.stop();
  }, 30_000);

  it('does not take canned output for an answer', async () => {
    const canned = await startSshd(['ForceCommand cat; true'], ['ed25519']);
    const host = await openHost(
      { ...target({ port: canned.port, privateKeyFile: canned.keyFile }), fingerprints: [noisyPin(canned)] },
      { signal: AbortSignal.timeout(3_000), env },
    );
    const answer = await host.run([part('host/a', 'say a b', { seconds: 1 })], never());
    expect(answer.get('host/a')).toBeInstanceOf(ProbeError);
    await host.close();
    await canned.stop();
  }, 30_000);

  describe('host keys', () => {
    it('accepts a key of any type that is known or pinned', async () => {
      for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
        known(`[127.0.0.1]:${sshd.port} ${sshd.hostKey(type)}\n`);
        const byFile = await open();
        expect(byFile.hostKeyFingerprint).toBe(pinOf(type));
        await byFile.close();
        known('');
        const byPin = await open({ fingerprints: [pinOf(type)] });
        expect(byPin.hostKeyFingerprint).toBe(pinOf(type));
        await byPin.close();
      }
      known(`[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}\n`);
    }, 30_000);

    it('names the fingerprint of an unknown host and how to pin it', async () => {
      const error = await errorOf(open({ knownHostsFiles: ['/nonexistent/known_hosts'] }));
      expect(error).toMatchObject({ reason: 'host_key' });
      expect(error).not.toBeInstanceOf(UntrustedError);
      expect(error.next).toContain(pinOf('ed25519'));
    });

    it('stops at a changed or revoked key, and at one that is not pinned', async () => {
      const other = join(sshd.directory, 'other');
      makeKey(other, 'ed25519');
      const key = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
      known(`[127.0.0.1]:${sshd.port} ${key}\n`);
      expect(await errorOf(open())).toBeInstanceOf(UntrustedError);
      known(`@revoked * ${sshd.hostKey('ed25519')}\n`);
      expect(await errorOf(open({ fingerprints: [pinOf('ed25519')] }))).toBeInstanceOf(UntrustedError);
      known(`[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}\n`);
      const foreign = fingerprintOf(Buffer.from(key.split(' ')[1] ?? '', 'base64'));
      expect(await errorOf(open({ fingerprints: [foreign] }))).toBeInstanceOf(UntrustedError);
    });
  });

  describe('logging in', () => {
    it('reads an encrypted key with its passphrase, and says what is wrong without', async () => {
      const file = join(sshd.directory, 'locked');
      makeKey(file, 'ed25519', 'correct horse');
      appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${file}.pub`));
      const more = { privateKeyFile: file, passphraseEnv: 'PASS' };
      const host = await openHost(target(more), { signal: never(), env: { ...env, PASS: 'correct horse' } });
      await host.close();
      const none = await errorOf(open({ privateKeyFile: file }));
      expect(none).toMatchObject({ name: 'UsageError', message: expect.stringContaining('encrypted') });
      const wrong = openHost(target(more), { signal: never(), env: { ...env, PASS: 'wrong' } });
      const error = await errorOf(wrong);
      expect(error).toMatchObject({ name: 'UsageError', message: expect.stringContaining('does not open') });
      expect(JSON.stringify({ ...error, m: error.message })).not.toContain('wrong"');
    });

    it('uses the keys of an agent', async () => {
      const out = execFileSync('ssh-agent', ['-s'], { encoding: 'utf8' });
      const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(out)?.[1] ?? '';
      const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(out)?.[1]);
      try {
        execFileSync('ssh-add', ['-q', sshd.keyFile], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: 'ignore',
        });
        const { privateKeyFile: _, ...withoutKey } = target();
        const host = await openHost(withoutKey, { signal: never(), env: { ...env, SSH_AUTH_SOCK: socket } });
        await host.close();
      } finally {
        process.kill(pid);
      }
    });

    it.each([
      ['a missing key file', { privateKeyFile: '/nonexistent/key' }, undefined, 'does not exist'],
      ['a wrong user', { user: 'nobody' }, 'auth_failed', 'does not accept the login'],
      ['a closed port', { port: 1 }, 'unreachable', 'refuses the connection'],
    ])('says in one line what is wrong: %s', async (_, more, code, text) => {
      const error = await errorOf(open(more));
      expect(error.message).toContain(text);
      // What is wrong with a key of ours is the user's mistake, and has no reason code.
      expect((error as { reason?: string }).reason).toBe(code);
      expect(error.message).not.toContain('\n');
      expect(error.next).toBeTruthy();
    });
  });

  describe('ways there', () => {
    it('goes through jump hosts, each verified', async () => {
      const jump = `${sshd.user}@127.0.0.1:${sshd.port}`;
      const host = await open({ proxyJump: `${jump},${jump}` });
      expect((await host.run([part('host/a', 'say a b')], never())).get('host/a')).toEqual([['a', 'b']]);
      await host.close();
    }, 30_000);

    describe('takes forty hosts through a bastion that refuses an eleventh login', () => {
      let bastion: Sshd;
      let log: string;
      const forty = (more: Partial<SshTarget>, jumps = new JumpHosts()) =>
        Promise.all(
          Array.from({ length: 40 }, async () => {
            const host = await openHost(target(more), { signal: never(), env, jumps });
            try {
              return (await host.run([part('host/a', 'say a b')], never())).get('host/a');
            } finally {
              await host.close();
            }
          }),
        );
      const logins = () => readFileSync(log, 'utf8').match(/Accepted publickey/g)?.length ?? 0;
      const drops = () => readFileSync(log, 'utf8').match(/drop connection|MaxStartups throttling/g)?.length ?? 0;

      beforeAll(async () => {
        log = join(sshd.directory, 'bastion.log');
        bastion = await startSshd(['AllowTcpForwarding yes', 'MaxStartups 10:100:10'], ['ed25519'], log);
        writeFileSync(join(bastion.directory, 'authorized_keys'), readFileSync(`${sshd.keyFile}.pub`));
        appendFileSync(
          join(sshd.directory, 'known_hosts'),
          `[127.0.0.1]:${bastion.port} ${bastion.hostKey('ed25519')}\n`,
        );
      }, 30_000);
      afterAll(async () => bastion?.stop());

      it('as a jump host, to which there is one connection', async () => {
        const before = logins();
        const proxyJump = `${sshd.user}@127.0.0.1:${bastion.port}`;
        expect(await forty({ proxyJump })).toEqual(Array(40).fill([['a', 'b']]));
        expect(logins() - before).toBe(1);
      }, 60_000);

      it('anew when the connection to it has ended', async () => {
        const jumps = new JumpHosts();
        const proxyJump = `${sshd.user}@127.0.0.1:${bastion.port}`;
        const options = { signal: never(), env, jumps };
        const first = await openHost(target({ proxyJump }), options);
        const second = await openHost(target({ proxyJump }), options);
        await first.close();
        await first.close();
        expect((await second.run([part('host/a', 'say a b')], never())).get('host/a')).toEqual([['a', 'b']]);
        for (const pid of childrenOf(bastion.pid)) process.kill(pid);
        expect((await second.run([part('host/a', 'say a b')], never())).get('host/a')).toMatchObject({
          reason: 'unreachable',
        });
        const third = await openHost(target({ proxyJump }), options);
        expect((await third.run([part('host/a', 'say a b')], never())).get('host/a')).toEqual([['a', 'b']]);
        await Promise.all([second.close(), third.close()]);
      }, 60_000);

      it('with a login each, in turns', async () => {
        const before = logins();
        const way = ['-F', 'none', '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-W', '%h:%p'];
        const file = (name: string) => join(sshd.directory, name);
        const keys = ['-i', file('user'), '-o', `UserKnownHostsFile=${file('known_hosts')}`];
        const to = ['-p', String(bastion.port), `${sshd.user}@127.0.0.1`];
        expect(await forty({ proxyCommand: ['ssh', ...way, ...keys, ...to].join(' ') })).toEqual(
          Array(40).fill([['a', 'b']]),
        );
        expect(logins() - before).toBe(40);
        expect(drops()).toBe(0);
      }, 60_000);
    });

    it('goes through a proxy command and ends it', async () => {
      const script = `node -e 'const s=require("net").connect(+process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)' %h %p proxy-7551`;
      const host = await open({ proxyCommand: script });
      expect(running('proxy-7551')).toBe(1);
      expect((await host.run([part('host/a', 'say a b')], never())).get('host/a')).toEqual([['a', 'b']]);
      await host.close();
      await until(() => running('proxy-7551') === 0);
    });

    describe('goes through Session Manager', () => {
      // As docs/deployment.md gives it, with a stand-in for `aws ssm start-session`.
      const plugin = join(import.meta.dirname, 'session-manager.mjs');
      const proxyCommand = (mode = 'run') => `sh -c "${process.execPath} '${plugin}' %h ${sshd.port} ${mode}"`;
      const instance = (more: Partial<SshTarget> = {}) =>
        open({
          host: 'i-0a1b2c3d4e5f60001',
          port: 22,
          proxyCommand: proxyCommand(),
          fingerprints: [pinOf('ed25519')],
          ...more,
        });

      it('which tells of itself before and after, to an instance by its id', async () => {
        const host = await instance();
        expect(host.label).toBe(`${sshd.user}@i-0a1b2c3d4e5f60001:22`);
        const long = part(
          'host/long',
          'v=$(head -c 4000 /dev/zero | tr "\\0" x); for i in 1 2 3 4 5 6 7 8; do say v "$v"; done',
        );
        expect((await host.run([long], never())).get('host/long')).toEqual(Array(8).fill(['v', 'x'.repeat(4000)]));
        await host.close();
        await until(() => running(plugin) === 0);
      });

      it('where an instance is not connected, and where the session is cut', async () => {
        const absent = await errorOf(instance({ host: '10.20.1.10' }));
        expect(absent).toMatchObject({ reason: 'unreachable' });
        expect(absent.message).not.toContain('TargetNotConnected');
        const host = await instance({ proxyCommand: proxyCommand('cut') });
        const answer = await host.run([part('host/a', 'say a b; sleep 7')], never());
        expect(answer.get('host/a')).toMatchObject({ reason: 'unreachable' });
        await host.close();
        await until(() => running(plugin) === 0);
      });

      it('and demands the host key all the same', async () => {
        expect(await errorOf(instance({ fingerprints: [`SHA256:${'A'.repeat(43)}`] }))).toBeInstanceOf(UntrustedError);
        expect(await errorOf(instance({ fingerprints: [], knownHostsFiles: [] }))).toMatchObject({
          reason: 'host_key',
        });
        await until(() => running(plugin) === 0);
      });
    });

    it('reads the configuration of OpenSSH', async () => {
      const file = join(sshd.directory, 'config');
      const lines = [
        'Host short',
        '  HostName 127.0.0.1',
        `  Port ${sshd.port}`,
        `  User ${sshd.user}`,
        `  IdentityFile ${sshd.keyFile}`,
        `  UserKnownHostsFile ${join(sshd.directory, 'aliased')}`,
        '  HostKeyAlias the-name',
        'Host certified',
        '  CertificateFile /tmp/x-cert.pub',
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      writeFileSync(join(sshd.directory, 'aliased'), `the-name ${sshd.hostKey('ecdsa')}\n`);
      const config = { agentUser: 'nobody', gatewayPort: 1, useSshConfig: true, sshConfigFile: file };
      const host = await openHost({ ...config, host: 'short' }, { signal: never(), env });
      expect(host.hostKeyFingerprint).toBe(pinOf('ecdsa'));
      await host.close();
      await expect(openHost({ ...config, host: 'certified' }, { signal: never(), env })).rejects.toThrow(
        'CertificateFile',
      );
    });
  });
});

function noisyPin(sshd: Sshd): string {
  return fingerprintOf(Buffer.from(sshd.hostKey('ed25519').split(' ')[1] ?? '', 'base64'));
}
