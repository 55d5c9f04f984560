import { setuidProgram, strongCapabilities, strongOf } from '../../src/judging/ways-to-root.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { gatewayProcess } from '../../src/probes/host/gateway-process.ts';
import { type Grants, grants } from '../../src/probes/host/grants.ts';
import { type WaysToRoot, waysToRoot } from '../../src/probes/host/ways-to-root.ts';

/** Groups that are as good as root: container managers, raw disks and memory, password hashes, and who may use sudo. */
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
  'shadow',
  'kmem',
  'microk8s',
];

export default check({
  title: "The agent's user cannot remount the workspace",
  failureTitle: "The agent's user has a way to remount the workspace",
  why: 'A read-only mount holds only as long as nobody who runs there can make it writable.',
  trap: 'Not being root is taken for enough; capabilities, sudo rules, the group docker or a unit that the agent may write lead there.',
  remediation:
    'Run the gateway as its own user without capabilities, sudo rules or membership in docker, lxd, disk, sudo or wheel; set NoNewPrivileges and an empty CapabilityBoundingSet in its unit; let root own what root runs and every directory above the mount.',
  needs: { process: gatewayProcess, ways: waysToRoot, grants },
  judge({ process, ways, grants }, { environment }) {
    if (process instanceof ProbeError) return undetermined(process.reason, process.message);
    const user = environment.host.agentUser;
    const { uids, capabilities, groups, sudo, sockets } = process;
    const roots = uids.filter((uid) => uid === 0);
    const held = capabilities.flatMap((bit) => strongCapabilities[bit] ?? []);
    const member = groups.filter((group) => powerful.includes(group) || group === 'gid-0');
    const see = (
      subject: string,
      expected: string,
      observed: string,
      ok: boolean,
    ): Finding<'process' | 'ways' | 'grants'> => {
      return { fact: 'process', subject, expected, observed, ok };
    };
    const findings: Finding<'process' | 'ways' | 'grants'>[] = [
      see('user of the gateway', 'not root', roots.length > 0 ? 'root' : `uid ${uids[0]}`, roots.length === 0),
      see('capabilities of the gateway', 'none that leads to a mount', held.join(', ') || 'none', held.length === 0),
      see(`groups of ${user}`, 'none that is as good as root', member.join(', ') || 'none', member.length === 0),
      see(`sudo rules of ${user}`, 'none without a password', sudo, sudo === 'none' || sudo === 'absent'),
      see(`container sockets open to ${user}`, 'none', sockets.join(', ') || 'none', sockets.length === 0),
      ...(ways instanceof ProbeError ? [] : opened(ways)),
      ...(grants instanceof ProbeError ? [] : granted(grants)),
    ];
    const wrong = findings.filter(({ ok, observed }) => !ok && observed !== 'unclear');
    if (isNonEmpty(wrong)) return fail(wrong);
    if (groups.length === 0) return undetermined('bad_response', 'the host named no group of the gateway');
    if (grants instanceof ProbeError) return undetermined(grants.reason, grants.message, findings);
    const untold = findings.find(({ observed }) => observed === 'unclear');
    if (untold)
      return undetermined('bad_response', `the host did not say what is granted: ${untold.subject}`, findings);
    if (ways instanceof ProbeError) return undetermined(ways.reason, ways.message, findings);
    if (ways.search === 'cut') return undetermined('timeout', 'the search for setuid programs did not end', findings);
    if (ways.search === 'no-getcap') {
      const message = 'getcap is missing on the host, and the gateway runs without NoNewPrivileges';
      return undetermined('tool_missing', message, findings);
    }
    const unclear = ways.setuid.filter((path) => setuidProgram(path) === 'unclear');
    if (unclear.length > 0) {
      const message = `it is not known what a setuid program of root lets the agent do: ${unclear.slice(0, 5).join(', ')}`;
      return undetermined('conflict', message, findings);
    }
    return judgeAll(findings);
  },
});

function opened({ writable, replaceable, search, setuid, capable }: WaysToRoot): Finding<'ways'>[] {
  const none = (subject: string, expected: string, found: readonly string[], otherwise = 'none'): Finding<'ways'> => {
    const observed = found.slice(0, 5).join(', ') || otherwise;
    return { fact: 'ways', subject, expected, observed, ok: found.length === 0 };
  };
  const idle = search === 'not-needed' ? 'not looked for: NoNewPrivileges is set' : 'none';
  const programs = setuid.filter((path) => setuidProgram(path) === 'open');
  const strong = capable.filter(({ capabilities }) => strongOf(capabilities).length > 0);
  return [
    none('what decides what root does, and the agent may write to', 'nothing', writable),
    none('directories above the mount that the agent may rename', 'none', replaceable),
    none('setuid programs of root that run or write anything', 'none, or NoNewPrivileges', programs, idle),
    none(
      'programs with capabilities that lead to a mount',
      'none, or NoNewPrivileges',
      strong.map(({ path }) => path),
      idle,
    ),
  ];
}

function granted({ doas, polkit, actions, docker }: Grants): Finding<'grants'>[] {
  const see = (subject: string, expected: string, observed: string, ok: boolean): Finding<'grants'> => {
    return { fact: 'grants', subject, expected, observed, ok };
  };
  const refused = (state: string) => state === 'none' || state === 'absent';
  return [
    see('doas rules of the agent', 'none without a password', doas, refused(doas)),
    see('what polkit lets the gateway do', 'nothing as root', actions.join(', ') || polkit, refused(polkit)),
    see(
      'Docker over TCP, without a certificate',
      'does not answer',
      docker,
      docker === 'absent' || docker === 'closed',
    ),
  ];
}
