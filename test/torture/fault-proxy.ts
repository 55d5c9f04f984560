import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { serviceOf } from '../../src/demo/aws/services.ts';
import { protocolOf } from '../../src/demo/aws-server.ts';
import { canary } from './faults.ts';

/** What an answer of AWS is, byte for byte. */
interface Whole {
  readonly status: number;
  readonly type: string;
  /** The id that AWS gives each request, without which an empty answer is not taken for one of AWS. */
  readonly requestId: string;
  readonly body: Buffer;
}

export interface SocketFault {
  readonly name: string;
  /** Answers on the socket in the place of AWS. `whole` asks AWS what it would have said. */
  answer(socket: Socket, whole: () => Promise<Whole>): void | Promise<void>;
}

const head = (lines: readonly string[]) => `HTTP/1.1 ${lines.join('\r\n')}\r\n\r\n`;
const page = Buffer.from(`<!doctype html><html><body>Welcome to the hotel. ${canary}</body></html>`);

/** Everything that AWS says, with another status or other headers. */
const relabelled = (name: string, status: string, ...headers: string[]): SocketFault => ({
  name,
  async answer(socket, whole) {
    const { type, requestId, body } = await whole();
    const lines = [status, `content-type: ${type}`, `x-amzn-requestid: ${requestId}`, ...headers];
    socket.end(Buffer.concat([Buffer.from(head([...lines, `content-length: ${body.length}`])), body]));
  },
});

const yesterday = new Date(Date.now() - 86_400_000).toUTCString();

/** 64 MB of nothing in 64 KB. */
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));

/** Writes again and again until the other side has enough. */
function keepWriting(socket: Socket, bytes: Buffer | string, everyMs: number): void {
  const timer = setInterval(() => socket.write(bytes), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** What a network, a proxy or a portal can do to an answer. Whatever needs it is lost. */
export const socketFaults: readonly SocketFault[] = [
  { name: 'reset', answer: (socket) => void socket.resetAndDestroy() },
  { name: 'closed without an answer', answer: (socket) => void socket.end() },
  { name: 'no answer', answer: () => {} },
  {
    name: 'a page of a portal',
    answer: (socket) =>
      void socket.end(
        Buffer.concat([
          Buffer.from(head(['200 OK', 'content-type: text/html', `content-length: ${page.length}`])),
          page,
        ]),
      ),
  },
  { name: 'an empty 200', answer: (socket) => void socket.end(head(['200 OK', 'content-length: 0'])) },
  relabelled('what a cache has kept since yesterday', '200 OK', `date: ${yesterday}`, 'age: 86400'),
  relabelled('what a proxy says that it has changed', '203 Non-Authoritative Information'),
  relabelled('what is said to be a part', '206 Partial Content', 'content-range: bytes 0-99/200'),
  {
    name: 'a body that ends behind an item of a list',
    async answer(socket, whole) {
      const { type, requestId, body } = await whole();
      const text = body.toString('latin1');
      // Behind the first of several, or else behind the first member: in JSON, what is cut is no JSON.
      const [ended] = /^.*?<\/(?:item|member|entry)>|^.*?[}\]],|^.*?<\/\w+>|^.{1,20}/s.exec(text) ?? [''];
      const lines = ['200 OK', `content-type: ${type}`, `x-amzn-requestid: ${requestId}`, 'connection: close'];
      socket.end(Buffer.from(head([...lines, `content-length: ${ended.length}`]) + ended, 'latin1'));
    },
  },
  { name: '204', answer: (socket) => void socket.end(head(['204 No Content'])) },
  {
    name: 'half a body, then closed',
    async answer(socket, whole) {
      const { type, body } = await whole();
      socket.write(head(['200 OK', `content-type: ${type}`, `content-length: ${body.length}`]));
      socket.end(body.subarray(0, body.length / 2));
    },
  },
  {
    name: 'half a body of the length that is said',
    async answer(socket, whole) {
      const { type, body } = await whole();
      const half = Math.floor(body.length / 2);
      socket.write(head(['200 OK', `content-type: ${type}`, `content-length: ${half}`, 'connection: close']));
      socket.end(body.subarray(0, half));
    },
  },
  {
    name: 'a byte now and then',
    async answer(socket, whole) {
      const { type, body } = await whole();
      socket.write(head(['200 OK', `content-type: ${type}`, `content-length: ${body.length}`]));
      let sent = 0;
      const timer = setInterval(() => {
        // The last one never comes: a short answer would be there in time.
        if (sent < body.length - 1) socket.write(body.subarray(sent, sent + 1));
        sent += 1;
      }, 200);
      socket.on('close', () => clearInterval(timer));
    },
  },
  {
    name: 'chunks out of form',
    async answer(socket, whole) {
      const { type, body } = await whole();
      socket.write(head(['200 OK', `content-type: ${type}`, 'transfer-encoding: chunked']));
      socket.write(`${body.length.toString(16)}\r\n`);
      socket.write(body);
      socket.end('\r\nZZZZ\r\n');
    },
  },
  {
    name: '100 Continue for ever',
    answer: (socket) => keepWriting(socket, head(['100 Continue']), 50),
  },
  {
    name: 'a redirect',
    answer: (socket) =>
      void socket.end(
        head(['302 Found', 'location: http://127.0.0.1:9/login', 'content-length: 0', 'connection: close']),
      ),
  },
  {
    name: 'a gzip bomb',
    answer: (socket) =>
      void socket.end(
        Buffer.concat([
          Buffer.from(
            head(['200 OK', 'content-type: text/xml', 'content-encoding: gzip', `content-length: ${bomb.length}`]),
          ),
          bomb,
        ]),
      ),
  },
  {
    name: 'a body without end',
    answer(socket) {
      socket.write(head(['200 OK', 'content-type: text/xml', 'transfer-encoding: chunked']));
      const chunk = Buffer.alloc(256 * 1024, '<a/>');
      const piece = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
      const more = () => {
        while (!socket.destroyed && socket.write(piece));
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    },
  },
  {
    name: 'a megabyte of headers',
    answer: (socket) =>
      void socket.end(head(['200 OK', ...Array.from({ length: 16_384 }, (_, i) => `x-${i}: ${'h'.repeat(56)}`)])),
  },
  { name: 'no HTTP', answer: (socket) => void socket.end(`\x00\x01${canary}\r\n\r\n`) },
  {
    name: 'a refusal',
    answer: (socket) => {
      const body = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${canary.slice(0, 13)}</Message></Error></ErrorResponse>`;
      socket.end(
        `${head(['403 Forbidden', 'content-type: text/xml', 'x-amzn-errortype: AccessDenied', `content-length: ${body.length}`])}${body}`,
      );
    },
  },
  {
    name: '503',
    answer: (socket) => void socket.end(head(['503 Slow Down', 'content-length: 0', 'connection: close'])),
  },
];

export interface FaultProxy {
  readonly url: string;
  /** Answers every further call of an operation, or the next `times`, with a fault; undefined: none. */
  spoil(operation: string, fault: SocketFault | undefined, times?: number): void;
  /** How often a fault was injected since the last `spoil`. */
  hits(): number;
  close(): Promise<void>;
}

/** A proxy in front of an AWS endpoint, on real sockets. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(upstream);
  let spoiled: { operation: string; fault: SocketFault; left: number } | undefined;
  let hits = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => {});
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks);
      const operation = await operationOf(incoming, body.toString());
      const whole = () => forward(incoming, body);
      if (spoiled?.operation === operation && spoiled.left > 0) {
        spoiled.left -= 1;
        hits += 1;
        incoming.socket.on('error', () => {});
        void Promise.resolve(spoiled.fault.answer(incoming.socket, whole)).catch(() => incoming.socket.destroy());
        return;
      }
      whole().then(
        ({ status, type, requestId, body }) =>
          response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': requestId }).end(body),
        () => response.destroy(),
      );
    });
  });
  const forward = ({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Whole> =>
    new Promise((resolve, reject) => {
      const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 502,
            type: answer.headers['content-type'] ?? 'text/xml',
            requestId: String(answer.headers['x-amzn-requestid'] ?? answer.headers['x-amz-request-id'] ?? ''),
            body: Buffer.concat(chunks),
          }),
        );
      });
      onward.on('error', reject);
      onward.end(body);
    });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spoil(operation, fault, times = Number.POSITIVE_INFINITY) {
      hits = 0;
      spoiled = fault && { operation, fault, left: times };
    },
    hits: () => hits,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The operation of the allow-list that a request is for. */
async function operationOf({ method = '', url = '', headers }: IncomingMessage, body: string): Promise<string> {
  const request = { method, target: url, headers, body, service: serviceOf(headers.authorization) };
  const { operation } = await protocolOf(request).read(request);
  return operation.id;
}
