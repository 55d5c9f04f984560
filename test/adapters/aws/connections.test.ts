import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceConnections } from '../../../src/adapters/aws/connections.ts';

describe('the connections to a service', () => {
  let pair: { key: Buffer; cert: Buffer };
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=a'];
    execFileSync('openssl', ['req', ...how, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    pair = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(folder, { recursive: true });
  });

  let server: Server;
  let opened: TLSSocket[];
  let agent: ServiceConnections;
  /** Answers are held until it is called. */
  let release: () => void;
  beforeEach(async () => {
    opened = [];
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = createServer(pair, (_, response) => void held.then(() => response.end('answered')));
    server.on('secureConnection', (socket: TLSSocket) => opened.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const ask = async (more: object = { rejectUnauthorized: false }) => {
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: '127.0.0.1', port, agent, ...more }).end();
    const [answer] = await once(sent, 'response');
    return Buffer.concat(await answer.toArray()).toString();
  };
  const connectionsCome = async (count: number) => {
    while (opened.length < count) await once(server, 'secureConnection');
  };

  it('are two from the first call on, and no more', async () => {
    agent = new ServiceConnections(2);
    const first = ask();
    await connectionsCome(2);
    const more = [ask(), ask(), ask()];
    release();
    expect(await Promise.all([first, ...more])).toEqual(Array(4).fill('answered'));
    expect(opened).toHaveLength(2);
  });

  it('are one where one is enough', async () => {
    agent = new ServiceConnections(1);
    release();
    expect(await Promise.all([ask(), ask()])).toEqual(['answered', 'answered']);
    expect(opened).toHaveLength(1);
  });

  it('are opened anew when the second was closed before it was needed', async () => {
    agent = new ServiceConnections(2);
    const first = ask();
    await connectionsCome(2);
    const ports = () => Object.values(agent.sockets).flatMap((sockets) => (sockets ?? []).map((s) => s.localPort));
    const spare = opened.find(({ remotePort }) => !ports().includes(remotePort)) as TLSSocket;
    spare.destroy();
    await once(spare, 'close');
    // By the time another connection stands, the end of that one has come to this side.
    const { port } = server.address() as AddressInfo;
    const later = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await Promise.all([once(later, 'secureConnect'), connectionsCome(3)]);
    later.destroy();
    const second = ask();
    await connectionsCome(4);
    release();
    expect(await Promise.all([first, second])).toEqual(['answered', 'answered']);
  });

  it('believe nobody whose certificate is not of a known authority', async () => {
    agent = new ServiceConnections(2);
    release();
    await expect(ask({})).rejects.toThrow('self-signed certificate');
    await expect(ask({})).rejects.toThrow('self-signed certificate');
  });

  it('end with the client, the second one too', async () => {
    agent = new ServiceConnections(2);
    release();
    await ask();
    await connectionsCome(2);
    agent.destroy();
    await Promise.all(opened.map(async (socket) => socket.destroyed || (await once(socket, 'close'))));
  });
});
