import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demandGateway } from './gateway-root.ts';
import { all, oneOf } from './records.ts';

const grantStates = ['absent', 'none', 'permitted', 'unclear'] as const;
type GrantState = (typeof grantStates)[number];

/** What the agent's user is given beside sudo, and needs no setuid program for. */
export interface Grants {
  /** A rule of doas for the user or a group of its that asks for no password. */
  readonly doas: GrantState;
  /** What polkitd says of the gateway process itself, without asking anybody. */
  readonly polkit: GrantState;
  /** Those of `polkitActions` that it is authorised for. */
  readonly actions: readonly string[];
  /** The API of Docker over TCP, as it answers the agent's user without a certificate. */
  readonly docker: 'absent' | 'closed' | 'open' | 'unclear';
}

/** Each of them lets who may do it run something as root, or mount. */
export const polkitActions = [
  'org.freedesktop.systemd1.manage-units',
  'org.freedesktop.systemd1.manage-unit-files',
  'org.freedesktop.policykit.exec',
  'org.freedesktop.udisks2.filesystem-mount-system',
] as const;

/** What `pkcheck` exits with is documented in pkcheck(1): 0 authorised, 1 not, 2 and 3 only after a password. */
const script = `
need id grep cat timeout
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
say state seen
doas=absent
if command -v doas >/dev/null; then
  doas=none
  if [ -r /etc/doas.conf ]; then
    names=" $CLAWCHECK_USER "
    for group in $(id -Gn "$CLAWCHECK_USER"); do names="$names:$group "; done
    set -f
    while read -r action rest; do
      case "$action $rest " in
        permit*' nopass '*) word=permitted;;
        deny*) word=none;;
        *) continue;;
      esac
      for one in $rest; do
        case $one in as|cmd|args) [ "$action" = permit ] || word=; break;; esac
        case $names in *" $one "*) ours=$word; break;; esac
      done
      [ "$word" = '' ] || doas=\${ours:-$doas}
      ours=
    done </etc/doas.conf
    set +f
  elif [ -e /etc/doas.conf ]; then doas=unclear; fi
fi
say doas "$doas"
# Without the system bus nobody can ask polkit for anything.
polkit=absent
if [ ! -S /run/dbus/system_bus_socket ]; then :
elif command -v pkcheck >/dev/null; then
  polkit=none
  for action in ${polkitActions.join(' ')}; do
    out=$(timeout -k 1 3 pkcheck --action-id "$action" --process "$pid" 2>&1)
    case "$? $out" in
      '0 '*) say action "$action";;
      [123]' '*|*'not registered'*) ;;
      *) polkit=unclear;;
    esac
  done
elif [ -e /usr/lib/polkit-1/polkitd ] || [ -e /usr/libexec/polkitd ] || [ -e /usr/lib/policykit-1/polkitd ]; then polkit=unclear; fi
say polkit "$polkit"
docker=absent
for port in 2375 2376; do
  hex=$(printf '%04X' "$port")
  for at in $(listening "/proc/$pid" | while read -r _ at _ state _; do
    case "$at $state" in *":$hex 0A") echo "\${at%:*}";; esac
  done | sort -u); do
    case $at in
      00000000|0100007F) host=127.0.0.1;;
      ????????) d=\${at%??????} c=\${at#??} b=\${at#????} a=\${at#??????}; c=\${c%????} b=\${b%??}; host=$((0x$a)).$((0x$b)).$((0x$c)).$((0x$d));;
      *) host='[::1]';;
    esac
    [ "$docker" != absent ] || docker=closed
    for scheme in http https; do
      command -v curl >/dev/null || { docker=unclear; continue; }
      out=$(curl -q --noproxy '*' -g -s -k -i -m 3 "$scheme://$host:$port/_ping")
      rc=$?
      case "$rc $out" in
        *[Aa][Pp][Ii]-[Vv]ersion:*) docker=open; break 3;;
        '28 '*) docker=unclear;;
      esac
    done
  done
done
say docker "$docker"
say end complete
`;

export const grants = hostProbe<Grants | ProbeError>({
  id: 'host/grants',
  as: 'agent',
  lost: (error) => error,
  seconds: 25,
  script,
  parse(records) {
    demandGateway(records, 'seen');
    oneOf(records, 'end', ['complete']);
    const actions = all(records, 'action').map((text) => {
      const action = polkitActions.find((one) => one === text);
      if (!action) throw new ProbeError('bad_response', 'the host named an action of polkit out of form');
      return action;
    });
    return {
      doas: oneOf(records, 'doas', grantStates),
      polkit: actions.length > 0 ? 'permitted' : oneOf(records, 'polkit', grantStates),
      actions,
      docker: oneOf(records, 'docker', ['absent', 'closed', 'open', 'unclear']),
    };
  },
});
