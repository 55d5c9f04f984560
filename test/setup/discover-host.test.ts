import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostRecords } from '../../src/ports/host.ts';
import { hostParts, readHost } from '../../src/setup/discover-host.ts';
import { localHost } from '../live/lab/local-host.ts';

const gateway = [
  ['process', '7 openclaw'],
  ['port', '7 18789'],
  ['state', '7 /var/lib/openclaw'],
  ['mount', '7 ro /mnt/w'],
  ['mount', '7 rw /mnt/r'],
] as const;
const end = ['end', 'complete'] as const;

describe('what a host says of its processes', () => {
  const values = (...records: HostRecords) => readHost([...records, end], true).values;

  it('is the one gateway with its port, paths and mounts', () => {
    expect(values(...gateway)).toMatchObject({
      host: { agentUser: 'openclaw', stateDirectory: '/var/lib/openclaw', unit: undefined },
      gateway: { port: 18789 },
      soulDocuments: { workspace: '/mnt/w', runtime: '/mnt/r' },
    });
  });

  it('is nothing where there are two gateways, or none', () => {
    expect(readHost([...gateway, ['process', '8 other'], ['port', '8 18790'], end], true)).toMatchObject({
      values: { network: {} },
      lost: ['2 processes may be the gateway'],
    });
    expect(readHost([end], true).lost).toEqual(['no process of a gateway was found']);
  });

  it('takes what listens for the gateway, not what started it', () => {
    expect(values(['process', '3 root'], ...gateway)).toMatchObject({ host: { agentUser: 'openclaw' } });
  });

  it('leaves to the person what has two answers, and a path of another form', () => {
    const found = readHost(
      [
        ['process', '7 o'],
        ['port', '7 80'],
        ['port', '7 81'],
        ['state', '7 /a b'],
        ['mount', '7 ro /x'],
        ['mount', '7 ro /y'],
        end,
      ],
      false,
    );
    expect(found.values).toMatchObject({ gateway: { port: undefined }, host: { stateDirectory: undefined } });
    expect(found.lost).toEqual([
      'gateway.port: the gateway has 2 listening ports',
      'soulDocuments.workspace: the gateway has 2 mounts that may be the workspace',
      'the login may not become root, so that the port and the paths of the gateway were not seen',
    ]);
  });

  it('is no answer without its end', () => {
    expect(() => readHost(gateway, true)).toThrow(/no end/);
  });

  it('names Session Manager as the way in only where there is no Tailscale', () => {
    expect(values(['administration', 'ssm'])).toEqual({ network: { administration: 'ssm' } });
    expect(values(['administration', 'tailscale'], ['administration', 'ssm'])).toEqual({ network: {} });
  });
});

describe('the part in a real shell', () => {
  let child: ChildProcess;
  let port = 0;
  const state = join(mkdtempSync(join(tmpdir(), 'clawcheck-test-')), 'state');
  beforeAll(async () => {
    mkdirSync(state);
    const program = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
    child = spawn(process.execPath, ['-e', program, 'openclaw', 'gateway', 'run'], {
      env: { OPENCLAW_STATE_DIR: state, HOME: '/nonexistent', SECRET: 'not-to-be-read' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    port = Number(line);
  });
  afterAll(() => child.kill());

  it('finds a process that is named like a gateway, and reads no more of its environment than paths', async () => {
    const parts = hostParts.filter(({ as }) => as === 'login');
    const answer = (await localHost(port).run(parts, AbortSignal.timeout(30_000))).get('init/login');
    if (!answer || answer instanceof Error) throw answer ?? new Error('no answer');
    // Other gateways may run on this machine.
    const own = answer.filter(([key, value]) => key === 'end' || value.startsWith(`${child.pid} `));
    const found = readHost(own, true);
    expect(found.values).toMatchObject({
      host: { agentUser: userInfo().username, stateDirectory: state },
      gateway: { port },
    });
    expect(JSON.stringify(answer)).not.toContain('not-to-be-read');
  });
});
