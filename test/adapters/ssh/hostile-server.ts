import { createServer, type Server as NetServer } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { fingerprintOf } from '../../../src/adapters/ssh/known-hosts.ts';
import { hostileText, type OnExec } from './hostile-hosts.ts';

export interface Behaviour {
  /** What happens when the script has come in; undefined: the request for exec is never answered. */
  readonly exec?: OnExec | undefined;
  readonly authenticate?: 'key' | 'silent' | 'refuse' | 'anybody';
  readonly session?: 'refuse' | undefined;
}

export interface HostileServer {
  readonly port: number;
  /** How many connections are open. */
  open(): number;
  close(): Promise<void>;
}

/** The fingerprint of a private host key, as one pins it. */
export function pinOf(hostKey: string): string {
  const parsed = ssh2.utils.parseKey(hostKey);
  if (parsed instanceof Error) throw parsed;
  return fingerprintOf((Array.isArray(parsed) ? parsed[0] : parsed)?.getPublicSSH() ?? Buffer.alloc(0));
}

/** An SSH server on the loopback that behaves as it should until the login, and then as it is told. */
export async function startHostileServer(
  hostKey: string,
  behaviour: Behaviour,
  onLogin: (method: string) => void = () => {},
): Promise<HostileServer> {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey], banner: hostileText }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      onLogin(context.method);
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
  return listening(server as unknown as NetServer, connections, () => {
    for (const connection of connections) connection.end();
  });
}

/** A server that says something else than SSH, or nothing. */
export async function startHostileGreeting(greeting: string): Promise<HostileServer> {
  const sockets = new Set<object>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined).resume();
    if (greeting !== '') socket.end(greeting);
  });
  return listening(server, sockets, () => {});
}

async function listening(server: NetServer, connections: Set<object>, end: () => void): Promise<HostileServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    open: () => connections.size,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        end();
      }),
  };
}
