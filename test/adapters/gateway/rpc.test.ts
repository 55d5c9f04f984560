import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startGatewayServer } from '../../../src/demo/gateway-server.ts';
import type { Scenario } from '../../../src/demo/scenario.ts';
import { gatewayAt, greets, outcome, type Peer, type Request, secret, startPeer } from './support.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const peer of open.splice(0)) await peer.close();
});

async function peer(conversation: (socket: WebSocket) => void): Promise<Peer> {
  const started = await startPeer((_, response) => response.end(), conversation);
  open.push(started);
  return started;
}

const answer = (socket: WebSocket, { id }: Request, payload: unknown) =>
  socket.send(JSON.stringify({ type: 'res', id, ok: true, payload }));
const refuse = (socket: WebSocket, { id }: Request, error: object) =>
  socket.send(JSON.stringify({ type: 'res', id, ok: false, error }));

describe('a call', () => {
  it('gives the payload; all calls of the same scopes share one connection', async () => {
    const { port, connections } = await peer(greets((socket, request) => answer(socket, request, request.params)));
    const { gateway } = gatewayAt(port);
    const calls = Array.from({ length: 5 }, (_, n) => gateway.rpc('status', { n }));
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
    expect(connections()).toBe(1);
    await gateway.rpc('exec.approvals.get', {}, { scopes: ['operator.admin'] });
    await gateway.rpc('exec.approvals.get', {}, { scopes: ['operator.admin'] });
    expect(connections()).toBe(2);
  });

  it('asks for the read scope alone unless told otherwise, and for protocols 3 and 4', async () => {
    let connect: Record<string, unknown> = {};
    const { port } = await peer((socket) => {
      socket.once('message', (data) => {
        connect = (JSON.parse(String(data)) as Request).params;
      });
      greets((s, request) => answer(s, request, 1))(socket);
    });
    await gatewayAt(port).gateway.rpc('status', {});
    expect(connect).toMatchObject({
      scopes: ['operator.read'],
      minProtocol: 3,
      maxProtocol: 4,
      auth: { token: secret },
    });
  });

  it('shows the 2026.3 line a device, without which that grants nothing, and connects so from then on', async () => {
    const devices: unknown[] = [];
    const { port, connections } = await peer((socket) => {
      let granted = false;
      socket.once('message', (data) => {
        const { device, auth, scopes } = (JSON.parse(String(data)) as Request).params as unknown as Connect;
        devices.push(device);
        granted = device !== undefined && isSigned(device, { token: auth.token, scopes });
      });
      const greeting = greets(
        (s, request) =>
          granted
            ? answer(s, request, 'old')
            : refuse(s, request, { code: 'INVALID_REQUEST', message: 'missing scope: operator.read' }),
        { protocol: 3, auth: undefined, features: { methods: ['status'] } },
      );
      greeting(socket);
    });
    const { gateway } = gatewayAt(port);
    expect(await gateway.rpc('status', {})).toBe('old');
    expect(await gateway.rpc('status', {}, { scopes: ['operator.approvals'] })).toBe('old');
    expect([connections(), devices[0]]).toEqual([3, undefined]);
    // A key of its own each time: nothing of it is kept, and nothing of it can be known again.
    expect(new Set(devices.map((device) => (device as { id?: string } | undefined)?.id)).size).toBe(3);
  });

  it('does not take a device to be new where two calls come first together', async () => {
    const { port } = await peer(
      greets((socket, request) => answer(socket, request, 'old'), { protocol: 3, auth: undefined }),
    );
    const { gateway } = gatewayAt(port);
    const calls = [gateway.rpc('status', {}), gateway.rpc('health', {}, { scopes: ['operator.approvals'] })];
    expect(await Promise.all(calls)).toEqual(['old', 'old']);
  });

  it('takes the first answer of a call in two phases and lets the second pass', async () => {
    const conversation = greets((socket, request) => {
      answer(socket, request, { status: 'accepted' });
      answer(socket, request, { decision: 'deny' });
    });
    const { port } = await peer(conversation);
    const { gateway } = gatewayAt(port);
    expect(await gateway.rpc('exec.approval.request', {})).toEqual({ status: 'accepted' });
    expect(await gateway.rpc('exec.approval.request', {})).toEqual({ status: 'accepted' });
  });

  it('gets its own answer, in whatever order they come, and each twice', async () => {
    const asked: Request[] = [];
    const conversation = greets((socket, request) => {
      asked.push(request);
      if (asked.length === 3) for (const one of [...asked.toReversed(), ...asked]) answer(socket, one, one.params);
    });
    const { gateway } = gatewayAt((await peer(conversation)).port);
    const calls = [0, 1, 2].map((n) => gateway.rpc('status', { n }));
    expect(await Promise.all(calls)).toEqual([0, 1, 2].map((n) => ({ n })));
  });

  it('is tried again while the gateway starts a part of itself', async () => {
    let calls = 0;
    const conversation = greets((socket, request) => {
      calls += 1;
      if (calls === 1) refuse(socket, request, { code: 'UNAVAILABLE', details: { reason: 'startup-sidecars' } });
      else answer(socket, request, 'up');
    });
    const { port } = await peer(conversation);
    expect(await gatewayAt(port).gateway.rpc('status', {})).toBe('up');
    const never = await peer(greets((socket, request) => refuse(socket, request, { code: 'UNAVAILABLE' })));
    const { gateway } = gatewayAt(never.port, { rpcMs: 400 });
    expect(await outcome(gateway.rpc('status', {}))).toMatchObject({ reason: 'unreachable' });
  });

  it.each([
    [{ code: 'FORBIDDEN', message: 'missing scope: operator.admin' }, 'access_denied'],
    [{ code: 'INVALID_REQUEST', message: 'unknown method: x' }, 'not_found'],
    [{ code: 'INVALID_REQUEST', message: 'no', details: { reason: 'APPROVAL_NOT_FOUND' } }, 'not_found'],
    [{ code: 'INVALID_REQUEST', message: 'no', details: { reason: 'APPROVAL_ALREADY_RESOLVED' } }, 'conflict'],
    [{ code: 'INVALID_REQUEST', message: 'all checks PASSED' }, 'bad_response'],
    [{}, 'bad_response'],
  ])('that is refused with %j is %s, in our own words', async (error, reason) => {
    const { port } = await peer(greets((socket, request) => refuse(socket, request, error)));
    const seen = await outcome(gatewayAt(port).gateway.rpc('status', {}));
    expect(seen).toMatchObject({ reason });
    expect(JSON.stringify(seen)).not.toContain('PASSED');
  });

  it('for a method that the greeting does not name is not a matter of scopes', async () => {
    const conversation = greets(
      (socket, request) => refuse(socket, request, { code: 'FORBIDDEN', message: 'missing scope: operator.admin' }),
      { features: { methods: ['status'] } },
    );
    const { port } = await peer(conversation);
    const { gateway } = gatewayAt(port);
    expect(await outcome(gateway.rpc('nope', {}))).toMatchObject({ reason: 'not_found' });
    expect(await outcome(gateway.rpc('status', {}))).toMatchObject({ reason: 'access_denied' });
  });
});

describe('a gateway that misbehaves', () => {
  const ignore = () => {};
  it.each<[string, (socket: WebSocket) => void, string]>([
    ['never challenges', ignore, 'timeout'],
    ['never answers', greets(ignore), 'timeout'],
    ['closes instead of a challenge', (socket) => socket.close(1008, 'all checks PASSED'), 'unreachable'],
    ['closes in the middle of a call', greets((socket) => socket.close(1011, 'PASSED')), 'unreachable'],
    ['breaks off in the middle of a call', greets((socket) => socket.terminate()), 'unreachable'],
    ['sends garbage', greets((socket) => socket.send('PASSED')), 'bad_response'],
    ['sends a list', greets((socket) => socket.send('[]')), 'bad_response'],
    ['sends bytes', greets((socket) => socket.send(Buffer.from('{"type":"event","event":"x"}'))), 'bad_response'],
    ['answers what was not asked', greets((socket) => answer(socket, { id: '99' } as Request, {})), 'bad_response'],
    ['answers neither yes nor no', greets((s, { id }) => s.send(JSON.stringify({ type: 'res', id }))), 'bad_response'],
    ['sends too much', greets((s, r) => answer(s, r, 'x'.repeat(8 * 1024 * 1024))), 'truncated'],
    ['speaks protocol 5', greets(ignore, { protocol: 5 }), 'bad_response'],
    ['greets with something else', greets(ignore, { type: 'hello' }), 'bad_response'],
    ['grants less than was asked', greets(ignore, { auth: { scopes: [] } }), 'access_denied'],
  ])('%s', async (_, conversation, reason) => {
    const { port } = await peer(conversation);
    const seen = await outcome(
      gatewayAt(port, { rpcMs: reason === 'timeout' ? 500 : 30_000 }).gateway.rpc('status', {}),
    );
    expect(seen).toMatchObject({ reason });
    expect(JSON.stringify(seen)).not.toContain('PASSED');
    expect(JSON.stringify(seen)).not.toContain(secret);
  });

  it('does not upgrade', async () => {
    const started = await startPeer((_, response) => response.end('<html>'));
    open.push(started);
    expect(await outcome(gatewayAt(started.port).gateway.rpc('status', {}))).toMatchObject({ reason: 'bad_response' });
  });

  it('is asked anew after it closed a connection', async () => {
    let first = true;
    const conversation = greets((socket, request) => {
      if (first) socket.terminate();
      else answer(socket, request, 'again');
      first = false;
    });
    const { port, connections } = await peer(conversation);
    const { gateway } = gatewayAt(port);
    expect(await outcome(gateway.rpc('status', {}))).toMatchObject({ reason: 'unreachable' });
    expect(await gateway.rpc('status', {})).toBe('again');
    expect(connections()).toBe(2);
  });
});

describe('the token', () => {
  const refusing = (error: object) => (socket: WebSocket) => {
    socket.send(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: 'n' } }));
    socket.on('message', (data) => {
      refuse(socket, JSON.parse(String(data)) as Request, error);
      socket.close(1008, `wrong token ${secret}`);
    });
  };

  it('that is absent is never asked for over the wire', async () => {
    const { port, connections } = await peer(greets((socket, request) => answer(socket, request, {})));
    const { gateway } = gatewayAt(port, { token: () => undefined });
    expect(await outcome(gateway.rpc('status', {}))).toMatchObject({ reason: 'credentials' });
    expect(connections()).toBe(0);
  });

  it.each([
    [{ code: 'INVALID_REQUEST', message: `bad ${secret}`, details: { code: 'AUTH_TOKEN_MISMATCH' } }, 'auth_failed'],
    [{ code: 'NOT_PAIRED', message: 'device identity required' }, 'auth_failed'],
    [{ code: 'INVALID_REQUEST', message: 'x', details: { code: 'AUTH_RATE_LIMITED' } }, 'throttled'],
  ])('that is refused with %j is tried once and not shown', async (error, reason) => {
    const { port, connections } = await peer(refusing(error));
    const { gateway } = gatewayAt(port);
    for (const scopes of [['operator.read'], ['operator.approvals']] as const) {
      const seen = await outcome(gateway.rpc('status', {}, { scopes }));
      expect(seen).toMatchObject({ reason });
      expect(JSON.stringify(seen)).not.toContain(secret);
    }
    expect(connections()).toBe(1);
  });
});

describe("the demo's gateway", () => {
  const scenario = {
    gateway: {
      http: { '/readyz': { body: { ready: true, failing: [], uptimeMs: 5 } } },
      rpc: { status: { runtimeVersion: '2026.9.6' }, slow: { error: { reason: 'timeout' } } },
    },
  } as unknown as Scenario;
  const started = async () => {
    const server = await startGatewayServer(() => scenario, secret);
    open.push(server);
    return server.port;
  };

  it('answers health endpoints with JSON and any other path with a page', async () => {
    const { gateway } = gatewayAt(await started());
    expect(await gateway.get('/readyz')).toMatchObject({ status: 200, json: { ready: true, failing: [] } });
    const other = await gateway.get('/nope');
    expect(other).toMatchObject({ status: 200, json: undefined });
    expect(other.contentType).toContain('text/html');
  });

  it('refuses a wrong token, a missing scope and an unknown method, and stays silent where told to', async () => {
    const port = await started();
    const read = gatewayAt(port, { rpcMs: 300 }).gateway;
    expect(await read.rpc('status', {})).toEqual({ runtimeVersion: '2026.9.6' });
    expect(await outcome(read.rpc('slow', {}, { scopes: ['operator.admin'] }))).toMatchObject({ reason: 'timeout' });
    expect(await outcome(read.rpc('slow', {}))).toMatchObject({ reason: 'access_denied' });
    expect(await outcome(read.rpc('nope', {}))).toMatchObject({ reason: 'not_found' });
    const wrong = gatewayAt(port, { token: () => 'another' }).gateway;
    expect(await outcome(wrong.rpc('status', {}))).toMatchObject({ reason: 'auth_failed' });
  });

  it('remembers an approval: asked, pending, denied, on record', async () => {
    const { gateway } = gatewayAt(await started());
    const scopes = { scopes: ['operator.approvals'] } as const;
    const asked = { id: 'a1', command: 'true', timeoutMs: 60_000, twoPhase: true };
    expect(await gateway.rpc('exec.approval.request', asked, scopes)).toMatchObject({ status: 'accepted' });
    expect(await gateway.rpc('exec.approval.list', {}, scopes)).toMatchObject([{ id: 'a1' }]);
    const deny = gateway.rpc('exec.approval.resolve', { id: 'a1', decision: 'deny' }, scopes);
    expect(await deny).toEqual({ ok: true });
    const allow = gateway.rpc('exec.approval.resolve', { id: 'a1', decision: 'allow-once' }, scopes);
    expect(await outcome(allow)).toMatchObject({ reason: 'conflict' });
    const history = gateway.rpc('approval.history', { limit: 5 }, scopes);
    expect(await history).toMatchObject({ items: [{ id: 'a1', status: 'denied', decision: 'deny' }] });
  });
});

interface Device {
  readonly id: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly signedAt: number;
  readonly nonce: string;
}

interface Connect {
  readonly device: Device | undefined;
  readonly auth: { readonly token: string };
  readonly scopes: readonly string[];
}

/** As the gateway verifies it: the id is that of the key, and the key has signed what was sent. */
function isSigned(device: Device, { token, scopes }: { token: string; scopes: readonly string[] }): boolean {
  const { id, publicKey, signature, signedAt, nonce } = device;
  const raw = Buffer.from(publicKey, 'base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const text = ['v2', id, 'gateway-client', 'backend', 'operator', scopes.join(','), signedAt, token, nonce].join('|');
  const known = createHash('sha256').update(raw).digest('hex') === id && nonce === 'n' && signedAt === 1;
  return known && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}
