import { ProbeError } from '../model/reason.ts';
import { quote } from '../ports/host.ts';
import { single } from '../probes/host/records.ts';
import { hostMove, type Move, type Undo } from './drill.ts';
import { isMember } from './members.ts';

/** Where the restored file system is mounted on the instance: below /run, which no restart survives. */
export const mountPoint = '/run/clawcheck-restore';

/** Mounts the restored file system read-only. */
export const mount: Move = hostMove({
  program: 'drill/mount-restored',
  as: 'root',
  seconds: 60,
  command: `mount -t nfs4 -o ro <targetAddress>:/ ${mountPoint}`,
  script: ({ targetAddress = '' }) => `
need mkdir mount
mkdir -m 700 ${mountPoint} || { say state exists; exit 0; }
timeout 50 mount -t nfs4 -o ro,nosuid,nodev,noexec,nfsvers=4.1,soft,timeo=100,retrans=2,noresvport ${quote(targetAddress)}:/ ${mountPoint} 9>&- || { rmdir ${mountPoint}; say state refused; exit 0; }
say state done
`,
  learn(records) {
    if (single(records, 'state') === 'done') return {};
    throw new ProbeError('access_denied', 'the restored file system could not be mounted on the instance', {
      next: 'Compare the security group of the mount target, nfs-utils on the host, and the rights of the login.',
    });
  },
});

export const unmount: Undo = {
  title: 'Unmount the restored file system',
  seconds: () => 120,
  needed: async (world) => ((await isMember(world)) ? {} : undefined),
  moves: [
    hostMove({
      program: 'drill/unmount-restored',
      as: 'root',
      seconds: 60,
      command: `umount ${mountPoint}; rmdir ${mountPoint}`,
      script: () => `
[ -d ${mountPoint} ] || { say state done; exit 0; }
need umount rmdir sleep
# Busy for a moment more, where the look at its files has just ended.
for _ in 1 2 3 4 5 6; do
  while read -r _ _ _ _ target _; do
    [ "$target" != ${mountPoint} ] || timeout 8 umount ${mountPoint} || :
  done </proc/self/mountinfo
  rmdir ${mountPoint} && { say state done; exit 0; }
  sleep 1
done
say state refused
`,
      learn(records) {
        if (single(records, 'state') === 'done') return {};
        throw new ProbeError('access_denied', `${mountPoint} could not be unmounted`);
      },
    }),
  ],
};
