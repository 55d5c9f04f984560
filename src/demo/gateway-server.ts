import { randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Reason } from '../model/reason.ts';
import { type GatewayScript, gatewayScript } from './gateway-script.ts';
import type { Scenario } from './scenario.ts';

export interface GatewayServer {
  readonly port: number;
  close(): Promise<void>;
}

const protocol = 4;

/** The scope that a method needs, as on the real gateway: what is not known needs the scope of an administrator. */
const scopes: Readonly<Record<string, string>> = {
  'config.get': 'operator.read',
  status: 'operator.read',
  health: 'operator.read',
  'agents.list': 'operator.read',
  'skills.status': 'operator.read',
  'plugins.list': 'operator.read',
  'sessions.list': 'operator.read',
  'tools.catalog': 'operator.read',
  'exec.approval.grants.list': 'operator.approvals',
  'exec.approval.request': 'operator.approvals',
  'exec.approval.list': 'operator.approvals',
  'exec.approval.resolve': 'operator.approvals',
  'approval.history': 'operator.approvals',
  'chat.send': 'operator.write',
  'chat.abort': 'operator.write',
  'agent.wait': 'operator.write',
  'device.pair.list': 'operator.pairing',
  'tools.invoke': 'operator.write',
  'plugin.approval.list': 'operator.approvals',
  'plugin.approval.resolve': 'operator.approvals',
};

/**
 * A gateway on the loopback that answers from a scenario as the real one does: JSON from its health endpoints, the
 * page of the Control UI from any other path, and calls over WebSocket after challenge, `connect` and `hello-ok`.
 */
export async function startGatewayServer(scenario: () => Scenario, token: string): Promise<GatewayServer> {
  const script = gatewayScript(scenario(), () => new Date());
  const http = createServer((incoming, outgoing) => answerHttp(script, incoming, outgoing));
  const sockets = new WebSocketServer({ server: http, maxPayload: 1024 * 1024 });
  sockets.on('connection', (socket) => converse(socket, script, scenario, token));
  // The server below hears the same error; without a listener here it would end the process.
  sockets.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function answerHttp(script: GatewayScript, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const path = new URL(incoming.url ?? '/', 'http://gateway').pathname;
  const reads = incoming.method === 'GET' || incoming.method === 'HEAD';
  const { status = 200, contentType, body, error } = script.get(path);
  if (error) {
    if (error !== 'timeout') incoming.socket.destroy();
    return;
  }
  const isJson = typeof body !== 'string';
  if (!reads) {
    outgoing.writeHead(isJson ? 405 : 404, { 'content-type': 'text/plain; charset=utf-8' });
    outgoing.end('Not Found');
    return;
  }
  outgoing.writeHead(status, {
    'content-type': contentType ?? 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  outgoing.end(isJson ? JSON.stringify(body) : body);
}

function converse(socket: WebSocket, script: GatewayScript, scenario: () => Scenario, token: string): void {
  let granted: readonly string[] | undefined;
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  const refuse = (id: unknown, error: object, reason: string) => {
    send({ type: 'res', id, ok: false, error });
    socket.close(1008, reason);
  };
  socket.on('error', () => socket.terminate());
  send({ type: 'event', event: 'connect.challenge', payload: { nonce: randomUUID(), ts: Date.now() } });
  socket.on('message', (data) => {
    const { id, method, params } = readRequest(String(data));
    if (typeof id !== 'string' || typeof method !== 'string') return socket.close(1008, 'invalid request frame');
    if (granted) {
      void reply(method, params, granted, script, scenario).then((answer) => {
        if (answer && socket.readyState === socket.OPEN) send({ type: 'res', id, ...answer });
      });
      return;
    }
    const given = (params['auth'] as { token?: unknown } | undefined)?.token;
    if (method !== 'connect') return refuse(id, { code: 'INVALID_REQUEST', message: 'connect first' }, 'connect first');
    if (typeof given !== 'string' || given === '') {
      const details = { code: 'DEVICE_IDENTITY_REQUIRED' };
      return refuse(
        id,
        { code: 'NOT_PAIRED', message: 'device identity required', details },
        'device identity required',
      );
    }
    if (!sameText(given, token)) {
      const message = 'unauthorized: gateway token mismatch (provide gateway auth token)';
      return refuse(id, { code: 'INVALID_REQUEST', message, details: { code: 'AUTH_TOKEN_MISMATCH' } }, message);
    }
    if (Number(params['minProtocol']) > protocol || Number(params['maxProtocol']) < protocol) {
      return refuse(id, { code: 'INVALID_REQUEST', message: 'protocol mismatch' }, 'protocol mismatch');
    }
    granted = Array.isArray(params['scopes']) ? params['scopes'].map(String) : [];
    const status = scenario().gateway.rpc['status'] as { runtimeVersion?: unknown } | undefined;
    const methods = [...new Set([...Object.keys(scopes), ...Object.keys(scenario().gateway.rpc)])];
    const payload = {
      type: 'hello-ok',
      protocol,
      server: { version: status?.runtimeVersion, connId: randomUUID() },
      features: { methods, events: [] },
      auth: { method: 'token', role: 'operator', scopes: granted },
      policy: { maxPayload: 26_214_400, tickIntervalMs: 30_000 },
    };
    send({ type: 'res', id, ok: true, payload });
  });
}

/** The answer to a call; undefined where the scenario says that there is none. */
async function reply(
  method: string,
  params: Readonly<Record<string, unknown>>,
  granted: readonly string[],
  script: GatewayScript,
  scenario: () => Scenario,
): Promise<object | undefined> {
  const needed = scopes[method] ?? 'operator.admin';
  const missing = { ok: false, error: { code: 'FORBIDDEN', message: `missing scope: ${needed}` } };
  if (!granted.includes(needed) && !granted.includes('operator.admin')) return missing;
  const answer = await script.rpc(method, params);
  if ('payload' in answer) return { ok: true, payload: answer.payload };
  return errorFrame(method, answer.error, Object.hasOwn(scenario().gateway.rpc, method), missing);
}

function errorFrame(method: string, reason: Reason, known: boolean, missing: object): object | undefined {
  const failed = (code: string, message: string, details?: object) => ({
    ok: false,
    error: { code, message, details },
  });
  switch (reason) {
    case 'timeout':
      return undefined;
    case 'access_denied':
      return missing;
    case 'conflict':
      return failed('INVALID_REQUEST', 'approval already resolved', { reason: 'APPROVAL_ALREADY_RESOLVED' });
    case 'not_found':
      return known || method.startsWith('exec.approval.')
        ? failed('INVALID_REQUEST', 'unknown or expired approval id', { reason: 'APPROVAL_NOT_FOUND' })
        : failed('INVALID_REQUEST', `unknown method: ${method}`);
    default:
      return failed('INVALID_REQUEST', `${method} failed`);
  }
}

function readRequest(text: string): {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params: Readonly<Record<string, unknown>>;
} {
  try {
    const frame = JSON.parse(text) as Record<string, unknown> | null;
    const params = frame?.['params'];
    const isObject = typeof params === 'object' && params !== null;
    return {
      id: frame?.['id'],
      method: frame?.['method'],
      params: isObject ? (params as Record<string, unknown>) : {},
    };
  } catch {
    return { params: {} };
  }
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
