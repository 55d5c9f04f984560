import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { all, oneOf } from './records.ts';

/** What the agent's user could use to become root or to put something else in the place of the workspace. */
export interface WaysToRoot {
  /** Files, directories and devices that decide what root does, and that this user may write to. */
  readonly writable: readonly string[];
  /** Directories above the workspace that this user could rename, and so what is mounted below them. */
  readonly replaceable: readonly string[];
  /** `not-needed` where the gateway runs with NoNewPrivileges: no program then gives it more than it has. */
  readonly search: (typeof searches)[number];
  /** Programs that run as root whoever starts them, and that this user may start. */
  readonly setuid: readonly string[];
  /** Programs with capabilities of their own, as getcap prints these. */
  readonly capable: readonly { readonly path: string; readonly capabilities: string }[];
}

const decisive = [
  ...['/boot', '/etc', '/root', '/usr', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/local/bin', '/usr/local/sbin'],
  ...['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/doas.conf'],
  ...['/etc/fstab', '/etc/exports', '/etc/pam.d', '/etc/security', '/etc/profile', '/etc/profile.d', '/etc/ssh'],
  ...['/etc/ld.so.preload', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/modprobe.d', '/etc/udev/rules.d'],
  ...['/etc/crontab', '/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly'],
  ...['/var/spool/cron', '/var/spool/cron/crontabs', '/etc/rc.local', '/etc/init.d', '/etc/polkit-1/rules.d'],
  ...['/etc/systemd', '/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'],
  ...['/root/.ssh', '/root/.ssh/authorized_keys', '/root/.bashrc', '/root/.profile'],
];
/** What lies in such directories, by the patterns of the shell. */
const inside = [
  ...['/etc/sudoers.d/*', '/etc/pam.d/*', '/etc/profile.d/*', '/etc/cron.d/*', '/etc/cron.hourly/*', '/etc/init.d/*'],
  ...['/etc/cron.daily/*', '/etc/cron.weekly/*', '/etc/cron.monthly/*', '/etc/systemd/system/*.service'],
  ...['/etc/systemd/system/*.timer', '/etc/systemd/system/*.mount', '/etc/systemd/system/*.d'],
  ...['/etc/systemd/system/*.d/*.conf', '/usr/lib/systemd/system/*.service', '/usr/local/bin/*', '/usr/local/sbin/*'],
  ...['/dev/sd*', '/dev/vd*', '/dev/xvd*', '/dev/nvme*n*', '/dev/dm-*', '/dev/mem', '/dev/kmem'],
];

const searches = ['complete', 'cut', 'no-getcap', 'not-needed'] as const;
const searchSeconds = 30;

/** `test -w` asks the kernel, which refuses on a read-only mount too; nothing is opened. */
const script = ({ soulDocuments }: Environment) => `
need find xargs timeout sed
${enterGatewayRoot}
plain() { case $1 in *[!A-Za-z0-9._/@+:-]*|'') echo unnamed;; *) if [ \${#1} -le 200 ]; then echo "$1"; else echo unnamed; fi;; esac; }
for file in ${decisive.map((path) => `"$root"${quote(path)}`).join(' ')} ${inside.map((glob) => `"$root"${glob}`).join(' ')}; do
  [ -e "$file" ] && [ ! -L "$file" ] && [ -w "$file" ] || continue
  path=\${file#"$root"}
  # /dev/null is writable to all, and many a directory below /dev is not a disk.
  case $path in /dev/*) [ -b "$file" ] || [ -c "$file" ] || continue;; esac
  say writable "$(plain "$path")"
done
points=$(while read -r _ _ _ _ at _; do printf '%s\\n' "$at"; done <"/proc/$pid/mountinfo")
at= rest=${quote(soulDocuments.workspace.slice(1))}
while [ -n "$rest" ]; do
  child=$at/\${rest%%/*}
  # What something is mounted on cannot be renamed (EBUSY), only what lies above it.
  case "
$points
" in *"
$child
"*) busy=yes;; *) busy=no;; esac
  if [ "$busy" = no ] && [ -w "$root$at/" ]; then
    if [ ! -k "$root$at/" ] || [ -O "$root$at/" ] || [ -O "$root$child" ]; then say replaceable "$(plain "$child")"; fi
  fi
  at=$child
  case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
done
while read -r key value; do [ "$key" != NoNewPrivs: ] || privileges=$value; done <"/proc/$pid/status"
if [ "$privileges" = 1 ]; then say search not-needed; exit 0; fi
# File systems where the bit counts; each by itself, so that the list is never walked twice.
set --
while read -r _ _ _ _ at options rest; do
  type=\${rest##* - }
  type=\${type%% *}
  case ,$options, in *,nosuid,*) continue;; esac
  case $type in
    proc|sysfs|cgroup*|devpts|devtmpfs|mqueue|bpf|tracefs|debugfs|securityfs|pstore|efivarfs|configfs) continue;;
    hugetlbfs|rpc_pipefs|autofs|nsfs|binfmt_misc|selinuxfs) continue;;
  esac
  case $at in *\\\\*) continue;; esac
  set -- "$@" "$root\${at%/}/"
done <"/proc/$pid/mountinfo"
search=complete
[ $# -gt 0 ] || search=cut
command -v getcap >/dev/null || search=no-getcap
if [ "$search" = complete ]; then
  found=$(timeout -k 1 ${searchSeconds} sh -c '
find "$@" -xdev -type f -perm -4000 -user 0 -print | sed "s/^/setuid /"
find "$@" -xdev -type f \\( -perm -0001 -o -perm -0010 -o -perm -0100 \\) -print0 | xargs -0 getcap | sed "s/^/capable /"
echo ended' sh "$@")
  case $found in *ended) ;; *) search=cut;; esac
  printf '%s\\n' "$found" | while IFS= read -r line; do
    file=\${line#* }
    case $line in
      'setuid '*) [ -x "$file" ] && say setuid "$(plain "\${file#"$root"}")";;
      'capable '*) file=\${file%% *}; [ -x "$file" ] && say capable "$(plain "\${file#"$root"}") \${line##* }";;
    esac
  done
fi
say search "$search"
`;

function parse(records: HostRecords): WaysToRoot {
  demandGateway(records, 'read');
  return {
    search: oneOf(records, 'search', searches),
    writable: all(records, 'writable').map(strictPath),
    replaceable: all(records, 'replaceable').map(strictPath),
    setuid: [...new Set(all(records, 'setuid').map(strictPath))],
    capable: all(records, 'capable').map((text) => {
      const [path = '', capabilities = '', ...more] = text.split(' ');
      if (more.length > 0 || !/^[a-z0-9_,+=]{2,400}$/.test(capabilities)) throw malformed();
      return { path: strictPath(path), capabilities };
    }),
  };
}

const malformed = () => new ProbeError('bad_response', 'the host named a way to root out of form');

function strictPath(path: string): string {
  if (/^(\/[A-Za-z0-9._/@+:-]{0,200}|unnamed)$/.test(path)) return path;
  throw malformed();
}

/** As the agent's user, through the mounts of the gateway. Network file systems are searched too, within the same time. */
export const waysToRoot = hostProbe<WaysToRoot | ProbeError>({
  id: 'host/ways-to-root',
  as: 'agent',
  lost: (error) => error,
  seconds: searchSeconds + 5,
  script,
  parse,
});
