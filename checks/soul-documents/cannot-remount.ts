import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { gatewayProcess } from '../../src/probes/host/gateway-process.ts';

/** Capabilities that lead to another mount: directly, through another process, or through a file of root. */
const strong: Readonly<Record<number, string>> = {
  0: 'CAP_CHOWN',
  1: 'CAP_DAC_OVERRIDE',
  2: 'CAP_DAC_READ_SEARCH',
  3: 'CAP_FOWNER',
  6: 'CAP_SETGID',
  7: 'CAP_SETUID',
  8: 'CAP_SETPCAP',
  16: 'CAP_SYS_MODULE',
  17: 'CAP_SYS_RAWIO',
  18: 'CAP_SYS_CHROOT',
  19: 'CAP_SYS_PTRACE',
  21: 'CAP_SYS_ADMIN',
  27: 'CAP_MKNOD',
  31: 'CAP_SETFCAP',
  39: 'CAP_BPF',
};

/** Groups that are as good as root: container managers, raw disks, and who may use sudo. */
const powerful = [
  'root',
  'docker',
  'podman',
  'lxd',
  'incus',
  'incus-admin',
  'libvirt',
  'disk',
  'sudo',
  'wheel',
  'admin',
];

export default check({
  title: "The agent's user cannot remount the workspace",
  failureTitle: "The agent's user has a way to remount the workspace",
  why: 'A read-only mount holds only as long as nobody who runs there can make it writable.',
  remediation:
    'Run the gateway as its own user without capabilities, sudo rules or membership in docker, lxd, disk, sudo or wheel; set NoNewPrivileges and an empty CapabilityBoundingSet in its unit.',
  needs: { process: gatewayProcess },
  judge({ process }, { environment }) {
    if (process instanceof ProbeError) return undetermined(process.reason, process.message);
    const user = environment.host.agentUser;
    const { uids, capabilities, groups, sudo, sockets } = process;
    const roots = uids.filter((uid) => uid === 0);
    const held = capabilities.flatMap((bit) => strong[bit] ?? []);
    const member = groups.filter((group) => powerful.includes(group) || group === 'gid-0');
    const see = (subject: string, expected: string, observed: string, ok: boolean): Finding<'process'> => {
      return { fact: 'process', subject, expected, observed, ok };
    };
    const findings = [
      see('user of the gateway', 'not root', roots.length > 0 ? 'root' : `uid ${uids[0]}`, roots.length === 0),
      see('capabilities of the gateway', 'none that leads to a mount', held.join(', ') || 'none', held.length === 0),
      see(`groups of ${user}`, 'none that is as good as root', member.join(', ') || 'none', member.length === 0),
      see(`sudo rules of ${user}`, 'none without a password', sudo, sudo === 'none' || sudo === 'absent'),
      see(`container sockets open to ${user}`, 'none', sockets.join(', ') || 'none', sockets.length === 0),
    ];
    const wrong = findings.filter(({ ok, observed }) => !ok && observed !== 'unclear');
    if (isNonEmpty(wrong)) return fail(wrong);
    if (groups.length === 0) return undetermined('bad_response', 'the host named no group of the gateway');
    if (sudo === 'unclear') return undetermined('bad_response', 'sudo did not say what the agent may run', findings);
    return judgeAll(findings);
  },
});
