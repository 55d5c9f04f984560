import { shown } from '../../src/judging/gateway-config.ts';
import { check, fail, isNonEmpty, type NonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { type ConfigEnvironment, configEnvironment } from '../../src/probes/gateway/config-environment.ts';
import {
  type ConnectionAttempt,
  type ConnectionResult,
  type Egress,
  egress,
  type Question,
} from '../../src/probes/host/egress.ts';
import { type Reached, reachableFromHere } from '../../src/probes/vantage/reachable.ts';

/** What shows a way out, or a refusal in place of silence: something answered. */
const answered: readonly ConnectionResult[] = [
  'connected',
  'tls_failed',
  'tls_timeout',
  'tls_untrusted',
  'tcp_refused',
];

export default check({
  title: 'A connection to an unapproved host times out',
  failureTitle: 'A connection to an unapproved host does not time out',
  why: 'What the agent can send anywhere, it can be talked into sending to anyone.',
  trap: 'Any failure to connect counts; a host without a way out fails too, a refused packet did leave, and DNS over UDP is not tried.',
  remediation:
    'Limit the egress rules of the security groups to the approved ranges and prefix lists; drop, do not reject.',
  needs: { egress, config: configEnvironment, here: reachableFromHere },
  judge({ egress, config, here }, { environment }) {
    const { approvedHosts, unapprovedHosts } = environment.network;
    const tried = egress.attempts.filter(({ approved }) => !approved);
    const unapproved = tried.map(observation);
    const { questions } = egress;
    const through = [
      ...tried.filter(({ result }) => answered.includes(result)).map(observation),
      ...questions.filter(({ result }) => result === 'answered' || result === 'refused').map(asked),
    ];
    if (isNonEmpty(through)) return fail(through);
    if (!isNonEmpty(unapproved) || unapprovedHosts.length === 0) {
      return undetermined('empty_subject', 'network.unapprovedHosts names no destination to try');
    }
    const elsewhere = notTheGatewaysWay(egress, config);
    if (elsewhere) return undetermined('conflict', elsewhere, unapproved);
    if (config instanceof ProbeError) return undetermined(config.reason, config.message, unapproved);

    const connected = egress.attempts.filter(({ approved, result }) => approved && result === 'connected');
    const controlled = approvedHosts.every(({ host, port }) =>
      connected.some((a) => a.host === host && a.port === port),
    );
    if (!controlled || approvedHosts.length === 0) {
      const message = 'not every approved host answered at the same time, so a time-out proves nothing';
      return undetermined('no_control', message, [...egress.attempts.map(observation)]);
    }
    const timedOut = tried.filter(({ result }) => result === 'tcp_timeout');
    const unclear = tried.filter((attempt) => !isSilent(attempt, egress, tried));
    if (unclear.length > 0 || !isNonEmpty(timedOut)) {
      const message = 'a connection failed, but not by a time-out of TCP: that proves no packet filter';
      return undetermined('no_control', message, (unclear.length > 0 ? unclear : tried).map(observation));
    }
    if (questions.some(({ result }) => result === 'tool-missing')) {
      return undetermined(
        'tool_missing',
        'bash is missing on the host, so DNS over UDP could not be tried',
        unapproved,
      );
    }
    const shown = (here ?? []).filter(
      (one) =>
        one.answers && timedOut.some((a) => a.host === one.host && a.port === one.port && a.family === one.family),
    );
    // Where not even what is approved answers, this machine is cut off, and cannot tell.
    if (shown.length === 0 && here?.some(({ approved, answers }) => approved && answers)) {
      const message = 'no unapproved destination answers from here either, so that it times out proves nothing';
      return undetermined('no_control', message, unapproved);
    }
    const silent = questions.filter(({ result }) => result === 'silent').map(asked);
    const evidence: NonEmpty<Observation<'egress'>> = [unapproved[0], ...unapproved.slice(1), ...silent];
    return pass<'egress' | 'here'>(evidence, [...connected.map(observation), ...shown.map(fromHere)]);
  },
});

/** Timed out, or there is nothing of that family to reach: no address of the name, or no IPv6 on the host at all. */
function isSilent(attempt: ConnectionAttempt, { ipv6 }: Egress, tried: readonly ConnectionAttempt[]): boolean {
  const { host, port, family, result } = attempt;
  if (result === 'tcp_timeout') return true;
  // A kernel without IPv6 has no word of its own for it.
  if (family === 'ipv6' && (result === 'unreachable' || result === 'other')) return ipv6 === 'absent';
  return (
    result === 'dns_failed' &&
    tried.some((other) => other.host === host && other.port === port && other.result === 'tcp_timeout')
  );
}

function notTheGatewaysWay({ namespace, proxied }: Egress, config: ConfigEnvironment | ProbeError): string | undefined {
  if (namespace === 'no-gateway') return 'no gateway runs, so nothing shows that its traffic goes the way of the probe';
  if (namespace === 'other') return 'the gateway is in another network namespace than the probe';
  if (namespace === 'unreadable') return 'the network namespace of the gateway could not be read';
  if (proxied === 'no') {
    const [setting] = config instanceof ProbeError ? [] : config.waysRound;
    if (setting === undefined) return undefined;
    return `the configuration of the gateway sets ${shown(setting)}, so its traffic goes another way than the probe's`;
  }
  return proxied === 'yes'
    ? 'the gateway has a proxy in its environment, so its traffic goes another way than the probe'
    : 'the environment of the gateway could not be read, so a proxy cannot be ruled out';
}

function observation({ host, port, family, result, seconds, approved }: ConnectionAttempt): Observation<'egress'> {
  return {
    fact: 'egress',
    subject: `${host}:${port} over ${family}, from the instance`,
    expected: approved ? 'connected' : 'tcp_timeout',
    observed: `${result} after ${seconds.toFixed(1)} s`,
  };
}

function asked({ resolver, result }: Question): Observation<'egress'> {
  const subject = `${resolver}:53 over UDP, from the instance`;
  return { fact: 'egress', subject, expected: 'silent', observed: result };
}

function fromHere({ host, port, family }: Reached): Observation<'here'> {
  const subject = `${host}:${port} over ${family}, from the machine that clawcheck runs on`;
  return { fact: 'here', subject, expected: 'answers', observed: 'answers' };
}
