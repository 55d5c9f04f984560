import { approvalRoutes } from '../../src/judging/approvers.ts';
import { trialRequests } from '../../src/judging/gate-trials.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { approvalRehearsal } from '../../src/probes/gateway/approval-rehearsal.ts';
import { gatewayConfig } from '../../src/probes/gateway/config.ts';
import { gateCanary } from '../../src/probes/gateway/gate-canary.ts';

export default check({
  title: 'An attempt raises a request, and a person can be reached',
  failureTitle: 'An attempt does not reach a person',
  why: 'A request that nobody sees is denied for ever, and people switch the gate off.',
  remediation:
    'Route requests to people: approvals.exec.enabled with targets, or execApprovals.enabled with approvers in a channel.',
  needs: { rehearsal: approvalRehearsal, config: gatewayConfig, canary: gateCanary },
  judge({ rehearsal, config: { inForce }, canary = [] }) {
    const { ids, accepted, listed } = rehearsal;
    const subject = `request ${ids.denied}`;
    const routes = approvalRoutes(inForce);
    const findings: Finding<'rehearsal' | 'config' | 'canary'>[] = [
      ...trialRequests(canary),
      {
        fact: 'rehearsal',
        subject,
        expected: 'the request is taken and waits (a record only: nothing runs, nobody is notified)',
        observed: accepted ? 'taken' : 'answered at once without waiting for anyone',
        ok: accepted,
      },
      {
        fact: 'rehearsal',
        subject,
        expected: 'listed as pending, with the command and the choice to deny',
        observed: !listed
          ? 'not listed'
          : `listed, ${listed.showsCommand ? 'with' : 'without'} the command, ${listed.mayDeny ? 'can' : 'cannot'} be denied`,
        ok: listed?.showsCommand === true && listed.mayDeny,
      },
      {
        fact: 'config',
        subject: 'routes to approvers',
        expected: 'at least one is configured',
        observed: routes.length > 0 ? `${routes.join(', ')} (configured; no message was sent)` : 'none',
        ok: routes.length > 0,
      },
    ];
    return judgeAll(findings);
  },
});
