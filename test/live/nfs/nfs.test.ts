import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import mountedReadOnly from '../../../checks/soul-documents/mounted-read-only.ts';
import runtimeSeparate from '../../../checks/soul-documents/runtime-separate.ts';
import writeFails from '../../../checks/soul-documents/write-fails.ts';
import { fingerprintOf } from '../../../src/adapters/ssh/known-hosts.ts';
import { goodEnvironment } from '../../support/rig.ts';
import { judgeHost } from '../judge-host.ts';

const run = promisify(execFile);
const guest = join(import.meta.dirname, 'guest.sh');
const sources = process.env.CLAWCHECK_LIVE_NFS ?? '';

/** Not part of the suite: docs/testing.md says how to get the packages. */
const atHand = sources !== '' && spawnSync('qemu-system-x86_64', ['--version']).status === 0;

const checks = { mountedReadOnly, runtimeSeparate, writeFails };
const good = { mountedReadOnly: 'pass', runtimeSeparate: 'pass', writeFails: 'pass' };
const nfs = (port: number, path: string, target: string, more = 'rw') =>
  `mount -i -t nfs4 -o ${more},vers=4.1,port=${port},addr=127.0.0.1,clientaddr=127.0.0.1 127.0.0.1:${path} ${target}`;
const workspace = '/mnt/openclaw/workspace';

// The machine is emulated, and so slow; nothing here is timed.
const minutes = 60_000;

describe.skipIf(!atHand)('a workspace on real NFS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'clawcheck-nfs-'));
  const port = 20_000 + (process.pid % 20_000);
  let machine: ChildProcess | undefined;

  beforeAll(async () => {
    const key = join(directory, 'key');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await run('sh', [guest, 'build', sources, directory, `${key}.pub`]);
    machine = spawn('sh', [guest, 'run', directory, `${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      let shown = '';
      machine?.stdout?.on('data', (chunk) => {
        shown += chunk;
        if (shown.includes('guest is up')) resolve();
      });
      machine?.once('exit', () => reject(new Error(`the guest did not start:\n${shown.slice(-2000)}`)));
    });
  }, 3 * minutes);
  afterAll(() => {
    machine?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  const judged = async () => {
    const blob = Buffer.from(readFileSync(join(directory, 'host-key.pub'), 'utf8').split(' ')[1] ?? '', 'base64');
    const target = {
      host: '127.0.0.1',
      port,
      login: 'root',
      privateKeyFile: join(directory, 'key'),
      hostKeyFingerprint: fingerprintOf(blob),
    };
    const outcomes = await judgeHost(target, checks, goodEnvironment());
    return Object.fromEntries(Object.entries(outcomes).map(([id, { status }]) => [id, status]));
  };
  const inGuest = (command: string) =>
    run('ssh', [
      ...['-p', `${port}`, '-i', join(directory, 'key'), '-o', 'BatchMode=yes'],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
      ...['root@127.0.0.1', command],
    ]);

  it('passes', { timeout: 2 * minutes }, async () => {
    const { stdout } = await inGuest(`cat /proc/self/mountinfo; ls -A ${workspace}`);
    expect(stdout).toMatch(/workspace ro,\S+ - nfs4 127\.0\.0\.1:\/workspace ro,.*port=20049/);
    expect(await judged()).toEqual(good);
    expect((await inGuest(`cat /proc/self/mountinfo; ls -A ${workspace}`)).stdout).toBe(stdout);
  });

  describe('with a flaw', () => {
    it.each([
      [
        'writable',
        `mount -o remount,rw ${workspace}`,
        `mount -o remount,ro ${workspace}`,
        { mountedReadOnly: 'fail', writeFails: 'fail' },
      ],
      [
        'a read-only bind of a writable mount',
        `umount ${workspace}; ${nfs(20_049, '/workspace', workspace)}; mount -o remount,bind,ro ${workspace}`,
        `umount ${workspace}; ${nfs(20_049, '/workspace', workspace, 'ro')}`,
        { mountedReadOnly: 'fail' },
      ],
      [
        'a second, writable mount of the whole file system through another port',
        nfs(20_051, '/', '/srv/maintenance'),
        'umount /srv/maintenance',
        { mountedReadOnly: 'fail' },
      ],
      [
        'the same, for one process alone',
        `unshare -m sh -c '${nfs(20_051, '/', '/srv/maintenance')}; echo $$ >/tmp/pid; exec sleep 1000' >/dev/null 2>&1 & until [ -s /tmp/pid ] && grep -q maintenance /proc/$(cat /tmp/pid)/mountinfo; do sleep 0.2; done`,
        'kill $(cat /tmp/pid); rm /tmp/pid',
        { mountedReadOnly: 'fail' },
      ],
      [
        'a second, writable mount of the workspace through the same port',
        nfs(20_049, '/workspace', '/srv/maintenance'),
        'umount /srv/maintenance',
        { mountedReadOnly: 'fail' },
      ],
      [
        'a writable bind of it',
        `mount --bind ${workspace} /srv/maintenance; mount -o remount,rw,bind /srv/maintenance; true`,
        'umount /srv/maintenance',
        {},
      ],
      [
        'a writable mount of another directory',
        nfs(20_051, '/other', '/srv/maintenance'),
        'umount /srv/maintenance',
        {},
      ],
      ['a read-only mount of the whole', nfs(20_051, '/', '/srv/maintenance', 'ro'), 'umount /srv/maintenance', {}],
      [
        'a writable layer over it',
        `modprobe overlay; mkdir -p /tmp/o; mount -t tmpfs none /tmp/o; mkdir /tmp/o/u /tmp/o/w; mount -t overlay -o lowerdir=${workspace},upperdir=/tmp/o/u,workdir=/tmp/o/w none ${workspace}`,
        `umount ${workspace}; umount /tmp/o`,
        { mountedReadOnly: 'fail', writeFails: 'fail' },
      ],
      [
        'a writable file over a document',
        `cp ${workspace}/SOUL.md /tmp/s; mount --bind /tmp/s ${workspace}/SOUL.md`,
        `umount ${workspace}/SOUL.md; rm /tmp/s`,
        { mountedReadOnly: 'fail', writeFails: 'fail' },
      ],
      [
        'a runtime directory that holds the workspace',
        `umount /mnt/openclaw/runtime; ${nfs(20_050, '/', '/mnt/openclaw/runtime')}`,
        `umount /mnt/openclaw/runtime; ${nfs(20_050, '/runtime', '/mnt/openclaw/runtime')}`,
        { mountedReadOnly: 'fail', runtimeSeparate: 'fail' },
      ],
    ])('%s', { timeout: 2 * minutes }, async (_, plant, remove, changes) => {
      await inGuest(plant);
      try {
        expect(await judged()).toEqual({ ...good, ...changes });
      } finally {
        await inGuest(remove);
      }
    });
  });

  it('passes again', { timeout: 2 * minutes }, async () => {
    expect(await judged()).toEqual(good);
  });
});
