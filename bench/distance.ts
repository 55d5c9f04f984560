import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

export interface Distant {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/**
 * A port that leads to another one as if it were far away: a connection stands after one round trip, and everything
 * takes half of one in each direction. Real packets, windows and slow start are not in it.
 * @param place where it listens, and where its connections seem to come from; default: 127.0.0.1 and a free port
 */
export async function distant(
  port: number,
  roundTripMs: number,
  place: { readonly address: string; readonly port: number } = { address: '127.0.0.1', port: 0 },
): Promise<Distant> {
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    near.setNoDelay(true);
    const opened = performance.now() + roundTripMs;
    const far = connect({ port, host: '127.0.0.1', localAddress: place.address, noDelay: true });
    carry(near, far, roundTripMs / 2, opened);
    carry(far, near, roundTripMs / 2, opened);
  });
  return listening(server, () => connections, place);
}

function carry(from: Socket, to: Socket, ms: number, notBefore: number): void {
  const later = (work: () => void) => setTimeout(work, Math.max(0, notBefore - performance.now()) + ms);
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => later(() => to.destroy()));
}

/** TLS in front of a port, with a certificate of its own. @returns the port, and the file with the certificate */
export async function tlsInFront(port: number, folder: string): Promise<Distant & { readonly certificate: string }> {
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  let connections = 0;
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (near) => {
    connections += 1;
    const far = connect(port, '127.0.0.1').setNoDelay(true);
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy());
  });
  return { ...(await listening(server, () => connections)), certificate };
}

async function listening(
  server: Server,
  connections: () => number,
  { address, port } = { address: '127.0.0.1', port: 0 },
): Promise<Distant> {
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, address, resolve));
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
