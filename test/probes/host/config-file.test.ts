import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import { configFile } from '../../../src/probes/host/config-file.ts';
import { goodEnvironment, now } from '../../support/rig.ts';
import { saidByStranger } from '../../support/stranger.ts';

const canRun = process.getuid?.() === 0 && spawnSync('setpriv', ['-h']).error === undefined;

/** What the kernel would tell of the gateway (1), a helper of it (2) and a program of somebody else (3). */
const tree = `
cd "$1" || exit 1
umask 022
mkdir -p etc/openclaw usr/bin opt/openclaw/dist tmp/other/openclaw/dist proc/1 proc/2 proc/3
chmod 1777 tmp
touch etc/openclaw/openclaw.json usr/bin/node opt/openclaw/dist/worker.js tmp/other/openclaw/dist/worker.js
ln -s /usr/bin/node proc/1/exe
echo '21 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw' >proc/1/mountinfo
echo '1 (openclaw-gatewa) S 9 1 1' >proc/1/stat
echo '2 (node (x) y) S 1 1 1' >proc/2/stat
echo '3 (node) S 9 1 1' >proc/3/stat
printf 'openclaw-gateway' >proc/1/cmdline
printf '/usr/bin/node\\0/opt/openclaw/dist/worker.js\\0--x\\0' >proc/2/cmdline
printf '/usr/bin/node\\0/tmp/other/openclaw/dist/worker.js\\0' >proc/3/cmdline
`;

function look(change: string) {
  const environment = goodEnvironment({ 'host.configFile': '/etc/openclaw/openclaw.json' });
  const records = saidByStranger(tree + change, (root) =>
    configFile
      .script(environment)
      .replace('root=/proc/$pid/root', `root=${root}`)
      .replaceAll('/proc/', `${root}/proc/`),
  );
  const file = configFile.parse(records, { environment, others: [], now, nonce: '', signal: AbortSignal.abort() });
  if (file instanceof ProbeError) throw file;
  return file;
}

const closed = { kind: 'file', writable: false, replaceable: false, owned: false, programs: [] };
const worker = '/opt/openclaw/dist/worker.js';

describe.skipIf(!canRun)('the configuration and the program of the gateway', () => {
  it.each<[string, string, object]>([
    ['cannot be changed on a plain host', '', {}],
    ['can, where the file may be written to', 'chmod 666 etc/openclaw/openclaw.json', { writable: true }],
    ['can, where its folder may be', 'chmod 777 etc/openclaw', { replaceable: true }],
    ['cannot, where that is sticky and another’s', 'chmod 1777 etc/openclaw', {}],
    ['can, where it is the user’s own', 'chown 12345 etc/openclaw/openclaw.json', { writable: true, owned: true }],
    ['can, where a script of its program may be written to', `chmod 666 .${worker}`, { programs: [worker] }],
    [
      'can, where that belongs to the user',
      `chown 12345 opt/openclaw/dist; chmod 555 opt/openclaw/dist`,
      { programs: [worker] },
    ],
    ['can, where its Node may be replaced', 'chmod 777 usr/bin', { programs: ['/usr/bin/node'] }],
    ['is not that of another process', 'chmod -R 777 tmp/other', {}],
    [
      'cannot, on a read-only mount',
      `chown -R 12345 opt; chmod -R a-w opt; echo '22 21 0:50 / /opt ro - nfs4 fs:/ ro' >>proc/1/mountinfo`,
      {},
    ],
    [
      'can be linked: then it is not told',
      'mv etc/openclaw/openclaw.json etc/x; ln -s ../x etc/openclaw/openclaw.json',
      { kind: 'linked' },
    ],
  ])('%s', (_, change, expected) => expect(look(change)).toMatchObject({ ...closed, ...expected }));
});
