import type { Environment } from '../../environment/schema.ts';
import { type Mount, parseMount } from '../../judging/mounts.ts';
import { type HostProbe, hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, type HostRunAs, quote } from '../../ports/host.ts';
import { demandGateway } from './gateway-root.ts';
import { all, oneOf } from './records.ts';

/** A mount that may lead to the workspace too. */
export interface Twin extends Mount {
  /**
   * Whether its tree and that of the workspace have a directory in common, by the numbers of their inodes; undefined
   * where that was not looked at, because it is no writable NFS mount or is on the workspace's own device.
   */
  readonly shares?: Sharing;
}

/** `unclear`: not all of it could be looked at, or not in time. */
export type Sharing = 'yes' | 'no' | 'unclear';

/** A mount helper of efs-utils, by its files below /var/run/efs. */
export interface EfsHelper {
  readonly fileSystem: string;
  readonly port: number;
  /** Whether its configuration connects that port to that file system. */
  readonly connects: boolean;
}

export interface Mounts {
  /** Mounts at, above and below the workspace and the runtime directory, as the gateway process sees them. */
  readonly seen: readonly Mount[];
  /** Every mount of the workspace's file system, and every NFS mount, in each mount namespace that the user sees. */
  readonly twins: readonly Twin[];
  /** What stat says of the two directories, through the root of the gateway; undefined where there is no directory. */
  readonly workspaceDevice: number | undefined;
  readonly runtimeDevice: number | undefined;
  /**
   * Whether the two are the same directory or one holds the other, by the number of the inode. On EFS those numbers are
   * unique in the file system, whatever access point or tunnel leads to it.
   */
  readonly shared: Sharing;
  /** Whether a part of the path to either directory is a symbolic link. */
  readonly linked: boolean;
  readonly helpers: readonly EfsHelper[];
}

const sharings = ['yes', 'no', 'unclear'] as const;

/** A path as the kernel writes it in the mount table. */
const inTable = (path: string) =>
  path.replaceAll(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** Of one search for an inode; there are two for each mount that is looked at. */
const searchSeconds = 8;
const mostTwins = 300;

const script = ({ soulDocuments }: Environment) => `
need stat grep sort find sed timeout
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
table=/proc/$pid/mountinfo
root=/proc/$pid/root
[ -r "$table" ] && [ -d "$root/." ] || { say state no-access; exit 0; }
workspace=${quote(soulDocuments.workspace)}
runtime=${quote(soulDocuments.runtime)}
say state seen
linked=no
for rest in "$workspace" "$runtime"; do
  at=$root rest=\${rest#/}
  while [ -n "$rest" ]; do
    at=$at/\${rest%%/*}
    [ ! -L "$at" ] || linked=yes
    case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
  done
done
say linked "$linked"
for name in workspace runtime; do
  eval "path=\\$$name"
  device=none
  if [ -d "$root$path" ]; then device=$(stat -c %d "$root$path") || device=none; fi
  say "$name-device" "$device"
done
# Whether a directory is, holds or lies in the workspace. Nothing found in a search that was cut short says nothing.
search() {
  ours=$(stat -c %d:%i "$root$workspace") || { echo unclear; return; }
  [ "\${ours#*:}" != "\${2#*:}" ] || { echo yes; return; }
  whole=yes
  for look in "$1 \${ours#*:}" "$root$workspace \${2#*:}"; do
    hit=$(timeout -k 1 ${searchSeconds} find "\${look% *}" -xdev -inum "\${look##* }") || whole=no
    [ -z "$hit" ] || { echo yes; return; }
  done
  if [ "$whole" = yes ]; then echo no; else echo unclear; fi
}
# Namespaces have copies of the same mount: each directory is searched once.
searched=' '
shares() {
  result=unclear
  place=$(stat -c %d:%i "$1") || return
  case $searched in
    *" $place="*) result=\${searched#*" $place="}; result=\${result%% *};;
    *) result=$(search "$1" "$place"); searched="$searched$place=$result ";;
  esac
}
shares "$root$runtime"
say shared "$result"
found=
table_workspace=${quote(inTable(soulDocuments.workspace))}
table_runtime=${quote(inTable(soulDocuments.runtime))}
while IFS= read -r line; do
  set -f; set -- $line; set +f
  target=$5
  keep=no
  for path in "$table_workspace" "$table_runtime"; do
    case $path/ in "\${target%/}"/*) keep=yes;; esac
    case $target in "$path"/*) keep=yes;; esac
    case $path/ in "$target"/) keep=yes;; esac
  done
  [ "$keep" = yes ] || continue
  say mount "$line"
  # The last of the longest above the workspace is the one that it is on.
  case $table_workspace/ in "\${target%/}"/*) [ \${#target} -lt \${#best} ] || { best=$target; found=$3; };; esac
done <"$table"
# The number of a mount is its own in every namespace. A device is written as major:minor here and as one number by stat.
number() { echo $((\${1#*:} % 256 + \${1%:*} * 256 + \${1#*:} / 256 * 1048576)); }
if [ -n "$found" ]; then
  grep -H -E " $found | - nfs4? " /proc/[0-9]*/mountinfo | {
    known=' ' later= count=0
    while IFS= read -r line; do
      base=\${line#/proc/} line=\${line#*:}
      base=/proc/\${base%%/*}/root
      case $known in *" \${line%% *} "*) continue;; esac
      set -f; set -- $line; set +f
      looked=yes
      case "$3 $6 $line" in
        "$found "*|*' ro '*|*' ro,'*) ;;
        *' - nfs'*) looked=no;;
      esac
      # Another process of the same namespace may be one whose root can be entered.
      if [ "$looked" = no ] && [ -d "$base/." ]; then
        looked=unclear at=$(printf %b "$(printf %s "$5" | sed 's/\\\\\\([0-7][0-7][0-7]\\)/\\\\0\\1/g')")
        [ "$(stat -c %d "$base$at")" != "$(number "$3")" ] || { shares "$base$at"; looked=$result; }
        say shares "$1 $looked"
      elif [ "$looked" = no ]; then
        later="$later
$line"
        continue
      fi
      known="$known$1 " count=$((count + 1))
      [ "$count" -gt ${mostTwins} ] || say twin "$line"
    done
    # Seen in a table, and entered by nobody.
    printf '%s\\n' "$later" | sort -u | while IFS= read -r line; do
      [ -n "$line" ] || continue
      case $known in *" \${line%% *} "*) ;; *) say twin "$line";; esac
    done
  }
fi
say twins complete
for file in /run/efs/stunnel-config.fs-* /var/run/efs/stunnel-config.fs-*; do
  [ -r "$file" ] || continue
  id=\${file##*/stunnel-config.}
  port=\${id##*.}
  id=\${id%%.*}
  case $id in *[!a-z0-9-]*) continue;; esac
  case $port in *[!0-9]*|'') continue;; esac
  connects=no
  if grep -q -E "^accept *= *(127\\.0\\.0\\.1|localhost|\\[?::1\\]?):$port *$" "$file" && grep -q -E "^connect *= *([a-z0-9-]+\\.)?$id\\.efs\\." "$file"; then connects=yes; fi
  say helper "$id $port $connects"
done
`;

function parse(records: HostRecords): Mounts {
  demandGateway(records, 'seen', 'the mounts of the gateway process cannot be read');
  oneOf(records, 'twins', ['complete']);
  const twins = all(records, 'twin');
  if (twins.length >= mostTwins)
    throw new ProbeError('truncated', 'the file system of the workspace is mounted too often');
  return {
    seen: all(records, 'mount').map(strictMount),
    twins: twins.map((line) => withSharing(strictMount(line), records)),
    workspaceDevice: device(records, 'workspace-device'),
    runtimeDevice: device(records, 'runtime-device'),
    shared: oneOf(records, 'shared', sharings),
    linked: oneOf(records, 'linked', ['yes', 'no']) === 'yes',
    helpers: all(records, 'helper').map((line) => {
      const match = /^(fs-[0-9a-f]{8,17}) (\d{1,5}) (yes|no)$/.exec(line);
      if (!match?.[1]) throw new ProbeError('bad_response', 'the host named a mount helper out of form');
      return { fileSystem: match[1], port: Number(match[2]), connects: match[3] === 'yes' };
    }),
  };
}

function strictMount(line: string): Mount {
  const mount = parseMount(line);
  if (!mount) throw new ProbeError('bad_response', 'a line of the mount table is not of the documented form');
  return mount;
}

function withSharing(mount: Mount, records: HostRecords): Twin {
  const [line, ...more] = all(records, 'shares').filter((text) => text.startsWith(`${mount.id} `));
  if (line === undefined) return mount;
  const shares = sharings.find((word) => line === `${mount.id} ${word}`);
  if (!shares || more.length > 0) throw new ProbeError('bad_response', 'the host compared a mount out of form');
  return { ...mount, shares };
}

function device(records: HostRecords, key: string): number | undefined {
  const [value, ...more] = all(records, key);
  if (value === 'none') return undefined;
  if (value === undefined || more.length > 0 || !/^\d{1,15}$/.test(value)) {
    throw new ProbeError('bad_response', 'the host did not say which device a directory is on');
  }
  return Number(value);
}

const mountsAs = (as: HostRunAs): HostProbe<Mounts | ProbeError> =>
  hostProbe<Mounts | ProbeError>({ id: `host/${as}-mounts`, as, seconds: 45, script, lost: (error) => error, parse });

/** What the agent's user can see of the mounts of the gateway process. */
export const agentMounts = mountsAs('agent');

/** The same as root, who also sees the namespaces of others and the files of the mount helper; else `access_denied`. */
export const rootMounts = mountsAs('root');
