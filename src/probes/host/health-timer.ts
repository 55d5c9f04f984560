import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { all, oneOf, single } from './records.ts';

/** The declared timer of the reporter, as systemd on the instance describes it and the unit that it starts. */
export interface HealthTimer {
  readonly loaded: boolean;
  /** systemd's ActiveState is `active`. */
  readonly active: boolean;
  /** Whether it comes back after a start of the machine: systemd's UnitFileState. */
  readonly enabled: boolean;
  /** Seconds since it last started its unit; undefined where it never has. */
  readonly triggeredSecondsAgo: number | undefined;
  /** systemd's Result of the unit that it starts. */
  readonly succeeded: boolean;
}

/** Undefined where no timer is declared. */
export const healthTimer = hostProbe<HealthTimer | undefined | ProbeError>({
  id: 'host/health-timer',
  as: 'login',
  lost: (error) => error,
  seconds: 10,
  script: ({ infrastructure }) => `
timer=${quote(infrastructure.healthReporterTimer ?? '')}
[ -n "$timer" ] || { say state undeclared; exit 0; }
need systemctl date sed
property() { printf '%s\\n' "$2" | sed -n "s/^$1=//p"; }
word() {
  value=$(property "$2" "$3")
  case $value in ''|*[!a-z-]*) value=none;; esac
  say "$1" "$value"
}
shown=$(systemctl show -p LoadState -p ActiveState -p UnitFileState -p Unit -p LastTriggerUSec -- "$timer") || { say state unanswered; exit 0; }
say state answered
word load LoadState "$shown"
word active ActiveState "$shown"
word enabled UnitFileState "$shown"
unit=$(property Unit "$shown")
result=
[ -z "$unit" ] || result=$(systemctl show -p Result -- "$unit")
word result Result "$result"
last=$(property LastTriggerUSec "$shown")
ago=never
case $last in
  ''|n/a|0) ;;
  *) if at=$(date -d "$last" +%s); then ago=$(($(date +%s) - at)); else ago=unclear; fi;;
esac
say triggered "$ago"
`,
  parse(records) {
    const state = oneOf(records, 'state', ['undeclared', 'unanswered', 'answered']);
    if (state === 'undeclared') return undefined;
    if (state === 'unanswered') {
      throw new ProbeError('bad_response', 'systemd on the host did not describe the timer of the health reporter');
    }
    const ago = single(records, 'triggered');
    if (ago !== 'never' && !/^\d{1,10}$/.test(ago)) {
      throw new ProbeError('bad_response', 'systemd on the host did not say when the timer last started its unit');
    }
    const is = (key: string, ...words: string[]) => words.includes(all(records, key)[0] ?? '');
    return {
      loaded: is('load', 'loaded'),
      active: is('active', 'active'),
      enabled: is('enabled', 'enabled', 'static', 'generated'),
      triggeredSecondsAgo: ago === 'never' ? undefined : Number(ago),
      succeeded: is('result', 'success'),
    };
  },
});
