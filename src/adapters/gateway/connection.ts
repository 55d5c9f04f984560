import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ProbeError } from '../../model/reason.ts';
import type { HostPort } from '../../ports/host.ts';
import {
  type Challenge,
  callError,
  challengeOf,
  connectError,
  connectFrame,
  type Frame,
  type Hello,
  readFrame,
  readHello,
  requestFrame,
} from './frames.ts';
import { cancelled } from './http.ts';

/** Largest message that is read, in bytes. */
const maxPayload = 8 * 1024 * 1024;

/** One greeted connection. Calls may overlap; each has its own deadline. */
export interface RpcConnection {
  /** Calls back once, when the connection has ended, or at once when it already has. */
  whenEnded(then: () => void): void;
  call(method: string, params: object, deadlineMs: number): Promise<unknown>;
  readonly protocol: number;
  close(): void;
}

export interface ConnectOptions {
  readonly port: number;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly caps: readonly string[];
  /** Whether a device of its own signs the greeting. */
  readonly withDevice: boolean;
  readonly signal: AbortSignal;
  /** For connecting, the upgrade, the challenge and the greeting together. */
  readonly deadlineMs: number;
}

interface Waiting {
  readonly method: string;
  resolve(payload: unknown): void;
  reject(error: ProbeError): void;
}

/**
 * Connects and greets: challenge, `connect` with the token, `hello-ok`. The connection ends when the signal is
 * aborted; nothing of it outlives the run.
 *
 * @throws ProbeError `auth_failed`, `access_denied`, `throttled`, `timeout`, `bad_response`, `truncated`,
 * `unreachable`, `cancelled`
 */
export async function connectRpc(host: HostPort, options: ConnectOptions): Promise<RpcConnection> {
  const { port, signal, deadlineMs } = options;
  if (signal.aborted) throw cancelled(signal);
  const deadline = AbortSignal.timeout(deadlineMs);
  const both = AbortSignal.any([signal, deadline]);
  let stream: Duplex;
  let ws: typeof import('ws');
  try {
    [stream, ws] = await Promise.all([host.forward(port, both), import('ws')]);
  } catch (thrown) {
    if (signal.aborted) throw cancelled(signal);
    if (deadline.aborted) throw new ProbeError('timeout', 'the gateway did not answer in time');
    throw thrown;
  }
  return new Connection(stream, ws, options).greeted(deadline);
}

class Connection implements RpcConnection {
  readonly #socket: WebSocket;
  readonly #options: ConnectOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #hello: Promise<void>;
  readonly #followers: (() => void)[] = [];
  #said: Hello | undefined;
  #lastId = 0;
  #greeting = true;
  #ended: ProbeError | undefined;
  #refuse: (error: ProbeError) => void = () => {};

  constructor(stream: Duplex, ws: typeof import('ws'), options: ConnectOptions) {
    this.#options = options;
    stream.on('error', () => {});
    this.#socket = new ws.WebSocket(`ws://127.0.0.1:${options.port}/`, {
      createConnection: (() => stream) as never,
      maxPayload,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#hello = new Promise((resolve, reject) => {
      this.#refuse = reject;
      this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary, resolve));
    });
    this.#socket.on('error', (error) => this.#end(socketError(error)));
    this.#socket.on('close', () => this.#end(new ProbeError('unreachable', 'the gateway closed the connection')));
    this.#socket.on('unexpected-response', () =>
      this.#end(new ProbeError('bad_response', 'what listens on the port of the gateway does not take WebSockets')),
    );
    const stop = () => this.#end(cancelled(options.signal));
    options.signal.addEventListener('abort', stop, { once: true });
    this.whenEnded(() => options.signal.removeEventListener('abort', stop));
  }

  get protocol(): number {
    return this.#said?.protocol ?? 0;
  }

  close(): void {
    this.#end(new ProbeError('cancelled', 'the connection is not needed any more'));
  }

  whenEnded(then: () => void): void {
    if (this.#ended) then();
    else this.#followers.push(then);
  }

  async greeted(deadline: AbortSignal): Promise<this> {
    const late = () => this.#end(new ProbeError('timeout', 'the gateway did not greet in time'));
    deadline.addEventListener('abort', late, { once: true });
    if (deadline.aborted) late();
    if (this.#options.signal.aborted) this.#end(cancelled(this.#options.signal));
    try {
      await this.#hello;
      return this;
    } finally {
      deadline.removeEventListener('abort', late);
    }
  }

  call(method: string, params: object, deadlineMs: number): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return this.#send(method, deadlineMs, (id) => requestFrame(id, method, params));
  }

  #send(method: string, deadlineMs: number, frame: (id: string) => string): Promise<unknown> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ProbeError('timeout', `the gateway did not answer ${method} in time`));
      }, deadlineMs);
      const settle = <T>(act: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          act(value);
        };
      };
      this.#waiting.set(id, { method, resolve: settle(resolve), reject: settle(reject) });
      this.#socket.send(frame(id));
    });
  }

  #receive(data: unknown, isBinary: boolean, greeted: () => void): void {
    if (this.#ended) return;
    try {
      const frame = readFrame(data, isBinary);
      if (frame.type === 'event') {
        const challenge = this.#greeting ? challengeOf(frame) : undefined;
        if (challenge) this.#connect(challenge, greeted);
      } else this.#answer(frame);
    } catch (thrown) {
      this.#end(thrown instanceof ProbeError ? thrown : new ProbeError('internal', 'a frame could not be read'));
    }
  }

  #connect(challenge: Challenge, greeted: () => void): void {
    this.#greeting = false;
    const { token, scopes, caps, withDevice, deadlineMs } = this.#options;
    const greeting = { token, scopes, caps, challenge: withDevice ? challenge : undefined };
    this.#send('connect', deadlineMs, (id) => connectFrame(id, greeting)).then(
      (payload) => {
        try {
          this.#said = readHello(payload, scopes);
          greeted();
        } catch (thrown) {
          this.#end(thrown as ProbeError);
        }
      },
      (error: ProbeError) => this.#end(error),
    );
  }

  #answer(frame: Frame & { type: 'res' }): void {
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) {
      // A call in two phases is answered twice with one id, and a late answer comes after its deadline: both are of an
      // id that was given out. Any other answer is to a question that was never asked.
      if (/^\d{1,9}$/.test(frame.id) && Number(frame.id) >= 1 && Number(frame.id) <= this.#lastId) return;
      throw new ProbeError('bad_response', 'the gateway answered a question that was not asked');
    }
    this.#waiting.delete(frame.id);
    if (frame.ok) waiting.resolve(frame.payload);
    else
      waiting.reject(
        waiting.method === 'connect'
          ? connectError(frame.error)
          : callError(waiting.method, frame.error, this.#said?.methods),
      );
  }

  #end(error: ProbeError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#refuse(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const then of this.#followers) then();
    this.#socket.terminate();
  }
}

/** In our own words: the text of an error of the socket may quote the server. */
function socketError(error: Error): ProbeError {
  const code = (error as { code?: unknown }).code;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new ProbeError('truncated', 'the gateway sent a message over 8 MiB');
  }
  if (typeof code === 'string' && (code.startsWith('WS_ERR_') || code.startsWith('HPE_'))) {
    return new ProbeError('bad_response', 'what listens on the port of the gateway does not speak WebSocket');
  }
  return new ProbeError('unreachable', 'the connection to the gateway broke');
}
