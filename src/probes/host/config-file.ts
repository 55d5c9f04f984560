import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { all, oneOf } from './records.ts';

/** Whether the agent's own user could change the configuration of the gateway, which is taken over while it runs, or its program. */
export interface ConfigFile {
  readonly path: string;
  /** `linked` where a link is on the way: what it leads to was not looked at. */
  readonly kind: 'file' | 'linked' | 'missing' | 'other';
  readonly writable: boolean;
  /** Whether another file could take its place: a directory on the way to it can be written to. */
  readonly replaceable: boolean;
  /** Whether the file or a directory on the way is its own, not on a read-only mount: then it can change the modes. */
  readonly owned: boolean;
  /** The Node of the gateway and the scripts of its helpers, as far as one of the same holds for them. */
  readonly programs?: readonly string[];
}

/** Where the gateway's configuration is, as the environment file says. */
export function configPath({ host }: Environment): string {
  return host.configFile ?? `${host.stateDirectory}/openclaw.json`;
}

/**
 * As the agent's user, through the mounts of the gateway. `test -w` asks the kernel, which refuses on a read-only
 * mount too; nothing is opened.
 */
export const configFile = hostProbe<ConfigFile | ProbeError>({
  id: 'host/config-file',
  as: 'agent',
  seconds: 5,
  lost: (error) => error,
  script: (environment) => `
need tr sed readlink
${enterGatewayRoot}
on_read_only_mount() {
  longest= state=rw
  while read -r _ _ _ _ at options _; do
    [ "$at" != / ] || at=
    case $1/ in "$at"/*) ;; *) continue;; esac
    [ \${#at} -ge \${#longest} ] || continue
    longest=$at
    case $options in ro|ro,*) state=ro;; *) state=rw;; esac
  done <"/proc/$pid/mountinfo"
  [ "$state" = ro ]
}
look() {
  file=$root$1
  kind=other way= rest=\${1#/} writable=no replaceable=no owned=no
  while [ -n "$rest" ]; do
    dir=$root$way/
    if test -O "$dir" && ! on_read_only_mount "$way"; then owned=yes; fi
    way=$way/\${rest%%/*}
    # In a sticky directory, each may replace only its own.
    if test -w "$dir" && { [ ! -k "$dir" ] || [ -O "$dir" ] || [ -O "$root$way" ]; }; then replaceable=yes; fi
    [ ! -L "$root$way" ] || kind=linked
    case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
  done
  if [ "$kind" = linked ]; then :
  elif [ -f "$file" ]; then kind=file
  elif [ ! -e "$file" ] && [ -x "\${file%/*}/" ]; then kind=missing
  fi
  if test -w "$file"; then writable=yes; fi
  if test -O "$file" && ! on_read_only_mount "$1"; then owned=yes; fi
}
look ${quote(configPath(environment))}
say kind "$kind"
say writable "$writable"
say replaceable "$replaceable"
say owned "$owned"
# Its title hides what it was started from; its helpers do not.
program=
for helper in /proc/[0-9]*; do
  read -r line <"$helper/stat" || continue
  set -- \${line##*) }
  case "$2 $helper" in "$pid "*|*"/$pid") ;; *) continue;; esac
  program="$program $(tr '\\0' '\\n' <"$helper/cmdline" | sed -n '2{/\\/openclaw\\/\\(dist\\/.*\\|openclaw\\)\\.[cm]*js$/p;}')"
done
for path in $(readlink "/proc/$pid/exe") $program; do
  case $path in *[!A-Za-z0-9._/@+-]*|[!/]*) continue;; esac
  look "$path"
  case "$writable $replaceable $owned" in *yes*) say program "$path";; esac
done
`,
  parse(records, { environment }) {
    demandGateway(records, 'read');
    const flag = (key: string) => oneOf(records, key, ['yes', 'no']) === 'yes';
    return {
      path: configPath(environment),
      kind: oneOf(records, 'kind', ['file', 'linked', 'missing', 'other']),
      writable: flag('writable'),
      replaceable: flag('replaceable'),
      owned: flag('owned'),
      programs: all(records, 'program').filter((path) => /^\/[A-Za-z0-9._/@+-]{1,300}$/.test(path)),
    };
  },
});
