import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server of the loopback that can be cut: what is open breaks, and nothing new gets through. */
export interface Link {
  readonly port: number;
  cut: boolean;
  close(): void;
}

export async function startLink(port: number): Promise<Link> {
  const open = new Set<Socket>();
  let cut = false;
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    if (cut) drop();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get cut() {
      return cut;
    },
    set cut(value) {
      cut = value;
      if (cut) drop();
    },
    close() {
      drop();
      server.close();
    },
  };
}
