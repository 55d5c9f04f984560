import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on the loopback for each test of a file. */
export interface Answering {
  /** Where it listens; of its own for each test. */
  api: string;
  /** Set by the test. */
  handle: Handler;
  /** What it was asked in this test. */
  seen: IncomingMessage[];
}

export function answeringServer(): Answering {
  let server: Server;
  const at: Answering = { api: '', handle: () => {}, seen: [] };
  beforeEach(async () => {
    at.seen = [];
    server = createServer((request, response) => {
      at.seen.push(request);
      at.handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    at.api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return at;
}
