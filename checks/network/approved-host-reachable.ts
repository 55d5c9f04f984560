import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { type ConnectionAttempt, egress } from '../../src/probes/host/egress.ts';

export default check({
  title: 'Every approved host answers from the instance',
  failureTitle: 'An approved host does not answer from the instance',
  why: 'The agent needs what is approved, and without a connection that works a refused one proves nothing.',
  trap: 'An open port counts, though the instance does not trust the certificate behind it.',
  remediation:
    'Allow the destination in the security group, the network ACL and the firewall, or take it off network.approvedHosts.',
  needs: { egress },
  judge({ egress }, { environment }) {
    const findings = environment.network.approvedHosts.map(({ host, port, tls }): Finding<'egress'> => {
      const tried = egress.attempts.filter((a) => a.approved && a.host === host && a.port === port && a.tls === tls);
      return {
        fact: 'egress',
        subject: `${host}:${port}`,
        expected: tls ? 'TCP and TLS connect' : 'TCP connects',
        observed: tried.map(described).join(', ') || 'not tried',
        // A name may have addresses of one family only, so one that connects is enough.
        ok: tried.some(({ result }) => result === 'connected'),
      };
    });
    return judgeAll(findings, {
      empty: 'network.approvedHosts names no destination, so there is no control for what must be refused',
    });
  },
});

function described({ family, result, seconds }: ConnectionAttempt): string {
  return `${result} over ${family} after ${seconds.toFixed(1)} s`;
}
