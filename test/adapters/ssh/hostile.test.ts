import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectHost } from '../../../src/adapters/ssh/connect.ts';
import { formatAnswer } from '../../../src/adapters/ssh/frame.ts';
import { openHost } from '../../../src/adapters/ssh/host.ts';
import { fingerprintOf } from '../../../src/adapters/ssh/known-hosts.ts';
import type { SshTarget } from '../../../src/adapters/ssh/target.ts';
import { makeKeyPair } from '../../../src/demo/key-pair.ts';
import { type ProbeError, UntrustedError } from '../../../src/model/reason.ts';
import type { HostProgram, HostRecords } from '../../../src/ports/host.ts';

const text = '\x1b[2J\x1b]52;c;aGk=\x07all checks PASSED';
const programs: HostProgram[] = [{ id: 'host/a', as: 'login', seconds: 1, script: 'say a b' }];
const never = () => new AbortController().signal;

type OnExec = (channel: ServerChannel, stdin: string, connection: Connection) => void;
interface Behaviour {
  /** What happens when the script has come in; undefined: the request for exec is never answered. */
  readonly exec?: OnExec | undefined;
  readonly authenticate?: 'key' | 'silent' | 'refuse' | 'anybody';
  readonly session?: 'refuse';
}

describe('a hostile server', () => {
  let directory: string;
  let hostKey: string;
  let pin: string;
  const closers: (() => Promise<unknown>)[] = [];
  const tries: string[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-hostile-'));
    hostKey = makeKeyPair().private;
    const parsed = ssh2.utils.parseKey(hostKey);
    if (parsed instanceof Error) throw parsed;
    pin = fingerprintOf((Array.isArray(parsed) ? parsed[0] : parsed)?.getPublicSSH() ?? Buffer.alloc(0));
    writeFileSync(join(directory, 'key'), makeKeyPair().private, { mode: 0o600 });
  });
  afterEach(async () => {
    tries.length = 0;
    for (const close of closers.splice(0)) await close();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const listen = (server: { listen: NetServer['listen']; address: NetServer['address'] }) =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });

  async function start(behaviour: Behaviour): Promise<number> {
    const connections = new Set<Connection>();
    const server = new ssh2.Server({ hostKeys: [hostKey], banner: text }, (connection) => {
      connections.add(connection);
      connection.on('error', () => undefined);
      connection.on('close', () => connections.delete(connection));
      connection.on('authentication', (context) => {
        tries.push(context.method);
        if (behaviour.authenticate === 'silent') return;
        if (behaviour.authenticate === 'anybody') return context.accept();
        if (behaviour.authenticate === 'refuse' || context.method !== 'publickey') return context.reject(['publickey']);
        context.accept();
      });
      connection.on('session', (accept, reject) => {
        if (behaviour.session === 'refuse') return reject();
        accept().on('exec', (acceptExec) => {
          const { exec } = behaviour;
          if (!exec) return;
          const channel = acceptExec();
          channel.on('error', () => undefined);
          let stdin = '';
          let started = false;
          channel.on('data', (chunk: Buffer) => {
            stdin += chunk.toString();
            if (started || !stdin.endsWith('\nmain\n')) return;
            started = true;
            exec(channel, stdin, connection);
          });
        });
      });
    });
    const port = await listen(server as unknown as NetServer);
    closers.push(
      () =>
        new Promise<void>((done) => {
          server.close(() => done());
          for (const connection of connections) connection.end();
        }),
    );
    return port;
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
    connectHost(target(port, more), never(), env).then(
      () => undefined,
      (error: unknown) => error as ProbeError,
    );
  const nonceOf = (stdin: string) => /^# clawcheck (\S+)/.exec(stdin)?.[1] ?? '';
  const answer = (stdin: string, value = 'b') => formatAnswer(nonceOf(stdin), new Map([['host/a', [['a', value]]]]));

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

  it('is the control: a good answer is read, and only a key is offered', async () => {
    const got = await ask((channel, stdin) => {
      channel.write(`noise without end${answer(stdin)}more noise`);
      channel.exit(0);
      channel.end();
    });
    expect(got).toEqual([['a', 'b']]);
    expect(new Set(tries)).toEqual(new Set(['publickey']));
  });

  const cases: readonly [what: string, reason: string, exec: OnExec | undefined][] = [
    [
      'sends no status',
      'bad_response',
      (channel, stdin) => {
        channel.write(answer(stdin));
        channel.end();
      },
    ],
    [
      'reports a signal with text',
      'bad_response',
      (channel) => {
        channel.exit('KILL', true, text);
        channel.end();
      },
    ],
    [
      'reports status 1',
      'bad_response',
      (channel, stdin) => {
        channel.write(answer(stdin));
        channel.exit(1);
        channel.end();
      },
    ],
    [
      'reports status 127',
      'tool_missing',
      (channel) => {
        channel.exit(127);
        channel.end();
      },
    ],
    [
      'prints canned success',
      'bad_response',
      (channel) => {
        channel.write(`${text}\n`);
        channel.exit(0);
        channel.end();
      },
    ],
    [
      'replays the answer of another run',
      'bad_response',
      (channel) => {
        channel.write(formatAnswer('0123456789abcdef01234567', new Map([['host/a', [['a', 'b']]]])));
        channel.exit(0);
        channel.end();
      },
    ],
    [
      'prints the script back',
      'bad_response',
      (channel, stdin) => {
        channel.write(stdin);
        channel.exit(0);
        channel.end();
      },
    ],
    [
      'cuts the answer',
      'truncated',
      (channel, stdin) => {
        channel.write(answer(stdin).trimEnd().slice(0, -1).split('\n').slice(0, -1).join('\n'));
        channel.exit(0);
        channel.end();
      },
    ],
    [
      'answers in invalid UTF-8',
      'bad_response',
      (channel, stdin) => {
        channel.write(Buffer.from(answer(stdin, 'VALUE').replace('VALUE', '\xff\xfe\xc0'), 'latin1'));
        channel.exit(0);
        channel.end();
      },
    ],
    [
      'disconnects with text',
      'unreachable',
      (_channel, _stdin, connection) => {
        const protocol = (connection as unknown as { _protocol: { disconnect(reason: number, text: string): void } })
          ._protocol;
        protocol.disconnect(2, text);
        connection.end();
      },
    ],
    ['hangs up', 'unreachable', (_channel, _stdin, connection) => void connection.end()],
    ['floods', 'truncated', (channel) => flood((chunk, next) => channel.write(chunk, next))],
    ['floods the error stream', 'truncated', (channel) => flood((chunk, next) => channel.stderr.write(chunk, next))],
  ];

  /** As fast as the socket takes it, and no longer than the connection lives. */
  function flood(write: (chunk: Buffer, next: () => void) => unknown, left = 64 * 1024 * 1024): void {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    if (left > 0) write(chunk, () => setImmediate(() => flood(write, left - chunk.length)));
  }

  it.each(cases)(
    '%s: %s',
    async (_, reason, exec) => {
      const got = await ask(exec);
      expect(got).toMatchObject({ name: 'ProbeError', reason });
      expectOurWords(got);
    },
    40_000,
  );

  it.each<[string, OnExec | undefined]>([
    ['never answers the request', undefined],
    ['answers and never ends', (channel, stdin) => void channel.write(answer(stdin))],
  ])('%s: timeout, and the connection is gone', async (_, exec) => {
    const connection = await connectHost(target(await start({ exec })), never(), env);
    const options = { stdin: `# clawcheck ${'0'.repeat(24)}\nmain\n`, signal: never(), seconds: 0.5 };
    expect(await connection.exec('true', options)).toEqual({ kind: 'timeout' });
    expect(await connection.exec('true', options)).toEqual({ kind: 'closed' });
    await connection.close();
  });

  it('that would send 64 MB is cut off at the limit and costs little memory', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const got = await ask((channel) => {
      flood((chunk, next) => {
        peak = Math.max(peak, process.memoryUsage().rss);
        return channel.write(chunk, next);
      });
    });
    expect(got).toMatchObject({ reason: 'truncated' });
    expect(peak - before).toBeLessThan(200 * 1024 * 1024);
  }, 40_000);

  it('that sends 3 MB of errors does not block the answer', async () => {
    const got = await ask((channel, stdin) => {
      channel.stderr.write(Buffer.alloc(3 * 1024 * 1024, 'x'), () => {
        channel.write(answer(stdin));
        channel.exit(0);
        channel.end();
      });
    });
    expect(got).toEqual([['a', 'b']]);
  });

  it('that refuses a channel is an error of every part', async () => {
    expect(await ask(undefined, { session: 'refuse' })).toMatchObject({ reason: 'access_denied' });
  });

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
      await (await connectHost(target(port), never(), env)).close();
      expect(tries[0]).toBe('publickey');
      tries.length = 0;
      await (await connectHost(target(port, { tailscaleSsh: true }), never(), env)).close();
      expect(tries).toEqual(['none']);
    });

    it('that is silent at the login', async () => {
      const error = await connectError(await start({ authenticate: 'silent' }), { connectSeconds: 0.5 });
      expect(error).toMatchObject({ reason: 'timeout', message: expect.stringContaining('login') });
    });

    it.each<[string, string, string]>([
      ['says nothing', '', 'timeout'],
      ['is no SSH server', `HTTP/1.1 400 ${text}\r\n\r\n`, 'unreachable'],
      ['speaks SSH 1', `SSH-1.5-${text}\r\n`, 'unreachable'],
      ['sends garbage after its name', `SSH-2.0-x\r\n${text.repeat(4000)}`, 'unreachable'],
      ['greets without end', `${text}\r\n`.repeat(20_000), 'unreachable'],
    ])('that %s', async (_, bytes, reason) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined).resume();
        if (bytes !== '') socket.end(bytes);
      });
      const port = await listen(server);
      closers.push(() => new Promise((done) => server.close(done)));
      const error = await connectError(port, { connectSeconds: 1 });
      expect(error).toMatchObject({ reason });
      expectOurWords(error);
    });

    it('is left at once when the run is stopped', async () => {
      const port = await start({ authenticate: 'silent' });
      const stop = new AbortController();
      const error = connectHost(target(port, { connectSeconds: 600 }), stop.signal, env).catch((e: unknown) => e);
      while (tries.length === 0) await new Promise((done) => setTimeout(done, 10));
      stop.abort();
      expect(await error).toMatchObject({ reason: 'cancelled' });
      const stopped = connectHost(target(port), AbortSignal.abort(), env).catch((e: unknown) => e);
      expect(await stopped).toMatchObject({ reason: 'cancelled' });
    });
  });
});
