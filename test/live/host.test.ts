import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import imdsv1Rejected from '../../checks/credentials/imdsv1-rejected.ts';
import noPlaintextOnDisk from '../../checks/credentials/no-plaintext-on-disk.ts';
import notInEnvironment from '../../checks/credentials/not-in-environment.ts';
import approvedHostReachable from '../../checks/network/approved-host-reachable.ts';
import gatewayNotExposed from '../../checks/network/gateway-not-exposed.ts';
import tailscaleAdmin from '../../checks/network/tailscale-admin.ts';
import unapprovedHostTimesOut from '../../checks/network/unapproved-host-times-out.ts';
import cannotRemount from '../../checks/soul-documents/cannot-remount.ts';
import documentsPresent from '../../checks/soul-documents/documents-present.ts';
import mountedReadOnly from '../../checks/soul-documents/mounted-read-only.ts';
import runtimeSeparate from '../../checks/soul-documents/runtime-separate.ts';
import writeFails from '../../checks/soul-documents/write-fails.ts';
import { agentWorkspaces, gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { configEnvironment } from '../../src/probes/gateway/config-environment.ts';
import type { Outcome } from '../../src/runner/judge.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { type Lab, type LabOptions, labAvailable, startLab } from './lab/lab.ts';
import { liveDescribe } from './live.ts';

const checks = {
  writeFails,
  mountedReadOnly,
  runtimeSeparate,
  cannotRemount,
  documentsPresent,
  imdsv1Rejected,
  noPlaintextOnDisk,
  notInEnvironment,
  approvedHostReachable,
  unapprovedHostTimesOut,
  gatewayNotExposed,
  tailscaleAdmin,
};
type Statuses = Record<keyof typeof checks, Outcome['status']>;

/**
 * What the good lab comes to. It cannot pass two checks: its workspace is a tmpfs whatever its source says, and there
 * is no Tailscale on it.
 */
const good: Statuses = {
  writeFails: 'pass',
  mountedReadOnly: 'fail',
  runtimeSeparate: 'pass',
  cannotRemount: 'pass',
  documentsPresent: 'pass',
  imdsv1Rejected: 'pass',
  noPlaintextOnDisk: 'pass',
  notInEnvironment: 'pass',
  approvedHostReachable: 'pass',
  unapprovedHostTimesOut: 'pass',
  gatewayNotExposed: 'pass',
  tailscaleAdmin: 'fail',
};
const withoutGateway: Partial<Statuses> = {
  writeFails: 'unknown',
  mountedReadOnly: 'unknown',
  runtimeSeparate: 'unknown',
  cannotRemount: 'unknown',
  documentsPresent: 'unknown',
  notInEnvironment: 'unknown',
  unapprovedHostTimesOut: 'unknown',
  gatewayNotExposed: 'unknown',
};

/** The lab's gateway has no configuration to ask for; everything else comes over SSH. */
const known = (lab: Lab) =>
  new Map<unknown, unknown>([
    [gatewayAgents, ['main']],
    [agentWorkspaces, { main: lab.workspacePath }],
    [configEnvironment, { credentials: [], variables: 0, loginShell: false, waysRound: [] }],
    [
      gatewayConfig,
      {
        inForce: {
          gateway: { bind: 'loopback', auth: { mode: 'token' } },
        },
        differsFromFile: false,
      },
    ],
  ]);
const judged = (lab: Lab) => judgeHost(lab, checks, labEnvironment(lab), known(lab));
const statuses = (outcomes: Record<string, Outcome>) =>
  Object.fromEntries(Object.entries(outcomes).map(([id, { status }]) => [id, status]));

liveDescribe('the checks of the host', labAvailable(), () => {
  describe('in one lab', () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab();
    });
    afterAll(async () => {
      await lab?.stop();
    });

    it('pass in the good lab, as far as it can, and leave nothing behind', async () => {
      const before = await lab.manifest();
      const outcomes = await judged(lab);
      expect(statuses(outcomes)).toEqual(good);
      expect(await lab.leftovers(before)).toEqual([]);
      expect(outcomes['mountedReadOnly']?.evidence.map(({ observed }) => observed)[0]).toBe('type tmpfs');
    });

    it.each(['bash', 'busybox'])('come to the same where sh is %s', async (shell) => {
      await lab.exec(['mount', '--bind', `/usr/bin/${shell}`, '/usr/bin/sh']);
      try {
        const { stdout } = await lab.exec(['cmp', '/usr/bin/sh', `/usr/bin/${shell}`]);
        expect(stdout).toBe('');
        expect(statuses(await judged(lab))).toEqual(good);
      } finally {
        await lab.exec(['umount', '/usr/bin/sh']);
      }
    });
  });

  const inLab = async <T>(options: LabOptions, look: (lab: Lab) => Promise<T>): Promise<T> => {
    const lab = await startLab(options);
    try {
      return await look(lab);
    } finally {
      await lab.stop();
    }
  };

  it('finds planted keys in files and in the environment, and never repeats them', async () => {
    await inLab({ plant: ['agent-home-file', 'bash-history', 'process-env', 'openclaw-config'] }, async (lab) => {
      const outcomes = await judged(lab);
      expect(statuses(outcomes)).toEqual({ ...good, noPlaintextOnDisk: 'fail', notInEnvironment: 'fail' });
      expect([...new Set(outcomes['noPlaintextOnDisk']?.evidence.map(({ subject }) => subject))].sort()).toEqual([
        '/home/openclaw/.bash_history',
        '/home/openclaw/.openclaw/openclaw.json',
        '/home/openclaw/notes/aws.txt',
      ]);
      const text = JSON.stringify(outcomes);
      expect(text).not.toContain(lab.planted.accessKeyId);
      expect(text).not.toContain(lab.planted.secretAccessKey);
    });
  });

  it('finds a key in the name of a file, in a binary file, and hides the name', async () => {
    const key = ['AK', 'IA', 'QZWSXEDCRFVTGBYH'].join('');
    const files = [
      { path: `/home/openclaw/${key}.txt`, content: 'nothing' },
      { path: '/home/openclaw/.openclaw/state/openclaw.sqlite-wal', content: `SQLite\0\x01\xff${key}\0\0` },
      { path: '/home/openclaw/a b\nc', content: key },
    ];
    await inLab({ files }, async (lab) => {
      const outcomes = await judged(lab);
      const evidence = outcomes['noPlaintextOnDisk']?.evidence ?? [];
      expect(evidence).toHaveLength(3);
      expect(evidence.filter(({ subject }) => subject.startsWith('hashed-'))).toHaveLength(2);
      expect(evidence.map(({ subject }) => subject)).toContain('/home/openclaw/.openclaw/state/openclaw.sqlite-wal');
      expect(JSON.stringify(outcomes)).not.toContain(key);
    });
  });

  it('says what it cannot see without sudo, for the agent and for someone else', async () => {
    const asAgent = await inLab({ login: 'openclaw', sudo: false }, judged);
    expect(statuses(asAgent)).toEqual({
      ...good,
      noPlaintextOnDisk: 'unknown',
      notInEnvironment: 'unknown',
      gatewayNotExposed: 'unknown',
    });
    const asOther = await inLab({ sudo: false }, judged);
    expect(statuses(asOther)).toEqual({
      ...good,
      ...withoutGateway,
      noPlaintextOnDisk: 'unknown',
      approvedHostReachable: 'unknown',
    });
    expect(asOther['writeFails']?.reason?.code).toBe('access_denied');
  });

  it('does the same for every login shell', async () => {
    // Logins with one number and one home: each has another shell.
    const shells = { dash: '/usr/bin/dash', bash: '/usr/bin/bash', zsh: '/usr/bin/zsh', fish: '/usr/bin/fish' };
    const ash = '/opt/ash';
    const files = [{ path: ash, content: '#!/bin/sh\nexec busybox sh "$@"\n', mode: 0o755 }];
    await inLab({ files }, async (lab) => {
      const all = Object.entries({ ...shells, ash }).map(([name, shell]) => ({ login: `in-${name}`, shell }));
      const lines = all.map(({ login, shell }) => `${login}:x:7000:7000::/home/ops:${shell}`);
      await lab.exec(['sh', '-c', `printf '%s\n' ${lines.join(' ')} >>/etc/passwd`]);
      await lab.exec([
        'sh',
        '-c',
        `printf '%s\n' ${all.map(({ login }) => `${login}:*:19000:0:99999:7:::`).join(' ')} >>/etc/shadow`,
      ]);
      // fish makes directories of its own at its first command, whoever sends it.
      await lab.exec(['su', '-s', shells.fish, 'ops', '-c', 'true']);
      const before = await lab.manifest();
      const seen = await Promise.all(all.map(({ login }) => judged({ ...lab, login })));
      expect(seen.map(statuses)).toEqual(all.map(() => good));
      expect(await lab.leftovers(before)).toEqual([]);
    });
  }, 120_000);
});
