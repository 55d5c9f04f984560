import { reachOf } from '../../src/judging/listen-address.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { administration } from '../../src/probes/host/administration.ts';

export default check({
  title: 'Administrators come in over the declared private way only',
  failureTitle: 'Administrators do not come in over the declared private way',
  why: 'A way in that needs no open port and ends with an account leaves nothing to scan and nothing to forget.',
  trap: 'The daemon runs; whether it is logged in, its key has expired or this run came in another way is not asked.',
  remediation:
    'Log the instance in to the tailnet (tailscale up) with a key that has not expired and use its tailnet address in ssh.hosts; or declare network.administration: ssm and run the SSM agent.',
  needs: { administration },
  judge({ administration }, { environment, now }) {
    if (administration instanceof ProbeError) return undetermined(administration.reason, administration.message);
    const { tailscale, ssmAgent, cameInAt } = administration;
    const findings: Finding<'administration'>[] = [];
    const see = (subject: string, expected: string, observed: string, ok: boolean) =>
      findings.push({ fact: 'administration', subject, expected, observed, ok });
    const reach = cameInAt === undefined ? undefined : reachOf(cameInAt);

    if (environment.network.administration === 'ssm') {
      see('the SSM agent', 'running', ssmAgent, ssmAgent === 'running');
      if (reach !== undefined) see('the way of this run', 'loopback, through the agent', reach, reach === 'loopback');
    } else if (!tailscale) see('tailscale', 'installed and running', 'not installed', false);
    else {
      const { backend, keyExpiry, expired } = tailscale;
      const over = expired || (keyExpiry !== undefined && keyExpiry <= now);
      see('tailscale', 'Running', backend, backend === 'Running');
      const expiry = keyExpiry ? `expires ${keyExpiry.toISOString()}` : 'never expires';
      see('the key of the node', 'not expired', over ? `expired: ${expiry}` : expiry, !over);
      if (reach !== undefined) see('the way of this run', 'an address of the tailnet', reach, reach === 'tailnet');
    }
    if (findings.every(({ ok }) => ok) && reach === undefined) {
      return undetermined('no_control', 'the host did not say over which address this run came in', findings);
    }
    return judgeAll(findings);
  },
});
