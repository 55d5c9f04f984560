import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { all, oneOf, single } from './records.ts';

const backendStates = [
  'Running',
  'Stopped',
  'NeedsLogin',
  'NeedsMachineAuth',
  'Starting',
  'NoState',
  'InUseOtherUser',
] as const;

/** What the Tailscale daemon of the host says of itself. */
export interface Tailscale {
  readonly backend: (typeof backendStates)[number];
  /** Undefined where the key never expires. */
  readonly keyExpiry: Date | undefined;
  readonly expired: boolean;
  /** Whether something is published to the internet through Funnel. */
  readonly funnel: 'off' | 'on' | 'unclear';
}

/** The ways in for administrators. */
export interface Administration {
  /** Undefined where Tailscale is not installed. */
  readonly tailscale: Tailscale | undefined;
  readonly ssmAgent: 'running' | 'absent';
  /** Programs that run and publish a port of the host through somebody else's, by name. */
  readonly tunnels: readonly string[];
  /** The address of the host at which the SSH connection of this run came in; undefined where sshd did not say. */
  readonly cameInAt: string | undefined;
}

export const administration = hostProbe<Administration | ProbeError>({
  id: 'host/administration',
  as: 'login',
  lost: (error) => error,
  seconds: 12,
  script: `
need sed grep timeout
set -- \${SSH_CONNECTION:-}
case \${3:-} in *[!0-9a-fA-F.:]*|'') say came-in-at none;; *) say came-in-at "$3";; esac
ssm=absent daemon=missing
for file in /proc/[0-9]*/comm; do
  read -r name <"$file" || continue
  # The kernel cuts names off after 15 characters.
  case $name in amazon-ssm-agen) ssm=running;; tailscaled) daemon=unanswered;; bore|chisel|cloudflared|frpc|ngrok|zrok) say tunnel "$name";; esac
done
say ssm "$ssm"
command -v tailscale >/dev/null || { say tailscale "$daemon"; exit 0; }
status=$(timeout 5 tailscale status --json --peers=false) || { say tailscale unanswered; exit 0; }
say tailscale answered
say backend "$(printf '%s\\n' "$status" | sed -n 's/^  "BackendState": "\\([A-Za-z]*\\)",\\{0,1\\}$/\\1/p')"
self=$(printf '%s\\n' "$status" | sed -n '/^  "Self": {$/,/^  }/p')
[ -n "$self" ] || { say self missing; exit 0; }
say self there
printf '%s\\n' "$self" | sed -n 's/^    "KeyExpiry": "\\([0-9TZ:.+-]*\\)",\\{0,1\\}$/\\1/p' | while read -r t; do say key-expiry "$t"; done
if printf '%s\\n' "$self" | grep -q '^    "Expired": true'; then say expired yes; else say expired no; fi
funnel=unclear
if serve=$(timeout 4 tailscale serve status --json); then
  case $serve in
    *AllowFunnel*true*) funnel=on;;
    '{'*|'') funnel=off;;
  esac
fi
say funnel "$funnel"
`,
  parse(records) {
    const installed = oneOf(records, 'tailscale', ['missing', 'unanswered', 'answered']);
    if (installed === 'unanswered') {
      throw new ProbeError('bad_response', 'tailscale is on the host and does not say how it is');
    }
    const at = single(records, 'came-in-at');
    return {
      tailscale: installed === 'missing' ? undefined : ofTailscale(records),
      ssmAgent: oneOf(records, 'ssm', ['running', 'absent']),
      tunnels: [...new Set(all(records, 'tunnel'))].map(strictName),
      cameInAt: at === 'none' ? undefined : at,
    };
  },
});

function strictName(name: string): string {
  if (/^[a-z]{1,15}$/.test(name)) return name;
  throw new ProbeError('bad_response', 'the host named a program out of form');
}

function ofTailscale(records: Parameters<typeof all>[0]): Tailscale {
  const backend = oneOf(records, 'backend', backendStates);
  if (oneOf(records, 'self', ['there', 'missing']) === 'missing') {
    throw new ProbeError('bad_response', 'the status of tailscale does not describe the host itself');
  }
  const [expiry, ...more] = all(records, 'key-expiry');
  const time = expiry === undefined ? undefined : new Date(expiry);
  if (more.length > 0 || (time && Number.isNaN(time.getTime()))) {
    throw new ProbeError('bad_response', 'tailscale named the expiry of its key out of form');
  }
  return {
    backend,
    keyExpiry: time,
    expired: oneOf(records, 'expired', ['yes', 'no']) === 'yes',
    funnel: oneOf(records, 'funnel', ['off', 'on', 'unclear']),
  };
}
