import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { HostRecords } from '../../ports/host.ts';
import { demandGateway } from './gateway-root.ts';
import { all, oneOf, single } from './records.ts';

const sudoStates = ['absent', 'none', 'permitted', 'unclear'] as const;
const namespaceStates = ['same', 'other', 'unreadable'] as const;

/** The process of the gateway and what its user may do. */
export interface GatewayProcess {
  /** Real, effective, saved and file-system user ids. */
  readonly uids: readonly number[];
  /** Names of the groups of the process and of its user; `gid-N` where a group has no name. */
  readonly groups: readonly string[];
  /** The numbers of the effective, permitted, inheritable and ambient capabilities, joined. */
  readonly capabilities: readonly number[];
  readonly noNewPrivileges: boolean;
  /** Whether `sudo -n -l` as the agent's user lists a rule. */
  readonly sudo: (typeof sudoStates)[number];
  /** Sockets of container managers that the agent's user may write to; such a one is as good as root. */
  readonly sockets: readonly string[];
  /** Against the namespaces of the SSH login. */
  readonly networkNamespace: (typeof namespaceStates)[number];
  readonly mountNamespace: (typeof namespaceStates)[number];
  /** Addresses on which something listens on the gateway's port, in its network namespace: hex, as in /proc/net/tcp. */
  readonly listeners: readonly string[];
  /** Whether the process itself holds such a listening socket. */
  readonly ownsListener: boolean;
}

const managerSockets = [
  '/run/docker.sock',
  '/var/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/buildkit/buildkitd.sock',
  '/run/libvirt/libvirt-sock',
  '/var/lib/lxd/unix.socket',
  '/var/snap/lxd/common/lxd/unix.socket',
  '/var/lib/incus/unix.socket',
];

export const gatewayProcess = hostProbe<GatewayProcess | ProbeError>({
  id: 'host/gateway-process',
  as: 'agent',
  lost: (error) => error,
  seconds: 10,
  script: `
need id tr ls grep readlink sort cat
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
say state seen
gids=
while read -r key rest; do
  case $key in
    Uid:) say uids "$(echo $rest)";;
    Gid:|Groups:) gids="$gids $rest";;
    CapEff:|CapPrm:|CapInh:|CapAmb:) say capability "$rest";;
    NoNewPrivs:) say no-new-privileges "$rest";;
  esac
done <"/proc/$pid/status"
for gid in $gids $(id -G "$CLAWCHECK_USER"); do
  name=
  while IFS=: read -r n _ g _; do [ "$g" != "$gid" ] || name=$n; done </etc/group
  case $name in ''|*[!A-Za-z0-9._-]*) name=gid-$gid;; esac
  say group "$name"
done
for kind in net mnt; do
  mine=$(readlink "/proc/self/ns/$kind")
  its=$(readlink "/proc/$pid/ns/$kind")
  if [ -z "$mine" ] || [ -z "$its" ]; then state=unreadable
  elif [ "$mine" = "$its" ]; then state=same
  else state=other; fi
  say "$kind-namespace" "$state"
done
# -k: without it, sudo would leave a record of the time behind.
if command -v sudo >/dev/null; then
  out=$(timeout 4 sudo -k -n -l 2>&1)
  rc=$?
  case $out in
    *NOPASSWD*|*'!authenticate'*) sudo=permitted;;
    *'may not run sudo'*|*'not allowed to run sudo'*|*'password is required'*|*'authentication is required'*|*'not in the sudoers'*) sudo=none;;
    *'may run the following'*) sudo=permitted;;
    *) sudo=unclear; [ "$rc" != 0 ] || sudo=permitted;;
  esac
else sudo=absent; fi
say sudo "$sudo"
for socket in ${managerSockets.join(' ')}; do
  if [ -S "$socket" ] && [ -w "$socket" ]; then say socket "$socket"; fi
done
hex=$(printf '%04X' "$CLAWCHECK_PORT")
sockets=$(listening "/proc/$pid" | while read -r _ at _ state _ _ _ _ _ inode _; do
  case "$at $state" in *":$hex 0A") echo "$inode=\${at%:*}";; esac
done | sort -u)
inodes=
for socket in $sockets; do
  say listener "\${socket#*=}"
  inodes="$inodes -e socket:.\${socket%%=*}]"
done
owner=no
if [ -n "$inodes" ] && ls -l "/proc/$pid/fd" | grep -q $inodes; then owner=yes; fi
say owner "$owner"
say end complete
`,
  parse(records) {
    demandGateway(records, 'seen');
    oneOf(records, 'end', ['complete']);
    return {
      uids: numbers(single(records, 'uids'), 4),
      groups: [...new Set(all(records, 'group'))],
      capabilities: capabilities(records),
      noNewPrivileges: oneOf(records, 'no-new-privileges', ['0', '1']) === '1',
      sudo: oneOf(records, 'sudo', sudoStates),
      sockets: all(records, 'socket').map((socket) => managerSockets.find((known) => known === socket) ?? 'another'),
      networkNamespace: oneOf(records, 'net-namespace', namespaceStates),
      mountNamespace: oneOf(records, 'mnt-namespace', namespaceStates),
      listeners: all(records, 'listener').map(hexAddress),
      ownsListener: oneOf(records, 'owner', ['yes', 'no']) === 'yes',
    };
  },
});

function numbers(text: string, count: number): number[] {
  const words = text.split(' ');
  if (words.length !== count || words.some((word) => !/^\d{1,10}$/.test(word))) {
    throw new ProbeError('bad_response', 'the host did not say as whom the gateway runs');
  }
  return words.map(Number);
}

/** Each set is a mask of 64 bits in hex; all four must be there, or a set would be taken for empty. */
function capabilities(records: HostRecords): number[] {
  const masks = all(records, 'capability');
  if (masks.length < 4 || masks.some((mask) => !/^[0-9a-f]{16}$/.test(mask))) {
    throw new ProbeError('bad_response', 'the host did not name the capabilities of the gateway');
  }
  const joined = masks.reduce((all, mask) => all | BigInt(`0x${mask}`), 0n);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (joined >> BigInt(bit)) & 1n);
}

function hexAddress(text: string): string {
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(text)) {
    throw new ProbeError('bad_response', 'the host named a listening address out of form');
  }
  return text;
}
