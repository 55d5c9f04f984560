import { ProbeError } from '../../model/reason.ts';
import { passingDevice } from './device.ts';

/** Frames of the gateway's WebSocket protocol, versions 3 (2026.3) and 4 (2026.9), as far as they are read here. */
export type Frame =
  | { readonly type: 'event'; readonly event: string; readonly payload: unknown }
  | { readonly type: 'res'; readonly id: string; readonly ok: true; readonly payload: unknown }
  | { readonly type: 'res'; readonly id: string; readonly ok: false; readonly error: FrameError };

/** What an error frame says about itself. Compared with known words only; none of it is ever shown. */
export interface FrameError {
  readonly code: string;
  readonly message: string;
  readonly details: { readonly code: string; readonly reason: string };
}

/** The gateway is still starting a part of itself: worth another try. */
export class StartingError extends ProbeError {}

/** The one whose gateways grant nothing to a client without a device. */
export const lowestProtocol = 3;
const highestProtocol = 4;

/** @throws ProbeError `bad_response` for anything that is not a frame of the protocol */
export function readFrame(data: unknown, isBinary: boolean): Frame {
  const frame = isBinary ? undefined : object(tryParse(String(data)));
  if (frame?.['type'] === 'event' && typeof frame['event'] === 'string') {
    return { type: 'event', event: frame['event'], payload: frame['payload'] };
  }
  if (frame?.['type'] === 'res' && typeof frame['id'] === 'string') {
    const { id } = frame as { id: string };
    if (frame['ok'] === true) return { type: 'res', id, ok: true, payload: frame['payload'] };
    const error = object(frame['error']);
    if (frame['ok'] === false && error) return { type: 'res', id, ok: false, error: readError(error) };
  }
  throw new ProbeError('bad_response', 'the gateway sent something that is not a frame of its protocol');
}

/** The challenge that the gateway opens with. */
export interface Challenge {
  readonly nonce: string;
  readonly ts: number;
}

export interface Greeting {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly caps: readonly string[];
  /** To be signed by a device of its own; without it, none is named. */
  readonly challenge?: Challenge | undefined;
}

export function connectFrame(id: string, { token, scopes, caps, challenge }: Greeting): string {
  const client = { id: 'gateway-client', version: '1.0.0', platform: 'linux', mode: 'backend' };
  const role = 'operator';
  const device = challenge && {
    device: passingDevice({
      clientId: client.id,
      clientMode: client.mode,
      role,
      scopes,
      token,
      nonce: challenge.nonce,
      signedAt: challenge.ts,
    }),
  };
  const params = {
    minProtocol: lowestProtocol,
    maxProtocol: highestProtocol,
    client,
    role,
    scopes,
    caps,
    commands: [],
    permissions: {},
    auth: { token },
    locale: 'en-US',
    userAgent: 'clawcheck',
    ...device,
  };
  return requestFrame(id, 'connect', params);
}

export function requestFrame(id: string, method: string, params: object): string {
  return JSON.stringify({ type: 'req', id, method, params });
}

/** The challenge, where an event is one. */
export function challengeOf(frame: Frame): Challenge | undefined {
  if (frame.type !== 'event' || frame.event !== 'connect.challenge') return undefined;
  const { nonce, ts } = object(frame.payload) ?? {};
  return typeof nonce === 'string' ? { nonce, ts: typeof ts === 'number' ? ts : Date.now() } : undefined;
}

export interface Hello {
  readonly protocol: number;
  /** The methods that the gateway says it knows, whatever the scopes; undefined when it does not say. */
  readonly methods: ReadonlySet<unknown> | undefined;
}

/** @throws ProbeError when it is no greeting that we can go on from, or grants less than was asked for */
export function readHello(payload: unknown, scopes: readonly string[]): Hello {
  const hello = object(payload);
  const protocol = hello?.['protocol'];
  if (hello?.['type'] !== 'hello-ok' || typeof protocol !== 'number') {
    throw new ProbeError('bad_response', 'the gateway did not greet as it is documented');
  }
  if (protocol < lowestProtocol || protocol > highestProtocol) {
    throw new ProbeError(
      'bad_response',
      `the gateway speaks another protocol than ${lowestProtocol} or ${highestProtocol}`,
    );
  }
  const granted = object(hello['auth'])?.['scopes'];
  if (Array.isArray(granted) && !scopes.every((scope) => granted.includes(scope))) throw lacksScope(scopes);
  const methods = object(hello['features'])?.['methods'];
  return { protocol, methods: Array.isArray(methods) ? new Set(methods) : undefined };
}

/** Why the gateway refused to greet us. */
export function connectError({ code, message, details }: FrameError): ProbeError {
  if (details.code === 'AUTH_RATE_LIMITED') {
    return new ProbeError('throttled', 'the gateway locks logins out for now', {
      next: 'Wait five minutes, and see that the token is right.',
    });
  }
  if (code === 'UNAVAILABLE') return new ProbeError('unreachable', 'the gateway is not ready for connections');
  if (details.code === 'PROTOCOL_MISMATCH' || /^protocol mismatch/.test(message)) {
    return new ProbeError(
      'bad_response',
      `the gateway speaks another protocol than ${lowestProtocol} or ${highestProtocol}`,
    );
  }
  if (code === 'FORBIDDEN') return lacksScope([]);
  if (code === 'NOT_PAIRED' || details.code.startsWith('AUTH_') || /^unauthorized/.test(message)) {
    return new ProbeError('auth_failed', 'the gateway does not accept the token', {
      next: 'See that the environment variable named by gateway.tokenEnv holds the token of this gateway.',
    });
  }
  return new ProbeError('bad_response', 'the gateway refused to connect for a reason that is not documented');
}

/**
 * Why a call was refused. A gateway asks for the scope of an administrator before it says that it does not know a
 * method, so that the methods of the greeting tell the two apart.
 */
export function callError(
  method: string,
  { code, message, details }: FrameError,
  methods: ReadonlySet<unknown> | undefined,
): ProbeError {
  const refusedScope = code === 'FORBIDDEN' || /^missing scope/.test(message);
  if (/^unknown method/.test(message) || (refusedScope && methods && !methods.has(method))) {
    return new ProbeError('not_found', `this version of the gateway does not know ${method}`);
  }
  if (refusedScope) {
    return new ProbeError('access_denied', `the token may not call ${method} on the gateway`, {
      next: 'Give clawcheck the token of an operator with that scope.',
    });
  }
  if (code === 'UNAVAILABLE') return new StartingError('unreachable', `the gateway is not ready for ${method}`);
  if (details.reason === 'APPROVAL_ALREADY_RESOLVED') {
    return new ProbeError('conflict', 'the approval was already decided');
  }
  if (code === 'NOT_FOUND' || details.code.endsWith('_NOT_FOUND') || details.reason.endsWith('_NOT_FOUND')) {
    return new ProbeError('not_found', `${method} names something that the gateway does not have`);
  }
  return new ProbeError('bad_response', `the gateway refused ${method}`);
}

function lacksScope(scopes: readonly string[]): ProbeError {
  return new ProbeError('access_denied', `the token does not grant ${scopes.join(' and ') || 'the scope asked for'}`, {
    next: 'Give clawcheck the token of an operator with that scope.',
  });
}

function readError(error: Readonly<Record<string, unknown>>): FrameError {
  const details = object(error['details']);
  const word = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    code: word(error['code']),
    message: word(error['message']),
    details: { code: word(details?.['code']), reason: word(details?.['reason']) },
  };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
