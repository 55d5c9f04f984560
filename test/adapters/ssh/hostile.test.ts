import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectHost } from '../../../src/adapters/ssh/connect.ts';
import { openHost } from '../../../src/adapters/ssh/host.ts';
import type { SshTarget } from '../../../src/adapters/ssh/target.ts';
import { makeKeyPair } from '../../../src/demo/key-pair.ts';
import { type ProbeError, UntrustedError } from '../../../src/model/reason.ts';
import type { HostProgram, HostRecords } from '../../../src/ports/host.ts';
import { hostileGreetings, hostileHosts, type OnExec } from './hostile-hosts.ts';
import { type Behaviour, pinOf, startHostileGreeting, startHostileServer } from './hostile-server.ts';

const programs: HostProgram[] = [{ id: 'host/a', as: 'login', seconds: 1, script: 'say a b' }];
const never = () => new AbortController().signal;

describe('a hostile server', () => {
  let directory: string;
  let hostKey: string;
  let pin: string;
  const closers: (() => Promise<unknown>)[] = [];
  const tries: string[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-hostile-'));
    hostKey = makeKeyPair().private;
    pin = pinOf(hostKey);
    writeFileSync(join(directory, 'key'), makeKeyPair().private, { mode: 0o600 });
  });
  afterEach(async () => {
    tries.length = 0;
    for (const close of closers.splice(0)) await close();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function start(behaviour: Behaviour): Promise<number> {
    const server = await startHostileServer(hostKey, behaviour, (method) => tries.push(method));
    closers.push(() => server.close());
    return server.port;
  }

  const target = (port: number, more: Partial<SshTarget> = {}): SshTarget => ({
    host: '127.0.0.1',
    port,
    user: 'someone',
    privateKeyFile: join(directory, 'key'),
    knownHostsFiles: [],
    fingerprints: [pin],
    agentUser: 'openclaw',
    gatewayPort: 18789,
    connectSeconds: 5,
    ...more,
  });
  const env = { HOME: '/nonexistent' };
  const connectError = (port: number, more: Partial<SshTarget> = {}) =>
    connectHost(target(port, more), { signal: never(), env }).then(
      () => undefined,
      (error: unknown) => error as ProbeError,
    );
  async function ask(exec: OnExec | undefined, more: Behaviour = {}): Promise<HostRecords | ProbeError | undefined> {
    const host = await openHost(target(await start({ exec, ...more })), { signal: never(), env });
    const got = (await host.run(programs, never())).get('host/a');
    await host.close();
    return got;
  }

  function expectOurWords(error: unknown): void {
    const shown = inspect(error, { depth: 5, showHidden: true });
    expect(shown).not.toContain('PASSED');
    expect(shown).not.toContain('\x1b');
    expect(shown).not.toContain(readFileSync(join(directory, 'key'), 'utf8').split('\n')[2]);
  }

  const parsed = (key: string) => {
    const one = ssh2.utils.parseKey(key);
    return Array.isArray(one) ? one[0] : one;
  };
  const hosts = hostileHosts(parsed(makeKeyPair().private));
  it.each(hosts.filter(({ hangs }) => !hangs).map((host) => [host.name, host.comesTo, host] as const))(
    'that %s: %s',
    async (_, comesTo, { exec, session }) => {
      const got = await ask(exec, session && { session });
      if (comesTo === 'answered') expect(got).toEqual([['a', 'b']]);
      else expect(got).toMatchObject({ name: 'ProbeError', reason: comesTo });
      expectOurWords(got);
      expect(new Set(tries)).toEqual(new Set(['publickey']));
    },
    40_000,
  );

  // Not through the host, which gives each script seconds to end by itself.
  it.each(hosts.filter(({ hangs }) => hangs).map((host) => [host.name, host.comesTo, host] as const))(
    'that %s: %s, and the connection is gone',
    async (_, __, { exec }) => {
      const connection = await connectHost(target(await start({ exec })), { signal: never(), env });
      const options = { stdin: `# clawcheck ${'0'.repeat(24)}\nmain\n`, signal: never(), seconds: 0.5 };
      expect(await connection.exec('true', options)).toEqual({ kind: 'timeout' });
      expect(await connection.exec('true', options)).toEqual({ kind: 'closed' });
      await connection.close();
    },
  );

  it('costs little memory, wherever it floods (npm run flood: 1 GB)', async () => {
    const words = ['scripts/run-ts.mjs', 'test/adapters/ssh/flood.ts', '64'];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    expect(stdout).not.toContain('WRONG');
    expect(stdout.trim().split('\n')).toHaveLength(7);
  }, 60_000);

  it('is not run by a second call after it broke the first', async () => {
    const port = await start({ exec: (_channel, _stdin, connection) => void connection.end() });
    const host = await openHost(target(port), { signal: never(), env });
    const both = await Promise.all([host.run(programs, never()), host.run(programs, never())]);
    for (const each of both) expect(each.get('host/a')).toMatchObject({ reason: 'unreachable' });
    await host.close();
  });

  describe('before the login', () => {
    it('with another host key gets no attempt to log in', async () => {
      const port = await start({});
      const foreign = `SHA256:${'A'.repeat(43)}`;
      const error = await connectError(port, { fingerprints: [foreign] });
      expect(error).toBeInstanceOf(UntrustedError);
      expect(tries).toEqual([]);
      const unknown = await connectError(port, { fingerprints: [] });
      expect(unknown).toMatchObject({ reason: 'host_key', next: expect.stringContaining(pin) });
      expect(unknown).not.toBeInstanceOf(UntrustedError);
      expect(tries).toEqual([]);
    });

    it('that refuses the key', async () => {
      const error = await connectError(await start({ authenticate: 'refuse' }));
      expect(error).toMatchObject({ reason: 'auth_failed' });
      expectOurWords(error);
    });

    it('that lets anybody in is offered `none` only where the target says Tailscale', async () => {
      const port = await start({ authenticate: 'anybody' });
      await (await connectHost(target(port), { signal: never(), env })).close();
      expect(tries[0]).toBe('publickey');
      tries.length = 0;
      await (await connectHost(target(port, { tailscaleSsh: true }), { signal: never(), env })).close();
      expect(tries).toEqual(['none']);
    });

    it('that is silent at the login', async () => {
      const error = await connectError(await start({ authenticate: 'silent' }), { connectSeconds: 0.5 });
      expect(error).toMatchObject({ reason: 'timeout', message: expect.stringContaining('login') });
    });

    it.each(hostileGreetings)('that $name: $comesTo', async ({ greeting: bytes, comesTo }) => {
      const server = await startHostileGreeting(bytes);
      closers.push(() => server.close());
      const error = await connectError(server.port, { connectSeconds: 1 });
      expect(error).toMatchObject({ reason: comesTo });
      expectOurWords(error);
    });

    it('is left at once when the run is stopped', async () => {
      const port = await start({ authenticate: 'silent' });
      const stop = new AbortController();
      const error = connectHost(target(port, { connectSeconds: 600 }), { signal: stop.signal, env }).catch(
        (e: unknown) => e,
      );
      while (tries.length === 0) await new Promise((done) => setTimeout(done, 10));
      stop.abort();
      expect(await error).toMatchObject({ reason: 'cancelled' });
      const stopped = connectHost(target(port), { signal: AbortSignal.abort(), env }).catch((e: unknown) => e);
      expect(await stopped).toMatchObject({ reason: 'cancelled' });
    });
  });
});
