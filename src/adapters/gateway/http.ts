import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProbeError } from '../../model/reason.ts';
import type { GatewayResponse } from '../../ports/gateway.ts';
import type { HostPort } from '../../ports/host.ts';

/** Largest body that is read, in bytes. Those of the health endpoints are under 1 kB, the Control UI is 18 kB. */
const maxBody = 1024 * 1024;

export interface HttpOptions {
  readonly port: number;
  readonly signal: AbortSignal;
  /** For the whole exchange: connecting, the head and every byte of the body. */
  readonly deadlineMs: number;
}

/**
 * GET over a connection of its own, without credentials and without following redirects.
 *
 * @throws ProbeError `timeout`, `truncated` (too large, or cut off), `bad_response` (not HTTP, or JSON that is none),
 * `cancelled`, and what `HostPort.forward` throws
 */
export async function httpGet(
  host: HostPort,
  path: string,
  { port, signal, deadlineMs }: HttpOptions,
): Promise<GatewayResponse> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const both = AbortSignal.any([signal, deadline]);
  const started = performance.now();
  let stream: Duplex | undefined;
  try {
    both.throwIfAborted();
    stream = await host.forward(port, both);
    const response = await head(stream, path, port, both);
    const body = await wholeBody(response, both);
    const contentType = response.headers['content-type'] ?? '';
    return {
      status: response.statusCode ?? 0,
      contentType,
      json: isJson(contentType) ? parse(body, path) : undefined,
      elapsedMs: Math.round(performance.now() - started),
    };
  } catch (thrown) {
    throw explain(thrown, path, signal, deadline);
  } finally {
    // A late error of a connection that nobody reads any more must not end the process.
    stream?.on('error', () => {});
    stream?.destroy();
  }
}

function head(stream: Duplex, path: string, port: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => stream,
      method: 'GET',
      path,
      headers: { host: `127.0.0.1:${port}`, accept: '*/*', connection: 'close' },
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function wholeBody(response: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > maxBody) throw new ProbeError('truncated', 'the gateway answered more than 1 MiB');
    chunks.push(chunk);
  }
  if (!response.complete) throw new ProbeError('truncated', 'the answer of the gateway was cut off');
  return Buffer.concat(chunks);
}

function isJson(contentType: string): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType);
}

function parse(body: Buffer, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ProbeError('bad_response', `the gateway called its answer to GET ${path} JSON, and it is not`);
  }
}

/** In our own words: the text of an HTTP error may quote the server. */
function explain(thrown: unknown, path: string, signal: AbortSignal, deadline: AbortSignal): ProbeError {
  if (signal.aborted) return cancelled(signal);
  if (deadline.aborted) return new ProbeError('timeout', `GET ${path} was not answered in time`);
  if (thrown instanceof ProbeError) return thrown;
  const code = (thrown as { code?: unknown }).code;
  if (typeof code === 'string' && code.startsWith('HPE_')) {
    return new ProbeError('bad_response', `what listens on the port of the gateway does not speak HTTP`);
  }
  return new ProbeError('unreachable', `the connection to the gateway ended before GET ${path} was answered`);
}

/** Why the run stopped waiting. */
export function cancelled(signal: AbortSignal): ProbeError {
  return signal.reason instanceof ProbeError ? signal.reason : new ProbeError('cancelled', 'the run was stopped');
}
