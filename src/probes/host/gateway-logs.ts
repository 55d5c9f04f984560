import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { configPath } from './config-file.ts';
import { demandGateway, enterGatewayRoot } from './gateway-root.ts';
import { all, integer, oneOf } from './records.ts';
import { demandSelfTest, searchedRules, searchRules, searchSelfTest } from './secret-search.ts';

export interface SampledLog {
  readonly path: string;
  readonly kind: 'gateway' | 'session';
  /** What was read of it: its end. */
  readonly bytes: number;
  readonly lines: number;
  /** When it was last written to. */
  readonly written: Date;
}

/** A search for credentials in the logs of the gateway and the transcripts of sessions, as they lie on the host. */
export interface GatewayLogs {
  readonly logs: readonly SampledLog[];
  /** Lines that hold a form of credential; what they say stays on the host. */
  readonly findings: readonly { readonly rule: string; readonly lines: number; readonly path: string }[];
  readonly unreadable: number;
  /** Files that were left out, because enough had been read. */
  readonly left: number;
}

/** Of each log, and of all together, the newest bytes that are read. */
const mostOfOne = 32 * 1024 * 1024;
const mostOfAll = 128 * 1024 * 1024;
const mostFiles = 50;
const searchSeconds = 40;

/**
 * Logs are looked for where the environment file says, else where any `file` of the configuration says, and where the
 * gateway writes by default; with what was rotated. A path that is not plain text is not shown.
 */
const script = (environment: Environment) => `
need grep tail stat ls sed cksum date
${enterGatewayRoot}
${searchRules(environment)}
${searchSelfTest(environment)}
home=$HOME
config=$root${quote(configPath(environment))}
given=${quote(environment.host.logFile ?? '')}
state=$root${quote(environment.host.stateDirectory)}
if [ -z "$given" ] && [ -r "$config" ]; then
  given=$(grep -a -o -E "[\\"']?file[\\"']?[[:space:]]*:[[:space:]]*[\\"'][~/][^\\"']*[\\"']" "$config" |
    sed -e "s/[\\"']\\$//" -e "s/.*[\\"']//")
fi
list() {
  printf '%s\\n' "$given" | while IFS= read -r path; do
    case $path in
      '~/'*) path=$home/\${path#'~/'};;
      /*) ;;
      *) continue;;
    esac
    ls -t -d "$root$path" "$root\${path%.log}".*.log "$root$path".* 2>/dev/null
  done
  ls -t -d "$root"/tmp/openclaw/openclaw-*.log "$root$home"/.cache/openclaw-*/openclaw-*.log 2>/dev/null
  printf '%s\\n' sessions
  ls -t -d "$state"/agents/*/sessions/*.jsonl 2>/dev/null
}
kind=gateway seen=: all=0 files=0 left=0 unreadable=0
stop=$(($(date +%s) + ${searchSeconds - 10}))
while IFS= read -r file; do
  if [ "$file" = sessions ]; then kind=session; continue; fi
  [ -f "$file" ] || continue
  case $seen in *":$file:"*) continue;; esac
  seen=$seen$file:
  if [ "$all" -ge ${mostOfAll} ] || [ "$files" -ge ${mostFiles} ] || [ "$(date +%s)" -ge "$stop" ]; then
    left=$((left + 1)); continue
  fi
  size=
  size=$(stat -c %s -- "$file") && lines=$(tail -c ${mostOfOne} -- "$file" | grep -a -c '') && [ -r "$file" ] ||
    { [ "$size" = 0 ] || unreadable=$((unreadable + 1)); continue; }
  [ "$size" -le ${mostOfOne} ] || size=${mostOfOne}
  all=$((all + size)) files=$((files + 1))
  shown=\${file#"$root"}
  hidden=no
  case $shown in *[!A-Za-z0-9._/@+:-]*) hidden=yes;; esac
  if [ \${#shown} -gt 200 ] || printf '%s\\n' "$shown" | grep -q -a -E -e "$ALL"; then hidden=yes; fi
  [ "$hidden" = no ] || { shown=$(printf '%s' "$N$shown" | cksum); shown=hashed-\${shown%% *}; }
  say file "$kind $size $lines $(stat -c %Y -- "$file") $shown"
  tail -c ${mostOfOne} -- "$file" | grep -q -a -E -e "$ALL"
  case $? in
    0) ;;
    1) continue;;
    *) unreadable=$((unreadable + 1)); continue;;
  esac
  printf '%s\\n' "$RULES" | while read -r id pattern; do
    hits=$(tail -c ${mostOfOne} -- "$file" | grep -c -a -E -e "$pattern")
    case $hits in ''|0|*[!0-9]*) continue;; esac
    say hit "$id $hits $shown"
  done
done <<FILES
$(list)
FILES
say unreadable "$unreadable"
say left "$left"
say end complete
`;

function parse(records: HostRecords, environment: Environment): GatewayLogs {
  demandGateway(records, 'read');
  demandSelfTest(records, environment);
  oneOf(records, 'end', ['complete']);
  return {
    logs: all(records, 'file').map((text) => {
      const match = /^(gateway|session) (\d{1,12}) (\d{1,12}) (\d{1,12}) ([A-Za-z0-9._/@+:-]{1,220})$/.exec(text);
      if (!match?.[5]) throw new ProbeError('bad_response', 'the host named a log out of form');
      const kind = match[1] === 'gateway' ? 'gateway' : 'session';
      const written = new Date(Number(match[4]) * 1000);
      return { path: match[5], kind, bytes: Number(match[2]), lines: Number(match[3]), written };
    }),
    findings: all(records, 'hit').map((text) => {
      const match = /^([a-z-]+) (\d{1,12}) ([A-Za-z0-9._/@+:-]{1,220})$/.exec(text);
      const rule = searchedRules(environment).find(({ id }) => id === match?.[1])?.id;
      if (!match?.[3] || !rule) throw new ProbeError('bad_response', 'the host named a finding out of form');
      return { rule, lines: Number(match[2]), path: match[3] };
    }),
    unreadable: integer(records, 'unreadable'),
    left: integer(records, 'left'),
  };
}

/** As the agent's user, whose logs they are. Only rules, counts and paths leave the host. */
export const gatewayLogs = hostProbe<GatewayLogs | ProbeError>({
  id: 'host/gateway-logs',
  as: 'agent',
  lost: (error) => error,
  seconds: searchSeconds + 10,
  script,
  parse: (records, { environment }) => parse(records, environment),
});
