import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checksByHost } from '../../scripts/testing-host-page.ts';
import { remedies } from '../../src/remedies/index.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { hostFlaws } from './lab/flaws.ts';
import { goodHost, goodHostEnvironment, knownOfGoodHost } from './lab/good-host.ts';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import { workspacePath } from './lab/seed.ts';
import { liveDescribe } from './live.ts';

const asNfs = readFileSync(join(import.meta.dirname, 'lab', 'as-nfs.sh'), 'utf8');
const checks = Object.fromEntries(checksByHost().map(({ id, check }) => [id, check]));
const tried = Object.entries(remedies).flatMap(([id, { tried, commands }]) =>
  tried?.lab === 'host' ? [{ id, flaw: tried.flaw, commands }] : [],
);

// They need git, rsync and a minute: `npm run test:remedies` has them, the suite not.
const wanted = process.env['CLAWCHECK_ALL_REMEDIES'] !== undefined;

/** The workspace as the machine that deploys has it, the reviewed branch as a repository, and no systemd. */
const around = `mkdir -p /run/mount /run/reviewed /run/programs /run/work
mount --bind ${workspacePath} /run/mount; mount -o remount,rw,bind /run/mount
if [ ! -d /run/reviewed/.git ]; then
  cp -r /run/mount/. /run/reviewed; cd /run/reviewed; git init -q -b main; git add -A
  git -c user.name=Ada -c user.email=ada@example.com commit -q -m Reviewed
fi
printf '#!/bin/sh\\n' >/run/programs/systemctl; chmod +x /run/programs/systemctl
PATH=/run/programs:$PATH BRANCH=main REMOTE=file:///run/reviewed MOUNT=/run/mount AGENT_USER=openclaw
UNIT=openclaw-gateway.service HOME=/run/work; export PATH BRANCH REMOTE MOUNT AGENT_USER UNIT HOME
cd /run/work`;
const after = 'cd /; rm -rf /run/work; umount /run/mount';

liveDescribe('the commands of the check pages on a host', wanted ? labAvailable() : { ok: true }, () => {
  let lab: Lab;
  beforeAll(async () => {
    if (!wanted) return;
    lab = await startLab(goodHost);
    await root(`${around}\n${after}`);
  }, 120_000);
  afterAll(() => lab?.stop());

  const root = async (script: string, ...words: string[]) => {
    const whole = `set -e\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`;
    const { code, stderr } = await lab.exec(['sh', '-c', whole, 'sh', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  const statusOf = async (id: string) => {
    const { [id]: check } = checks;
    if (!check) throw new Error(`the host does not decide ${id}`);
    await root(asNfs, 'on');
    try {
      const environment = labEnvironment(lab, goodHostEnvironment);
      const there = { ...lab, host: lab.tailnetHost };
      return (await judgeHost(there, { [id]: check }, environment, knownOfGoodHost))[id]?.status;
    } finally {
      await root(asNfs, 'off');
    }
  };

  it.skipIf(!wanted).each(tried)(
    'mend $id where $flaw',
    { timeout: 600_000, retry: 0 },
    async ({ id, flaw, commands }) => {
      const { plant, mend } = hostFlaws.find((one) => one.id === flaw) ?? {};
      expect(await statusOf(id)).toBe('pass');
      await root(plant?.(lab) ?? '');
      try {
        expect(await statusOf(id)).toBe('fail');
        await root([around, ...commands, after].join('\n'));
        expect(await statusOf(id)).toBe('pass');
      } catch (error) {
        await root(mend ?? '');
        throw error;
      }
    },
  );
});
