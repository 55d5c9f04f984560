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

  const ask = async (more: object = {}) => {
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: '127.0.0.1', port, agent, ...more }).end();
    const [answer] = await once(sent, 'response');
    return Buffer.concat(await answer.toArray()).toString();
  };
  const connectionsCome = async (count: number) => {
    while (opened.length < count) await once(server, 'secureConnection');
  };

  const url = () => new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  /** A client would believe the certificate. */
  const trusting = (most: number) => {
    const made = new ServiceConnections(most);
    made.options.rejectUnauthorized = false;
    return made;
  };

  it('stand before the first call, and are no more when it comes', async () => {
    agent = trusting(2);
    agent.open(url());
    await connectionsCome(2);
    release();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill('answered'));
    expect(opened).toHaveLength(2);
  });

  it('come about with the call that is there first', async () => {
    agent = trusting(2);
    agent.open(url());
    release();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill('answered'));
    expect(opened).toHaveLength(2);
  });

  it('are made by the calls where they were not opened ahead, and not beyond the limit', async () => {
    agent = trusting(1);
    release();
    expect(await Promise.all([ask(), ask()])).toEqual(['answered', 'answered']);
    expect(opened).toHaveLength(1);
  });

  it('lead to the place that is asked, not to another that they were opened for', async () => {
    const other = createServer(pair, (_, response) => response.end('of another'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      agent = trusting(2);
      agent.open(new URL(`https://127.0.0.1:${(other.address() as AddressInfo).port}`));
      release();
      expect(await ask()).toBe('answered');
    } finally {
      agent.destroy();
      other.closeAllConnections();
      other.close();
    }
  });

  it('are opened anew when they were closed before they were needed', async () => {
    agent = trusting(2);
    agent.open(url());
    await connectionsCome(2);
    for (const socket of opened) socket.destroy();
    // By the time another connection stands, the end of those has come to this side.
    const later = connect({ host: '127.0.0.1', port: Number(url().port), rejectUnauthorized: false });
    await Promise.all([once(later, 'secureConnect'), connectionsCome(3)]);
    later.destroy();
    release();
    expect(await ask()).toBe('answered');
    expect(opened).toHaveLength(4);
  });

  it('are no error where nobody answers, until somebody asks', async () => {
    const nobody = createServer(pair);
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const place = new URL(`https://127.0.0.1:${(nobody.address() as AddressInfo).port}`);
    nobody.close();
    await once(nobody, 'close');
    agent = trusting(2);
    agent.open(place);
    await expect(ask({ port: place.port })).rejects.toThrow('ECONNREFUSED');
  });

  it('believe nobody whose certificate is not of a known authority', async () => {
    agent = new ServiceConnections(2);
    agent.open(url());
    release();
    await expect(ask({})).rejects.toThrow('self-signed certificate');
    await expect(ask({})).rejects.toThrow('self-signed certificate');
  });

  it('end with the client, also those that nobody asked for', async () => {
    agent = trusting(2);
    agent.open(url());
    await connectionsCome(2);
    release();
    await ask();
    agent.destroy();
    await Promise.all(opened.map(async (socket) => socket.destroyed || (await once(socket, 'close'))));
  });
});
