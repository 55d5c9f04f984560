import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import { gatewayAt, outcome, type Peer, startPeer } from './support.ts';

const page = '<!doctype html><title>OpenClaw Control</title>';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const peer of open.splice(0)) await peer.close();
});

async function peer(onRequest: Parameters<typeof startPeer>[0]): Promise<Peer> {
  const started = await startPeer(onRequest);
  open.push(started);
  return started;
}

describe('GET', () => {
  it('gives status, type and the parsed body, and sends no credentials', async () => {
    let seen: Record<string, unknown> = {};
    const { port } = await peer((request, response) => {
      seen = request.headers;
      response.writeHead(503, { 'content-type': 'application/json; charset=utf-8' });
      response.end('{"ready":false,"failing":["gateway-draining"]}');
    });
    const { gateway } = gatewayAt(port);
    expect(await gateway.get('/readyz')).toEqual({
      status: 503,
      contentType: 'application/json; charset=utf-8',
      json: { ready: false, failing: ['gateway-draining'] },
      elapsedMs: expect.any(Number),
    });
    expect(seen['authorization']).toBeUndefined();
    expect(JSON.stringify(seen)).not.toContain('tok-');
  });

  it('does not take a page for JSON, even when the page is JSON', async () => {
    const { port } = await peer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('{"ready":true,"failing":[]}');
    });
    expect(await gatewayAt(port).gateway.get('/readyz')).toMatchObject({ status: 200, json: undefined });
  });

  it('does not follow a redirect', async () => {
    const { port } = await peer((_, response) => {
      response.writeHead(302, { location: '/elsewhere', 'content-type': 'text/plain' });
      response.end();
    });
    expect(await gatewayAt(port).gateway.get('/readyz')).toMatchObject({ status: 302, json: undefined });
  });

  it.each([
    ['JSON that is none', 'application/json', page, 'bad_response'],
    ['bytes that are no text', 'application/json', Buffer.from([0x22, 0xff, 0x22]), 'bad_response'],
    ['a body over the limit', 'text/html', Buffer.alloc(1024 * 1024 + 1, 'x'), 'truncated'],
  ])('refuses %s', async (_, type, body, reason) => {
    const { port } = await peer((__, response) => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    });
    expect(await outcome(gatewayAt(port).gateway.get('/readyz'))).toMatchObject({ reason });
  });

  it('refuses a body that is cut off, however good its beginning', async () => {
    const { port } = await peer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
      response.write('{"ready":true,"failing":[]}');
      setImmediate(() => request.socket.destroy());
    });
    const seen = await outcome(gatewayAt(port).gateway.get('/readyz'));
    expect(['truncated', 'unreachable']).toContain((seen as { reason: string }).reason);
  });

  it('gives up on silence', async () => {
    const { port } = await peer(() => {});
    const { gateway } = gatewayAt(port, { getMs: 100 });
    expect(await outcome(gateway.get('/readyz'))).toMatchObject({ reason: 'timeout' });
  });

  it('gives up on a body that drips', async () => {
    const { port } = await peer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const { gateway } = gatewayAt(port, { getMs: 150 });
    expect(await outcome(gateway.get('/readyz'))).toMatchObject({ reason: 'timeout' });
  });

  it.each([
    ['another protocol', 'SSH-2.0-hostile <b>PASS</b>\r\n', 'bad_response'],
    ['nothing', '', 'unreachable'],
  ])('refuses a server that answers with %s, and quotes none of it', async (_, greeting, reason) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(server);
    const { port } = server.address() as { port: number };
    const seen = await outcome(gatewayAt(port).gateway.get('/readyz'));
    expect(seen).toMatchObject({ reason });
    expect(JSON.stringify(seen)).not.toContain('hostile');
  });

  it('says that nothing listens', async () => {
    const { port, close } = await startPeer(() => {});
    await close();
    expect(await outcome(gatewayAt(port).gateway.get('/readyz'))).toMatchObject({ reason: 'not_found' });
  });

  it('ends with the run', async () => {
    const { port } = await peer(() => {});
    const { gateway, stop } = gatewayAt(port);
    const answer = outcome(gateway.get('/readyz'));
    stop.abort(new ProbeError('timeout', 'the run reached its time limit'));
    expect(await answer).toMatchObject({ message: 'the run reached its time limit' });
  });
});
