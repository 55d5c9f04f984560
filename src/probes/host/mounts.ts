import type { Environment } from '../../environment/schema.ts';
import { type Mount, parseMount } from '../../judging/mounts.ts';
import { type HostProbe, hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, type HostRunAs, quote } from '../../ports/host.ts';
import { all, oneOf } from './records.ts';

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
  readonly twins: readonly Mount[];
  /** What stat says of the two directories, through the root of the gateway; undefined where there is no directory. */
  readonly workspaceDevice: number | undefined;
  readonly runtimeDevice: number | undefined;
  /**
   * Whether the two are the same directory or one holds the other, by the number of the inode, looking three levels
   * deep. On EFS those numbers are unique in the file system, whatever access point or tunnel leads to it.
   */
  readonly shared: 'yes' | 'no' | 'unclear';
  /** Whether a part of the path to either directory is a symbolic link. */
  readonly linked: boolean;
  readonly helpers: readonly EfsHelper[];
}

/** A path as the kernel writes it in the mount table. */
const inTable = (path: string) =>
  path.replaceAll(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

const script = ({ soulDocuments }: Environment) => `
need stat grep sort find head
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
shared=unclear
a=$(stat -c %i "$root$workspace") && b=$(stat -c %i "$root$runtime") && {
  shared=no
  if [ "$a" = "$b" ] || [ -n "$(find "$root$runtime" -maxdepth 3 -inum "$a" | head -n 1)" ] ||
    [ -n "$(find "$root$workspace" -maxdepth 3 -inum "$b" | head -n 1)" ]; then shared=yes; fi
}
say shared "$shared"
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
if [ -n "$found" ]; then
  cat /proc/[0-9]*/mountinfo 2>/dev/null | grep -E " $found | - nfs4 " | sort -u | head -n 300 | while IFS= read -r line; do
    say twin "$line"
  done
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
  const state = oneOf(records, 'state', ['seen', 'no-gateway', 'no-access']);
  if (state === 'no-gateway') {
    throw new ProbeError('not_found', 'no gateway process runs as the agent user on the host', {
      next: 'Start the gateway, and compare host.agentUser and gateway.port with it.',
    });
  }
  if (state === 'no-access') throw new ProbeError('access_denied', 'the mounts of the gateway process cannot be read');
  oneOf(records, 'twins', ['complete']);
  const twins = all(records, 'twin');
  if (twins.length >= 300) throw new ProbeError('truncated', 'the file system of the workspace is mounted too often');
  return {
    seen: all(records, 'mount').map(strictMount),
    twins: twins.map(strictMount),
    workspaceDevice: device(records, 'workspace-device'),
    runtimeDevice: device(records, 'runtime-device'),
    shared: oneOf(records, 'shared', ['yes', 'no', 'unclear']),
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

function device(records: HostRecords, key: string): number | undefined {
  const [value, ...more] = all(records, key);
  if (value === 'none') return undefined;
  if (value === undefined || more.length > 0 || !/^\d{1,15}$/.test(value)) {
    throw new ProbeError('bad_response', 'the host did not say which device a directory is on');
  }
  return Number(value);
}

const mountsAs = (as: HostRunAs): HostProbe<Mounts | ProbeError> =>
  hostProbe<Mounts | ProbeError>({ id: `host/${as}-mounts`, as, seconds: 10, script, lost: (error) => error, parse });

/** What the agent's user can see of the mounts of the gateway process. */
export const agentMounts = mountsAs('agent');

/** The same as root, who also sees the namespaces of others and the files of the mount helper; else `access_denied`. */
export const rootMounts = mountsAs('root');
