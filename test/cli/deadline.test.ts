import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { exitCodes } from '../../src/model/exit-code.ts';
import { clawcheck } from '../support/cli.ts';

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00', AWS_SECRET_ACCESS_KEY: 'example' };

/** The limit of each test is far below the 20 s that a single call to AWS may take, and below the life of `cat`. */
describe('a run that reaches its time ends the process too', () => {
  const open = new Set<Socket>();
  const silent = createServer((socket) => {
    open.add(socket.on('error', () => {}));
  });
  let directory: string;

  beforeAll(async () => {
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    directory = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    const environment = {
      aws: { account: '123456789012', region: 'eu-west-1', endpoint: `http://127.0.0.1:${portOf(silent)}` },
      infrastructure: { autoScalingGroup: 'openclaw-prod' },
      soulDocuments: { fileSystemId: 'fs-0a1b2c3d4e5f60001' },
      credentials: { secret: 'openclaw/prod/gateway' },
      network: { approvedHosts: [{ host: '192.0.2.1' }] },
      monitoring: { logGroups: [{ name: '/openclaw/prod/gateway' }], alarm: 'unhealthy' },
    };
    writeFileSync(join(directory, 'clawcheck.yaml'), stringify({ version: 1, environments: { prod: environment } }));
    // Ends only when whoever started it does.
    writeFileSync(join(directory, 'config'), '[profile slow]\ncredential_process = cat\n');
  });
  afterAll(() => {
    for (const socket of open) socket.destroy();
    silent.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const run = (env: Record<string, string>) =>
    clawcheck(['run', '--env', 'prod', '--quiet', '--timeout', '1'], { cwd: directory, env });

  it('although AWS never answers', { timeout: 12_000 }, async () => {
    const { code, stdout } = await run(keys);
    expect([code, open.size > 0]).toEqual([exitCodes.INCOMPLETE.code, true]);
    expect(stdout).toMatch(/^INCOMPLETE {2}prod/);
  });

  it('although the program that hands out credentials never ends', { timeout: 12_000 }, async () => {
    const { code, stdout } = await run({ AWS_PROFILE: 'slow', AWS_CONFIG_FILE: join(directory, 'config') });
    expect(code).toBe(exitCodes.INCOMPLETE.code);
    expect(stdout).toMatch(/^INCOMPLETE {2}prod/);
  });
});
