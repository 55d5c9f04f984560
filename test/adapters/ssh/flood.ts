// npm run flood [-- MiB]: what a host that sends 1 GB (1024 MiB unless said otherwise) costs the process that asks it.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { httpGet } from '../../../src/adapters/gateway/http.ts';
import { openHost } from '../../../src/adapters/ssh/host.ts';
import { fingerprintOf } from '../../../src/adapters/ssh/known-hosts.ts';
import { makeKeyPair } from '../../../src/demo/key-pair.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostProgram } from '../../../src/ports/host.ts';
import { answer, nonceOf } from './hostile-hosts.ts';

/** The most that the process may come to hold, in MiB. */
const limit = 200;
const mib = 1024 * 1024;
const programs: HostProgram[] = [{ id: 'host/a', as: 'login', seconds: 60, script: 'say a b' }];

/** Where the bytes come, and what has to come of it. `through`: all of them are read, none is kept. */
const kinds = {
  greeting: { comesTo: 'unreachable', through: false },
  output: { comesTo: 'truncated', through: false },
  errors: { comesTo: 'truncated', through: false },
  answers: { comesTo: 'truncated', through: false },
  ignored: { comesTo: 'answered', through: true },
  gateway: { comesTo: 'truncated', through: false },
} as const;
type Kind = keyof typeof kinds;

/** Sends so many bytes as fast as they are taken; `sent` is told of each piece. */
function pour(
  write: (next: () => void) => void,
  size: number,
  left: number,
  sent: (bytes: number) => void,
): Promise<void> {
  return new Promise((done) => {
    const more = () => {
      if (left <= 0) return done();
      left -= size;
      write(() => {
        sent(size);
        setImmediate(more);
      });
    };
    more();
  });
}

/** SSH_MSG_IGNORE: data that the other side must read and throw away (RFC 4253, 11.2). ssh2 has no call for it. */
function ignored(connection: Connection, size: number): void {
  const { _protocol: protocol } = connection as unknown as {
    _protocol: {
      _packetRW: { write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer } };
      _cipher: { encrypt(packet: Buffer): void };
    };
  };
  const { write } = protocol._packetRW;
  const packet = write.alloc(5 + size);
  packet[write.allocStart] = 2;
  packet.writeUInt32BE(size, write.allocStart + 1);
  protocol._cipher.encrypt(write.finalize(packet));
}

function fingerprint(key: string): string {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return fingerprintOf((Array.isArray(parsed) ? parsed[0] : parsed)?.getPublicSSH() ?? Buffer.alloc(0));
}

interface Flood {
  readonly port: number;
  /** `SHA256:…` of the host key. */
  readonly pin: string;
  sent(): number;
  close(): void;
}

async function startFlood(kind: Kind, bytes: number): Promise<Flood> {
  let total = 0;
  const sent = (size: number) => {
    total += size;
  };
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const key = makeKeyPair().private;
  const sockets = new Set<{ destroy(): void }>();
  const serve = (connection: Connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (context) => context.accept());
    connection.on('tcpip', (accept) => {
      const channel = accept();
      channel.on('error', () => {});
      channel.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n');
      void pour((next) => channel.write(chunk, next), chunk.length, bytes, sent);
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel: ServerChannel = acceptExec();
        channel.on('error', () => {});
        let stdin = '';
        let started = false;
        channel.on('data', async (data: Buffer) => {
          stdin += data.toString();
          if (started || !stdin.endsWith('\nmain\n')) return;
          started = true;
          const lines = Buffer.from(`${nonceOf(stdin)} host/a a ${'b'.repeat(3000)}\n`.repeat(20));
          if (kind === 'output') await pour((next) => channel.write(chunk, next), chunk.length, bytes, sent);
          if (kind === 'errors') await pour((next) => channel.stderr.write(chunk, next), chunk.length, bytes, sent);
          if (kind === 'answers') await pour((next) => channel.write(lines, next), lines.length, bytes, sent);
          if (kind === 'ignored') {
            const { _sock: socket } = connection as unknown as { _sock: NodeJS.WritableStream };
            const write = (next: () => void) => {
              ignored(connection, 30_000);
              if ((socket as unknown as { writableNeedDrain: boolean }).writableNeedDrain) socket.once('drain', next);
              else next();
            };
            await pour(write, 30_000, bytes, sent);
          }
          channel.write(answer(stdin));
          channel.exit(0);
          channel.end();
        });
      });
    });
  };
  const server: Server =
    kind === 'greeting'
      ? createServer((socket) => {
          sockets.add(socket.on('error', () => {}));
          void pour((next) => socket.write(chunk, next), chunk.length, bytes, sent);
        })
      : (new ssh2.Server({ hostKeys: [key] }, serve) as unknown as Server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as { port: number }).port,
    pin: fingerprint(key),
    sent: () => total,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What the host that floods comes to, for a process that asks it like a run does. */
async function ask(kind: Kind, port: number, pin: string, privateKeyFile: string): Promise<string> {
  const signal = new AbortController().signal;
  const target = { host: '127.0.0.1', port, user: 'ops', privateKeyFile, knownHostsFiles: [], fingerprints: [pin] };
  try {
    const host = await openHost({ ...target, agentUser: 'openclaw', gatewayPort: 18789 }, { signal, env: {} });
    try {
      if (kind === 'gateway') await httpGet(host, '/readyz', { port: 18789, signal, deadlineMs: 30_000 });
      const got = (await host.run(programs, signal)).get('host/a');
      return got instanceof ProbeError ? got.reason : 'answered';
    } finally {
      await host.close();
    }
  } catch (error) {
    return error instanceof ProbeError ? error.reason : String(error);
  }
}

/** Each flood in turn, each asked by a new process. False where one was not survived as it should be. */
async function all(size: number): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'clawcheck-flood-'));
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, makeKeyPair().private, { mode: 0o600 });
  let good = true;
  process.stdout.write(`flood      MiB sent  came to       peak MiB (at most ${limit})\n`);
  for (const [kind, { comesTo, through }] of Object.entries(kinds)) {
    const flood = await startFlood(kind as Kind, size * mib);
    const words = [
      'scripts/run-ts.mjs',
      'test/adapters/ssh/flood.ts',
      'ask',
      kind,
      `${flood.port}`,
      flood.pin,
      keyFile,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    const [came = '', peak = ''] = stdout.trim().split(' ');
    const sent = Math.round(flood.sent() / mib);
    flood.close();
    const well = came === comesTo && Number(peak) < limit && (!through || sent >= size);
    good &&= well;
    const cells = [kind.padEnd(10), `${sent}`.padStart(8), `  ${came.padEnd(12)}`, peak.padStart(9)];
    process.stdout.write(`${cells.join('')}${well ? '' : '  WRONG'}\n`);
  }
  rmSync(directory, { recursive: true, force: true });
  return good;
}

const [first, kind, port, pin = '', keyFile = ''] = process.argv.slice(2);
if (first === 'ask') {
  const came = await ask(kind as Kind, Number(port), pin, keyFile);
  // In KiB, as getrusage has it.
  process.stdout.write(`${came} ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
  process.exit(0);
}
process.exitCode = (await all(Number(first ?? 1024))) ? 0 : 1;
