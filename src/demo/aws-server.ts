import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jsonRpc } from './aws/json-rpc.ts';
import { query } from './aws/query.ts';
import { restJson } from './aws/rest-json.ts';
import { serviceOf } from './aws/services.ts';
import { readOutput } from './aws/values.ts';
import {
  notRecorded,
  type Protocol,
  WireError,
  type WireFailure,
  type WireReply,
  type WireRequest,
} from './aws/wire.ts';

/** What an operation answers: an output as the SDK's client returns it, or a service's error. */
export interface AwsAnswer {
  /** Dates may be ISO 8601 text. A member that is null or undefined is left out. */
  output?: unknown;
  /** `status` is 400 to 599, 400 where it is not given. */
  error?: { code: string; message?: string; status?: number };
}

/** A call that was understood and passed on. */
export interface AwsCall {
  readonly operation: string;
  readonly input: unknown;
}

export interface AwsServer {
  /** What a client takes as its `endpoint`. */
  readonly url: string;
  /** Every call that reached the answering function, in order. */
  readonly calls: readonly AwsCall[];
  close(): Promise<void>;
}

/** `operation` is a key of the allow-list (`ec2:DescribeInstances`), `input` is as a client takes it. */
export type AnswerAws = (operation: string, input: Record<string, unknown>) => AwsAnswer | Promise<AwsAnswer>;

const maxBody = 1024 * 1024;
const requestTimeoutMs = 30_000;

/**
 * Starts a server on the loopback that speaks the wire protocols of AWS, for the operations of the allow-list. Clients
 * of the SDK talk to it as to the services; signatures are read for the service's name and not verified. Whatever has
 * no answer (an operation outside the allow-list, an exception or nothing from `answer`, an output that does not fit
 * the operation's schema) is an error with the code `NotRecorded` and status 400, never an empty answer.
 * @param intercept sees each request first, and may answer it itself
 */
export async function startAwsServer(
  answer: AnswerAws,
  intercept: (request: WireRequest) => WireReply | undefined = () => undefined,
): Promise<AwsServer> {
  const calls: AwsCall[] = [];
  let requests = 0;
  const server = createServer({ requestTimeout: requestTimeoutMs }, (incoming, outgoing) => {
    requests += 1;
    const requestId = `00000000-0000-4000-8000-${String(requests).padStart(12, '0')}`;
    handle(incoming, answer, intercept, calls, requestId)
      .then((reply) => send(outgoing, reply, requestId))
      // Only a connection that broke while the request was read comes here: nobody is there to answer to.
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function handle(
  incoming: IncomingMessage,
  answer: AnswerAws,
  intercept: (request: WireRequest) => WireReply | undefined,
  calls: AwsCall[],
  requestId: string,
): Promise<WireReply> {
  const { method = '', url: target = '', headers } = incoming;
  const body = await readBody(incoming);
  const service = serviceOf(headers.authorization);
  const request: WireRequest = { method, target, headers, body: body ?? '', service };
  const protocol = protocolOf(request);
  try {
    const made = intercept(request);
    if (made) return made;
    if (body === undefined) throw new WireError('RequestEntityTooLarge', `the body is over ${maxBody} bytes`, 413);
    const { operation, input } = await protocol.read(request);
    calls.push({ operation: operation.id, input });
    const { output, error } = await answer(operation.id, input);
    if (error) return protocol.fail(readError(error), requestId);
    return protocol.write(operation, readOutput(operation.output, output, `${operation.id} output`), requestId);
  } catch (error) {
    return protocol.fail(failureOf(error), requestId);
  }
}

/** The protocol is told by the form of the request, so that a request for an unknown service is answered in kind. */
export function protocolOf(request: WireRequest): Protocol {
  const { headers, service } = request;
  if (headers['x-amz-target'] !== undefined) return jsonRpc(request);
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return query(service === 'ec2' ? 'ec2' : 'query');
  }
  return restJson;
}

/** The whole body, or undefined where it is over the limit. All is read, or the client would miss the refusal. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= maxBody ? Buffer.concat(chunks).toString('utf8') : undefined;
}

/** An answer's error, checked: a status that is no error, or a code that cannot stand in a header, is a bad fixture. */
function readError({ code, message = '', status = 400 }: NonNullable<AwsAnswer['error']>): WireFailure {
  if (!/^[A-Za-z][\w.]*$/.test(code)) throw new WireError(notRecorded, 'the error code is not a name');
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new WireError(notRecorded, `the status of ${code} is not 400 to 599`);
  }
  return { code, message, status };
}

function failureOf(error: unknown): WireFailure {
  if (error instanceof WireError) return { code: error.code, message: error.message, status: error.status };
  return { code: notRecorded, message: error instanceof Error ? error.message : String(error), status: 400 };
}

function send(outgoing: ServerResponse, { status, headers, body }: WireReply, requestId: string): void {
  outgoing.writeHead(status, { ...headers, 'x-amzn-requestid': requestId, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}
