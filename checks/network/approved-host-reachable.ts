import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { egress } from '../../src/probes/host/egress.ts';

export default check({
  title: 'Every approved host answers from the instance',
  failureTitle: 'An approved host does not answer from the instance',
  why: 'The agent needs what is approved, and without a connection that works a refused one proves nothing.',
  remediation:
    'Allow the destination in the security group, the network ACL and the firewall, or take it off network.approvedHosts.',
  needs: { egress },
  judge({ egress }) {
    const approved = egress.attempts.filter(({ approved }) => approved);
    return judgeAll(
      approved.map(({ host, port, tls, result }): Finding<'egress'> => {
        return {
          fact: 'egress',
          subject: `${host}:${port}`,
          expected: tls ? 'TCP and TLS connect' : 'TCP connects',
          observed: result,
          ok: result === 'connected',
        };
      }),
      { empty: 'network.approvedHosts names no destination, so there is no control for what must be refused' },
    );
  },
});
