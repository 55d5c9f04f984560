import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Move } from '../../src/drills/drill.ts';
import { startMove, stopMove } from '../../src/drills/gateway-moves.ts';
import { processesNow } from '../../src/drills/gateway-now.ts';
import {
  type Comparison,
  compareEntries,
  differingParts,
  digestOf,
  type Manifest,
  manifests,
  namedFiles,
} from '../../src/drills/restored-files.ts';
import type { Environment } from '../../src/environment/schema.ts';
import type { HostProbe } from '../../src/model/probe.ts';
import { ProbeError } from '../../src/model/reason.ts';
import type { HostRecords } from '../../src/ports/host.ts';
import { goodEnvironment } from '../support/rig.ts';
import { localHost } from './lab/local-host.ts';

/** A process that is called as a gateway is, and listens. */
const gateway = `process.title = 'openclaw-gateway'; const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));`;

/** What the drills run on a host, in a real shell of this machine: no sudo, no systemd. */
describe('the scripts of the drills', () => {
  const root = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  const workspace = join(root, 'workspace');
  let child: ChildProcess;
  let port: number;
  let environment: Environment;

  beforeAll(async () => {
    child = spawn(process.execPath, ['-e', gateway], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [said] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    port = Number(String(said));
    environment = goodEnvironment({ 'soulDocuments.workspace': workspace });
  });
  afterAll(() => {
    child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  async function run(id: string, script: string): Promise<HostRecords> {
    const answers = await localHost(port).run([{ id, as: 'login', seconds: 20, script }], new AbortController().signal);
    const answer = answers.get(id);
    if (!answer || answer instanceof ProbeError) throw answer ?? new Error('no answer');
    return answer;
  }

  async function make(move: Move) {
    if (move.kind !== 'host') throw new Error('not a move on a host');
    return move.learn(await run(move.program, move.script({}, environment)));
  }

  async function fact<T>(probe: HostProbe<T>): Promise<T> {
    const records = await run(probe.id, probe.script(environment));
    return probe.parse(records, {} as never);
  }

  const stateOf = () =>
    readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .charAt(0);

  it('halt the gateway and let it go on, twice without harm', async () => {
    expect(await fact(processesNow)).toBeGreaterThanOrEqual(1);
    expect(await make(stopMove(environment))).toHaveProperty('stoppedAt');
    expect(stateOf()).toBe('T');
    for (let i = 0; i < 2; i += 1) {
      await make(startMove(environment));
      expect(stateOf()).not.toBe('T');
    }
  });

  it('list every file of both sides, whatever its name, and tell what differs', async () => {
    const mount = join(root, 'mount');
    const restored = join(mount, 'aws-backup-restore_2026-03-04T05-06-07', 'ws');
    for (const folder of [workspace, restored]) {
      mkdirSync(join(folder, 'a folder'), { recursive: true });
      writeFileSync(join(folder, 'SOUL.md'), 'soul\n');
      writeFileSync(join(folder, 'a folder', "it's $(odd) name"), 'x\0y');
      writeFileSync(join(folder, 'empty'), '');
      writeFileSync(join(folder, 'grüße\\n.md'), 'greetings');
      symlinkSync('SOUL.md', join(folder, 'link'));
    }
    const both = async (): Promise<[Manifest, Manifest]> => {
      const { source, back } = manifests(mount, '/ws');
      return [await fact(source), await fact(back)];
    };
    const compare = async (point: Date): Promise<Comparison> => {
      const { named } = differingParts(...(await both()));
      const { source, back } = namedFiles(mount, '/ws', named);
      return compareEntries(await fact(source), await fact(back), point);
    };
    const [source, back] = await both();
    const later = new Date(Date.now() + 60_000);
    expect([source.count, digestOf(back)]).toEqual([5, digestOf(source)]);
    expect(differingParts(source, back)).toEqual({ all: [], named: [] });
    writeFileSync(join(restored, 'SOUL.md'), 'sour\n');
    writeFileSync(join(restored, 'grüße\\n.md'), 'greeting');
    rmSync(join(restored, 'link'));
    const worse = await compare(later);
    expect(worse).toMatchObject({ changedSince: [], shared: true });
    expect([...worse.differing].sort()).toEqual(['SOUL.md', 'gr????e\\n.md', 'link']);
    // Touched after the recovery point: nothing can be said.
    expect((await compare(new Date(0))).differing).toEqual([]);
    // A folder of that name beside others was backed up itself, and is not what this restore brought back.
    mkdirSync(join(mount, 'ws'));
    writeFileSync(join(mount, 'ws', 'SOUL.md'), 'at the root\n');
    expect((await both())[1].count).toBe(1);
    rmSync(join(mount, 'ws'), { recursive: true });
    mkdirSync(join(mount, 'aws-backup-restore_2026-03-05T05-06-07'));
    await expect(both()).rejects.toMatchObject({ reason: 'conflict' });
    rmSync(join(mount, 'aws-backup-restore_2026-03-05T05-06-07'), { recursive: true });
    // A name of two lines would be two files.
    writeFileSync(join(restored, 'two\nlines'), '');
    await expect(both()).rejects.toMatchObject({ reason: 'bad_response' });
    rmSync(join(restored, 'two\nlines'));
    // What is neither a file nor a link has no hash.
    execFileSync('mkfifo', [join(restored, 'pipe')]);
    await expect(both()).rejects.toMatchObject({ reason: 'access_denied' });
    rmSync(join(restored, 'pipe'));
  });

  it('compare many thousand files in an answer of bounded size', async () => {
    const mount = join(root, 'many');
    const many = join(root, 'many-source');
    for (const folder of [many, join(mount, 'ws')]) {
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < 2500; i += 1) writeFileSync(join(folder, `file-${i}`), `${i}`);
    }
    writeFileSync(join(mount, 'ws', 'file-1234'), 'not so');
    const before = environment;
    environment = goodEnvironment({ 'soulDocuments.workspace': many });
    const { source, back } = manifests(mount, 'ws');
    const [one, other] = [await fact(source), await fact(back)];
    expect([one.count, other.count, one.parts.size]).toEqual([2500, 2500, 256]);
    const { all, named } = differingParts(one, other);
    expect([all.length, named.length]).toEqual([2, 2]);
    const files = namedFiles(mount, 'ws', named);
    const [left, right] = [await fact(files.source), await fact(files.back)];
    environment = before;
    expect(left.size).toBeLessThan(100);
    expect(compareEntries(left, right, new Date(Date.now() + 60_000)).differing).toEqual(['file-1234']);
  });
});
