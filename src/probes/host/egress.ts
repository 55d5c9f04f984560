import type { Endpoint, Environment } from '../../environment/schema.ts';
import { isAddress } from '../../judging/cidr.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import type { Destination } from '../../ports/vantage.ts';
import { all, oneOf } from './records.ts';
import { gatewayVariables } from './variables.ts';

/** How far a connection got, and what ended it. Only `tcp_timeout` is a packet filter that drops. */
export type ConnectionResult =
  | 'connected'
  | 'tcp_timeout'
  | 'tcp_refused'
  | 'unreachable'
  | 'dns_failed'
  | 'dns_timeout'
  | 'tls_failed'
  | 'tls_timeout'
  | 'tls_untrusted'
  | 'other';

export interface ConnectionAttempt extends Endpoint {
  readonly approved: boolean;
  /** A name is tried over both; an address over its own. */
  readonly family: 'ipv4' | 'ipv6';
  readonly result: ConnectionResult;
  /** Seconds until it was decided. */
  readonly seconds: number;
}

export interface Egress {
  readonly attempts: readonly ConnectionAttempt[];
  /** Whether the gateway process is in the network namespace that the connections were made from. */
  readonly namespace: 'same' | 'other' | 'unreadable' | 'no-gateway';
  /** Whether the gateway has a proxy in its environment or a dotenv file that it reads: then its traffic goes another way than the probe's. */
  readonly proxied: 'yes' | 'no' | 'unreadable' | 'no-gateway';
  /** Whether the host has a way out over IPv6 at all. */
  readonly ipv6: 'routed' | 'absent';
  /** What came of a question over UDP/53 to each resolver. */
  readonly questions: readonly Question[];
}

const questionResults = ['answered', 'refused', 'silent', 'unreachable', 'tool-missing'] as const;

/** A question to a DNS server on the internet, over UDP. */
export interface Question {
  readonly resolver: string;
  readonly result: (typeof questionResults)[number];
}

/** A connection that the host is asked to try. */
export interface Planned extends Endpoint {
  readonly approved: boolean;
  readonly family: 'ipv4' | 'ipv6';
}

/** Every connection that the probe tries: a name over both families, an address over its own. */
export function planned({ network }: Environment): Planned[] {
  const of = (approved: boolean) => (endpoint: Endpoint) =>
    families(endpoint.host).map((family) => ({ ...endpoint, approved, family }));
  return [...network.approvedHosts.flatMap(of(true)), ...network.unapprovedHosts.flatMap(of(false))];
}

/** The resolvers that are asked over UDP/53. */
export function resolvers({ network }: Environment) {
  return network.unapprovedResolvers.map((host) => {
    return { host, port: 53, family: host.includes(':') ? ('ipv6' as const) : ('ipv4' as const), approved: false };
  });
}

/** All that the probe tries, over TCP and over UDP. */
export function destinations(environment: Environment): (Destination & { readonly approved: boolean })[] {
  const tcp = planned(environment).map(({ host, port, family, approved }) => ({ host, port, family, approved }));
  return [
    ...tcp.map((one) => ({ protocol: 'tcp' as const, ...one })),
    ...resolvers(environment).map((one) => ({ protocol: 'dns-over-udp' as const, ...one })),
  ];
}

function families(host: string): ('ipv4' | 'ipv6')[] {
  if (!isAddress(host)) return ['ipv4', 'ipv6'];
  return [host.includes(':') ? 'ipv6' : 'ipv4'];
}

/** What an answer may take once TCP and TLS stand. */
const answerSeconds = 3;

/**
 * Connects from the instance, as the agent's user, to every approved and unapproved destination at the same time, so
 * that each refusal stands beside a success of the same minute. No proxy, no configuration file of the user.
 *
 * curl's own message hides why a connection failed since 7.84, so the reason is read from what it says with -v; and its
 * exit code 28 is the same for four worlds, so the times of the phases are read beside it.
 */
export const egress = hostProbe<Egress>({
  id: 'host/egress',
  as: 'agent',
  seconds: ({ network }) => network.timeoutSeconds + answerSeconds + 6,
  script: (environment) => `
need curl timeout head wc
${gatewayVariables(environment)}
attempt() {
  index=$1; shift
  out=$(curl -q --noproxy '*' -g -s -S -v -o /dev/null --connect-timeout ${environment.network.timeoutSeconds} -m ${environment.network.timeoutSeconds + answerSeconds} -w '|%{time_namelookup} %{time_connect} %{time_appconnect} %{time_total}' "$@" 2>&1)
  rc=$?
  why=none
  case $out in
    *'Connection refused'*|*'Connection reset'*) why=refused;;
    *'etwork is unreachable'*|*'No route to host'*|*'not permitted'*|*'Permission denied'*) why=unreachable;;
    *'imed out'*) why=timeout;;
  esac
  echo "$index $rc $why \${out##*|}"
}
namespace=no-gateway
proxied=no-gateway
pid=$(gateway_pid)
if [ -n "$pid" ]; then
  mine=$(readlink /proc/self/ns/net)
  its=$(readlink "/proc/$pid/ns/net")
  if [ -z "$mine" ] || [ -z "$its" ]; then namespace=unreadable
  elif [ "$mine" = "$its" ]; then namespace=same
  else namespace=other; fi
  proxied=unreadable
  if command -v grep >/dev/null && command -v sed >/dev/null && names=$(variables_of "$pid") && [ -n "$names" ]; then
    proxied=no
    if printf '%s\\n' "$names" | grep -q -a -i -E '^(openclaw_proxy_url|(http|https|all)_proxy)=.'; then proxied=yes; fi
  fi
fi
say namespace "$namespace"
say proxied "$proxied"
ipv6=absent
while read -r to bits _ _ _ _ _ _ _ device; do
  [ "$to $bits" != '00000000000000000000000000000000 00' ] || [ "$device" = lo ] || ipv6=routed
done </proc/net/ipv6_route
say ipv6 "$ipv6"
# What a question for the root's name servers over UDP comes to. Only bash has UDP built in.
ask() {
  if command -v bash >/dev/null; then :; else echo "question $1 tool-missing"; return; fi
  out=$(timeout -k 1 "$3" bash -c 'exec 3<>"/dev/udp/$0/53" && printf "CC\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\1" >&3 && head -c 1 <&3 | wc -c' "$2" 2>&1)
  rc=$?
  case "$rc $out" in
    *'Connection refused'*) word=refused;;
    *'not permitted'*|*'nreachable'*|*'No route'*|*'Permission denied'*) word=unreachable;;
    124*|137*) word=silent;;
    '0 '*1) word=answered;;
    *) word=unreachable;;
  esac
  echo "question $1 $word"
}
results=$(
${resolvers(environment)
  .map(({ host }, i) => `ask ${i} ${quote(host)} ${environment.network.timeoutSeconds} &`)
  .join('\n')}
${planned(environment)
  .map(({ family, ...endpoint }, i) => `attempt ${i} ${family === 'ipv4' ? '-4' : '-6'} ${quote(url(endpoint))} &`)
  .join('\n')}
wait
)
while read -r line; do
  case $line in
    '') ;;
    'question '*) say question "\${line#question }";;
    *) say attempt "$line";;
  esac
done <<END
$results
END
`,
  parse(records, { environment }) {
    return {
      attempts: parseAttempts(records, environment),
      questions: parseQuestions(records, environment),
      namespace: oneOf(records, 'namespace', ['same', 'other', 'unreadable', 'no-gateway']),
      proxied: oneOf(records, 'proxied', ['yes', 'no', 'unreadable', 'no-gateway']),
      ipv6: oneOf(records, 'ipv6', ['routed', 'absent']),
    };
  },
});

function url({ host, port, tls }: Endpoint): string {
  return `${tls ? 'https' : 'http'}://${isAddress(host) && host.includes(':') ? `[${host}]` : host}:${port}/`;
}

const line = /^(\d{1,4}) (\d{1,3}) (refused|unreachable|timeout|none) (\d+\.\d+) (\d+\.\d+) (\d+\.\d+) (\d+\.\d+)$/;

function parseAttempts(records: HostRecords, environment: Environment): ConnectionAttempt[] {
  const answers = new Map<number, RegExpExecArray>();
  for (const text of all(records, 'attempt')) {
    const match = line.exec(text);
    if (!match || answers.has(Number(match[1]))) throw malformed();
    answers.set(Number(match[1]), match);
  }
  const plan = planned(environment);
  if (answers.size !== plan.length) throw malformed();
  return plan.map((endpoint, i) => {
    const match = answers.get(i);
    if (!match) throw malformed();
    const [, , exit, why = '', lookup, connect, handshake, total] = match;
    const seen: CurlAnswer = {
      exit: Number(exit),
      why,
      lookup: Number(lookup),
      connect: Number(connect),
      handshake: Number(handshake),
      total: Number(total),
    };
    return { ...endpoint, result: classify(endpoint, seen, environment.network.timeoutSeconds), seconds: seen.total };
  });
}

function parseQuestions(records: HostRecords, environment: Environment): Question[] {
  const answers = all(records, 'question');
  const asked = resolvers(environment);
  if (answers.length !== asked.length) throw malformed();
  return asked.map(({ host }, i) => {
    const result = questionResults.find((word) => answers.includes(`${i} ${word}`));
    if (!result) throw malformed();
    return { resolver: host, result };
  });
}

const malformed = () => new ProbeError('bad_response', 'the host did not say how each connection ended');

/** Times in seconds from the start; 0 where the phase was not reached. */
export interface CurlAnswer {
  readonly exit: number;
  readonly why: string;
  readonly lookup: number;
  readonly connect: number;
  readonly handshake: number;
  readonly total: number;
}

const untrusted: readonly number[] = [51, 60, 83, 91];

/** What an answer of curl means, with the seconds that it was to wait for a connection. */
export function classify({ host, tls }: Endpoint, answer: CurlAnswer, limit: number): ConnectionResult {
  const { exit, why, lookup, connect, handshake, total } = answer;
  if (connect > 0) {
    if (!tls) return 'connected';
    if (untrusted.includes(exit)) return 'tls_untrusted';
    if (handshake > 0) return 'connected';
    return exit === 28 ? 'tls_timeout' : 'tls_failed';
  }
  if (exit === 6) return 'dns_failed';
  // Of several addresses, one may refuse and the next be silent.
  if ((exit === 7 || exit === 28) && why === 'refused') return 'tcp_refused';
  if (exit === 7 && why === 'unreachable') return 'unreachable';
  if (exit === 28 || (exit === 7 && why === 'timeout')) {
    if (!isAddress(host) && lookup === 0) return 'dns_timeout';
    // The limit counts from before the name was known: a slow resolver leaves too little time for TCP to be judged.
    const waited = total - (isAddress(host) ? 0 : lookup);
    if (waited >= limit * 0.8) return 'tcp_timeout';
    return isAddress(host) ? 'other' : 'dns_timeout';
  }
  return 'other';
}
