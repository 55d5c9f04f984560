import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { type ConnectionAttempt, egress } from '../../src/probes/host/egress.ts';

/** What shows a way out: bytes came back from, or on behalf of, a destination that is not approved. */
const open: readonly string[] = ['connected', 'tls_failed', 'tls_timeout', 'tls_untrusted', 'tcp_refused'];

export default check({
  title: 'A connection to an unapproved host times out',
  failureTitle: 'The instance gets through to an unapproved host',
  why: 'What the agent can send anywhere, it can be talked into sending to anyone.',
  remediation:
    'Limit the egress rules of the security groups to the approved ranges and prefix lists; drop, do not reject.',
  needs: { egress },
  judge({ egress }) {
    const unapproved = egress.attempts.filter(({ approved }) => !approved).map(observation);
    const controls = egress.attempts.filter(({ approved }) => approved).map(observation);
    const through = unapproved.filter(({ observed }) => open.some((word) => observed.startsWith(word)));
    if (isNonEmpty(through)) return fail(through);
    if (!isNonEmpty(unapproved))
      return undetermined('empty_subject', 'network.unapprovedHosts names no destination to try');
    if (egress.proxied) {
      return undetermined(
        'conflict',
        'the gateway has a proxy in its environment, so its traffic goes another way than the probe',
        unapproved,
      );
    }
    if (!controls.some(({ observed }) => observed.startsWith('connected'))) {
      return undetermined('no_control', 'no approved host answered at the same time, so a time-out proves nothing', [
        ...controls,
        ...unapproved,
      ]);
    }
    const unclear = unapproved.filter(({ observed }) => !observed.startsWith('tcp_timeout'));
    if (unclear.length > 0) {
      return undetermined(
        'no_control',
        'the connection failed, but not by a time-out of TCP: it proves no packet filter',
        unclear,
      );
    }
    return pass(unapproved, controls);
  },
});

function observation({ host, port, result, elapsedMs, approved }: ConnectionAttempt): Observation<'egress'> {
  return {
    fact: 'egress',
    subject: `${host}:${port} from the instance`,
    expected: approved ? 'connected' : 'tcp_timeout',
    observed: `${result} after ${(elapsedMs / 1000).toFixed(1)} s`,
  };
}
