import { type IncomingMessage, request as plain, type RequestOptions } from 'node:http';
import { request as encrypted } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes of one answer, as they are after decompression. The trees of large repositories are a few MB. */
const largestAnswer = 16 * 1024 * 1024;

export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Undefined where the answer is no JSON. */
  readonly json: unknown;
}

export interface WebOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the exchange wherever it is. */
  readonly signal: AbortSignal;
  /** Largest body that is read, in bytes. */
  readonly limit?: number;
}

/** The body has more bytes than are read: a host could send one without end. */
export class TooLargeError extends Error {}

/**
 * GET of JSON from a service of the web: one that only reads, and follows no redirect. Node's own client, which the clients
 * of AWS have loaded already; its `fetch` costs a run a twentieth of its CPU.
 *
 * @param url http: or https:
 * @throws TooLargeError; and what Node says of a connection that was not had, or an answer that was cut off
 */
export async function getJson(url: string, { headers, signal, limit = largestAnswer }: WebOptions): Promise<WebAnswer> {
  const response = await head(new URL(url), { headers: { ...headers, 'accept-encoding': 'gzip' }, signal });
  const { statusCode: status = 0, headers: answered } = response;
  const text = (await whole(response, limit)).toString('utf8');
  return { status, headers: answered, json: isJson(answered['content-type']) ? parsed(text) : undefined };
}

/** What is told of a connection that the other side has closed. */
const closed = ['ECONNRESET', 'EPIPE'];

/** A connection that was kept may be closed by the other side just as it is used again: once, it is asked on a new one. */
function head(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? encrypted : plain)(url, options);
    outgoing.on('response', resolve);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (options.signal?.aborted || options.agent === false || !closed.includes(error.code ?? ''))
        return reject(error);
      head(url, { ...options, agent: false }).then(resolve, reject);
    });
    outgoing.end();
  });
}

async function whole(response: IncomingMessage, limit: number): Promise<Buffer> {
  const packed = response.headers['content-encoding'] === 'gzip';
  const body: Readable = packed ? response.pipe(createGunzip()) : response;
  // A pipe does not hand on that its source ended early.
  if (packed) response.on('error', (error) => body.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new TooLargeError('the answer is too large');
      chunks.push(chunk);
    }
    if (!response.complete) throw new Error('the answer was cut off');
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

const isJson = (contentType = ''): boolean => /^application\/(?:[\w.-]+\+)?json(?:;|$)/i.test(contentType);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
