import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveAws } from '../../src/adapters/aws/aws.ts';
import { githubPort } from '../../src/adapters/git/github.ts';
import { goodEnvironment } from '../support/rig.ts';

/** Another machine at the address of the right one: a name that is resolved elsewhere, or a proxy that opens TLS. */
describe('who answers at the address without the certificate of it', () => {
  const signal = new AbortController().signal;
  let folder: string;
  let url: string;
  let said = 0;
  let close = () => {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const command = `req -x509 -newkey ed25519 -nodes -days 2 -subj /CN=localhost -addext ${names} -keyout ${key} -out ${cert}`;
    execFileSync('openssl', command.split(' '), { stdio: 'ignore' });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      said += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.close();
      server.closeAllConnections();
    };
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAEXAMPLEEXAMPLE00';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
  });
  afterAll(() => {
    close();
    rmSync(folder, { recursive: true, force: true });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'AWS',
      async () => {
        const aws = liveAws(goodEnvironment({ 'aws.endpoint': url }), signal);
        return aws.read('sts:GetCallerIdentity', {}).finally(() => aws.close());
      },
    ],
    ['the git host', () => githubPort(url, 'token', signal).get('/repos/acme/x')],
  ])('in the place of %s is told nothing, and believed nothing', async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ name: 'ProbeError', reason: 'unreachable' });
    expect(said).toBe(0);
  });
});
