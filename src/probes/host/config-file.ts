import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { oneOf } from './records.ts';

/** Whether the agent's own user could change the configuration of the gateway, which is taken over while it runs. */
export interface ConfigFile {
  readonly path: string;
  /** `linked` where a link is on the way: what it leads to was not looked at. */
  readonly kind: 'file' | 'linked' | 'missing' | 'other';
  readonly writable: boolean;
  /** Whether another file could take its place: a directory on the way to it can be written to. */
  readonly replaceable: boolean;
  /** Whether the file or a directory on the way is its own, not on a read-only mount: then it can change the modes. */
  readonly owned: boolean;
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
${enterGatewayRoot}
path=${quote(configPath(environment))}
file=$root$path
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
kind=other at= rest=\${path#/} writable=no replaceable=no owned=no
while [ -n "$rest" ]; do
  if test -w "$root$at/"; then replaceable=yes; fi
  if test -O "$root$at/" && ! on_read_only_mount "$at"; then owned=yes; fi
  at=$at/\${rest%%/*}
  [ ! -L "$root$at" ] || kind=linked
  case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
done
if [ "$kind" = linked ]; then :
elif [ -f "$file" ]; then kind=file
elif [ ! -e "$file" ] && [ -x "\${file%/*}/" ]; then kind=missing
fi
if test -w "$file"; then writable=yes; fi
if test -O "$file" && ! on_read_only_mount "$path"; then owned=yes; fi
say kind "$kind"
say writable "$writable"
say replaceable "$replaceable"
say owned "$owned"
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
    };
  },
});
