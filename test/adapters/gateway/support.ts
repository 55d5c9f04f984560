import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { openGateway } from '../../../src/adapters/gateway/gateway.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostPort } from '../../../src/ports/host.ts';

/** A host whose loopback is this machine's. */
export function loopbackHost(): HostPort & { readonly forwarded: () => number } {
  let forwarded = 0;
  return {
    label: 'ops@127.0.0.1:22',
    hostKeyFingerprint: `SHA256:${'0'.repeat(43)}`,
    run: async () => new Map(),
    forward: (port) => {
      forwarded += 1;
      return new Promise((resolve, reject) => {
        const socket: Socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', () => reject(new ProbeError('not_found', 'nothing listens')));
      });
    },
    close: async () => {},
    forwarded: () => forwarded,
  };
}

export interface Peer {
  readonly port: number;
  readonly http: Server;
  readonly connections: () => number;
  close(): Promise<void>;
}

/** A server whose WebSocket conversation is `onConnection`; without one, it is HTTP alone. */
export async function startPeer(
  onRequest: Parameters<typeof createServer>[1],
  onConnection?: (socket: WebSocket) => void,
): Promise<Peer> {
  let connections = 0;
  const http = createServer(onRequest as never);
  const sockets = onConnection && new WebSocketServer({ server: http });
  sockets?.on('connection', (socket) => {
    connections += 1;
    socket.on('error', () => {});
    onConnection?.(socket);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    http,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets?.clients ?? []) socket.terminate();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

export interface Request {
  readonly id: string;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A well-behaved peer: challenges, greets, and leaves the calls to `onCall`. */
export function greets(
  onCall: (socket: WebSocket, request: Request) => void,
  hello: Record<string, unknown> = {},
): (socket: WebSocket) => void {
  return (socket) => {
    socket.send(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: 'n', ts: 1 } }));
    socket.on('message', (data) => {
      const request = JSON.parse(String(data)) as Request;
      if (request.method !== 'connect') return onCall(socket, request);
      const payload = { type: 'hello-ok', protocol: 4, auth: { scopes: request.params['scopes'] }, ...hello };
      socket.send(JSON.stringify({ type: 'res', id: request.id, ok: true, payload }));
    });
  };
}

/** What a call came to: the payload, or reason and message of the error. */
export async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { reason: error.reason, message: error.message };
  }
}

export const secret = 'tok-5e6f7a8b9c';

export function gatewayAt(port: number, more: Partial<Parameters<typeof openGateway>[1]> = {}) {
  const stop = new AbortController();
  const host = loopbackHost();
  const gateway = openGateway(host, {
    port,
    token: () => secret,
    signal: stop.signal,
    getMs: 2000,
    rpcMs: 2000,
    ...more,
  });
  return { gateway, host, stop };
}
