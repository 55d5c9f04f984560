import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checksByHost } from '../../scripts/testing-host-page.ts';
import { remedies } from '../../src/remedies/index.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { hostFlaws } from './lab/flaws.ts';
import { goodHost, goodHostEnvironment, knownOfGoodHost } from './lab/good-host.ts';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import { runtimePath, workspacePath } from './lab/seed.ts';
import { liveDescribe } from './live.ts';

const asNfs = readFileSync(join(import.meta.dirname, 'lab', 'as-nfs.sh'), 'utf8');
const checks = Object.fromEntries(checksByHost().map(({ id, check }) => [id, check]));
const tried = Object.entries(remedies).flatMap(([id, { tried, commands }]) =>
  tried.lab === 'host' ? [{ id, flaw: tried.flaw, text: commands.join('\n') }] : [],
);

// They need git, rsync and minutes: `npm run test:remedies` has them, the suite not.
const wanted = process.env['CLAWCHECK_ALL_REMEDIES'] !== undefined;

/**
 * Stand-ins: nothing for systemctl, and for mount.efs of amazon-efs-utils a file system with a copy of what is behind the
 * access point, for a mount by TLS and the instance's role. mount(8) itself reads fstab and calls it.
 */
const standIns = `mkdir -p /run/programs /run/work /run/reviewed /run/sbin /run/efs
printf '#!/bin/sh\\n' >/run/programs/systemctl
cp -a ${workspacePath} /run/efs/fsap-workspace; cp -a ${runtimePath} /run/efs/fsap-runtime
mount --bind /usr/sbin /run/sbin; mount -t tmpfs -o mode=755 programs /usr/sbin; ln -s /run/sbin/* /usr/sbin
cat >/usr/sbin/mount.efs <<'EFS'
#!/bin/sh
set -eu
source=$1 target=$2 options=
shift 2
while getopts fnrsvwN:o:t: option; do [ "$option" != o ] || options=$OPTARG; done
for wanted in tls iam; do case ,$options, in *,$wanted,*) ;; *) exit 1 ;; esac; done
point=\${options##*accesspoint=} kept=
for option in ro nosuid nodev; do case ,$options, in *,$option,*) kept=$kept,$option ;; esac; done
# As the lab names both: inodes of two tmpfs are alike, and those of one EFS are not.
case $point in fsap-runtime*) source=openclaw-runtime ;; *) source=\${source%:/}.efs.eu-west-1.amazonaws.com:/ ;; esac
mount -t tmpfs -o mode=755,size=16m "$source" "$target"
cp -a "/run/efs/\${point%%,*}/." "$target"
mount -o "remount,bind$kept" "$target"
EFS
chmod +x /run/programs/systemctl /usr/sbin/mount.efs
printf 'fs-0123456789abcdef0:/ %s efs _netdev,tls,iam 0 0\\n' ${workspacePath} ${runtimePath} >/etc/fstab
cp -r ${workspacePath}/. /run/reviewed; cd /run/reviewed; git init -q -b main; git add -A
git -c user.name=Ada -c user.email=ada@example.com commit -q -m Reviewed`;

const names = `PATH=/run/programs:$PATH BRANCH=main REMOTE=file:///run/reviewed MOUNT=/run/deploying AGENT_USER=openclaw
UNIT=openclaw-gateway.service HOME=/run/work FILE_SYSTEM=fs-0123456789abcdef0
WORKSPACE=${workspacePath} WORKSPACE_ACCESS_POINT=fsap-workspace RUNTIME=${runtimePath} RUNTIME_ACCESS_POINT=fsap-runtime
export PATH HOME; cd /run/work`;
/** The workspace as the machine that deploys has it, which is no part of the host. */
const deploying = `mkdir /run/deploying; mount --bind ${workspacePath} /run/deploying
mount -o remount,rw,bind /run/deploying`;
const deployed = 'cd /; umount /run/deploying';

liveDescribe('the commands of the check pages on a host', wanted ? labAvailable() : { ok: true }, () => {
  let lab: Lab;
  // A host for each: what a remedy leaves is there to stay.
  beforeEach(async () => {
    if (!wanted) return;
    lab = await startLab(goodHost);
    await root(standIns);
  }, 120_000);
  afterEach(() => lab?.stop());

  const root = async (script: string, ...words: string[]) => {
    const whole = `set -e\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`;
    const { code, stderr } = await lab.exec(['sh', '-c', whole, 'sh', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  const expectThat = async (id: string, status: string) => {
    const { [id]: check } = checks;
    if (!check) throw new Error(`the host does not decide ${id}`);
    await root(asNfs, 'on');
    try {
      const environment = labEnvironment(lab, goodHostEnvironment);
      const there = { ...lab, host: lab.tailnetHost };
      const { [id]: outcome } = await judgeHost(there, { [id]: check }, environment, knownOfGoodHost);
      expect(outcome?.status, JSON.stringify(outcome)).toBe(status);
    } finally {
      await root(asNfs, 'off');
    }
  };

  it.skipIf(!wanted).each(tried)('mend $id where $flaw', { timeout: 600_000, retry: 0 }, async ({ id, flaw, text }) => {
    const { plant, settings } = hostFlaws.find((one) => one.id === flaw) ?? {};
    const lines = text.includes('$MOUNT') ? [deploying, text, deployed] : [text];
    await expectThat(id, 'pass');
    if (settings) await lab.change(settings);
    await root(plant?.(lab) ?? '');
    await expectThat(id, 'fail');
    await root([names, ...lines].join('\n'));
    await expectThat(id, 'pass');
  });
});
