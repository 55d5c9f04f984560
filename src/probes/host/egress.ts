import type { Endpoint, Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all } from './records.ts';

/** How far a connection got, and what ended it. Only `tcp_timeout` is a packet filter that drops. */
export const connectionResults = [
  'connected',
  'tcp_timeout',
  'tcp_refused',
  'unreachable',
  'dns_failed',
  'dns_timeout',
  'tls_failed',
  'tls_timeout',
  'tls_untrusted',
  'other',
] as const;
export type ConnectionResult = (typeof connectionResults)[number];

export interface ConnectionAttempt extends Endpoint {
  readonly approved: boolean;
  readonly result: ConnectionResult;
  /** Milliseconds until it was decided. */
  readonly elapsedMs: number;
}

export interface Egress {
  readonly attempts: readonly ConnectionAttempt[];
  /** Whether the gateway process has a proxy in its environment: then its traffic goes another way than the probe's. */
  readonly proxied: boolean;
}

const endpoints = ({ network }: Environment) => [
  ...network.approvedHosts.map((endpoint) => ({ ...endpoint, approved: true })),
  ...network.unapprovedHosts.map((endpoint) => ({ ...endpoint, approved: false })),
];

/** Resolving may take this long beside the connection itself. */
const graceSeconds = 4;

/**
 * Connects from the instance, as the agent's user, to every approved and unapproved destination at the same time, so
 * that each refusal stands beside a success of the same minute. No proxy, no configuration file of the user.
 */
export const egress = hostProbe<Egress>({
  id: 'host/egress',
  as: 'agent',
  seconds: ({ network }) => network.timeoutSeconds + graceSeconds + 6,
  script: (environment) => `
need curl
limit=${environment.network.timeoutSeconds}
word() {
  # curl's exit code, the time until the name was known and until TCP was connected, its message
  connected=yes
  case $3 in 0.000000|0|'') connected=no;; esac
  case $1 in
    0|52|56|1|8|16|92) [ "$connected" = yes ] && { echo connected; return; };;
    6) echo dns_failed; return;;
    5) echo other; return;;
    60|51|58|77|83|91) echo tls_untrusted; return;;
    35) echo tls_failed; return;;
    28)
      if [ "$connected" = yes ]; then echo tls_timeout
      else case $2 in 0.000000|0|'') echo dns_timeout;; *) echo tcp_timeout;; esac; fi
      return;;
    7)
      case $4 in
        *refused*) echo tcp_refused;;
        *unreachable*|*'No route'*) echo unreachable;;
        *'imed out'*|*'imeout'*) echo tcp_timeout;;
        *) echo other;;
      esac
      return;;
  esac
  echo other
}
attempt() {
  started=$(date +%s%3N 2>/dev/null)
  out=$(curl -q --noproxy '*' -sS -o /dev/null --connect-timeout "$limit" -m $((limit + ${graceSeconds})) -w '|%{time_namelookup}|%{time_connect}' "$2" 2>&1)
  rc=$?
  ended=$(date +%s%3N 2>/dev/null)
  times=\${out##*|}
  names=\${out%|*}
  names=\${names##*|}
  case $started$ended in *[!0-9]*|'') elapsed=0;; *) elapsed=$((ended - started));; esac
  echo "$1 $(word "$rc" "$names" "$times" "$out") $elapsed"
}
pid=$(gateway_pid)
proxied=no
if [ -n "$pid" ] && tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | grep -q -i -E '^(http|https|all)_proxy=.'; then proxied=yes; fi
say proxied "$proxied"
results=$(
${endpoints(environment)
  .map(({ host, port, tls }, i) => `attempt ${i} ${quote(url(host, port, tls))} &`)
  .join('\n')}
wait
)
while read -r line; do
  [ -z "$line" ] || say attempt "$line"
done <<END
$results
END
`,
  parse(records, { environment }) {
    return { attempts: parseAttempts(records, environment), proxied: all(records, 'proxied')[0] === 'yes' };
  },
});

function url(host: string, port: number, tls: boolean): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

function parseAttempts(records: HostRecords, environment: Environment): ConnectionAttempt[] {
  const lines = new Map(all(records, 'attempt').map((line) => [line.split(' ', 1)[0], line.split(' ')]));
  return endpoints(environment).map((endpoint, i) => {
    const [, word, elapsed = ''] = lines.get(String(i)) ?? [];
    const result = connectionResults.find((r) => r === word);
    if (!result || !/^\d+$/.test(elapsed)) {
      throw new ProbeError('bad_response', 'the host did not say how each connection ended');
    }
    return { ...endpoint, result, elapsedMs: Number(elapsed) };
  });
}
