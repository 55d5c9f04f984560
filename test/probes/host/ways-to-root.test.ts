import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { setuidProgram, strongOf } from '../../../src/judging/ways-to-root.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { type WaysToRoot, waysToRoot } from '../../../src/probes/host/ways-to-root.ts';
import { goodEnvironment, now } from '../../support/rig.ts';
import { saidByStranger } from '../../support/stranger.ts';

const canRun = process.getuid?.() === 0 && ['getcap', 'setcap', 'setpriv'].every((tool) => spawned(tool));
function spawned(tool: string): boolean {
  return spawnSync(tool, ['-h']).error === undefined;
}

/** A small tree in the place of the gateway's root directory, and what the kernel would tell of its process. */
const tree = `
cd "$1" || exit 1
umask 022
mkdir -p etc/systemd/system usr/bin usr/local/bin tmp mnt/openclaw/workspace
chmod 1777 tmp
touch etc/passwd etc/fstab etc/systemd/system/backup.service
for name in usr/bin/su usr/local/bin/bash usr/bin/python3 usr/bin/ping; do echo : >"$name"; chmod 755 "$name"; done
chmod 4755 usr/bin/su
cat >mountinfo <<'END'
21 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
22 21 0:50 / /mnt/openclaw/workspace ro,relatime - nfs4 fs:/ rw
END
printf 'Name:\\tnode\\nNoNewPrivs:\\t0\\n' >status
`;

function look(change: string): WaysToRoot {
  const environment = goodEnvironment({ 'soulDocuments.workspace': '/mnt/openclaw/workspace' });
  const records = saidByStranger(tree + change, (root) =>
    waysToRoot
      .script(environment)
      .replace('root=/proc/$pid/root', `root=${root}`)
      .replaceAll('/proc/$pid/', `${root}/`),
  );
  const ways = waysToRoot.parse(records, { environment, others: [], now, nonce: '', signal: AbortSignal.abort() });
  if (ways instanceof ProbeError) throw ways;
  return ways;
}

const usual = { writable: [], replaceable: [], search: 'complete', setuid: ['/usr/bin/su'], capable: [] };

describe.skipIf(!canRun)('the ways to root', () => {
  it.each<[string, string, object]>([
    ['are none on a plain host', '', {}],
    [
      'a unit that anyone may write',
      'chmod 666 etc/systemd/system/backup.service',
      {
        writable: ['/etc/systemd/system/backup.service'],
      },
    ],
    [
      'a directory of programs of a group of the agent',
      'chgrp 12345 usr/local/bin; chmod 775 usr/local/bin',
      {
        writable: ['/usr/local/bin'],
      },
    ],
    ['a copy of the shell', 'chmod 4755 usr/local/bin/bash', { setuid: ['/usr/bin/su', '/usr/local/bin/bash'] }],
    ['a copy of the shell that it may not start', 'chmod 4750 usr/local/bin/bash', {}],
    [
      'a capability',
      'setcap cap_setuid+ep usr/bin/python3',
      {
        capable: [{ path: '/usr/bin/python3', capabilities: 'cap_setuid=ep' }],
      },
    ],
    [
      'all capabilities',
      'setcap all+ep usr/bin/python3',
      { capable: [{ path: '/usr/bin/python3', capabilities: '=ep' }] },
    ],
    [
      'a program whose name is not plain',
      `cp usr/bin/ping 'usr/bin/a b'; chmod 4755 'usr/bin/a b'`,
      {
        setuid: ['unnamed', '/usr/bin/su'],
      },
    ],
    [
      'NoNewPrivileges',
      `chmod 4755 usr/local/bin/bash; printf 'NoNewPrivs:\\t1\\n' >status`,
      {
        search: 'not-needed',
        setuid: [],
      },
    ],
    ['a directory above the workspace', 'chown 12345 mnt', { replaceable: ['/mnt/openclaw'] }],
    ['the directory of the mount itself', 'chown 12345 mnt/openclaw', {}],
    ['a sticky directory of root', 'chmod 1777 mnt', {}],
    [
      'a sticky directory with one of its own',
      'chmod 1777 mnt; chown 12345 mnt/openclaw',
      {
        replaceable: ['/mnt/openclaw'],
      },
    ],
    [
      'no mount that counts',
      'echo "23 21 0:51 / / rw,nosuid - ext4 none rw" >mountinfo',
      {
        search: 'cut',
        setuid: [],
      },
    ],
  ])('see %s', (_, change, expected) => {
    const { setuid, ...rest } = look(change);
    const { setuid: programs, ...others } = { ...usual, ...expected };
    expect(rest).toEqual(others);
    expect(setuid.toSorted()).toEqual(programs.toSorted());
  });
});

describe('programs of root', () => {
  it.each([
    ['/usr/bin/sudo', 'known'],
    ['/usr/lib/openssh/ssh-keysign', 'known'],
    ['/usr/local/bin/sudo', 'unclear'],
    ['/usr/bin/helper', 'unclear'],
    ['unnamed', 'unclear'],
    ['/usr/bin/bash', 'open'],
    ['/usr/bin/python3.11', 'open'],
    ['/home/openclaw/su', 'open'],
    ['/tmp/x', 'open'],
  ])('%s is %s', (path, kind) => expect(setuidProgram(path)).toBe(kind));

  it('are strong with a capability that leads to a mount', () => {
    expect(strongOf('cap_net_raw=ep')).toEqual([]);
    expect(strongOf('cap_net_raw,cap_sys_admin=ep')).toEqual(['CAP_SYS_ADMIN']);
    expect(strongOf('cap_setuid+ep')).toEqual(['CAP_SETUID']);
    expect(strongOf('=ep')).toEqual(['all capabilities']);
  });
});
