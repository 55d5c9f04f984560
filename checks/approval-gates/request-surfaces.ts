import { approvalRoutes, type RequestKind } from '../../src/judging/approvers.ts';
import { trialRequests } from '../../src/judging/gate-trials.ts';
import { agentValue, isDenied, shown } from '../../src/judging/gateway-config.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { approvalRehearsal } from '../../src/probes/gateway/approval-rehearsal.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { gateCanary } from '../../src/probes/gateway/gate-canary.ts';

export default check({
  title: 'An attempt raises a request, and a person can be reached',
  failureTitle: 'An attempt does not reach a person',
  why: 'A request that nobody sees is denied for ever, and people switch the gate off.',
  trap: 'The gateway raises requests, which reach nobody.',
  remediation:
    'Route requests to people: approvals.exec.enabled and approvals.plugin.enabled with targets, for every gated agent, or execApprovals.enabled with approvers in a channel.',
  needs: { rehearsal: approvalRehearsal, config: gatewayConfig, agents: gatewayAgents, canary: gateCanary },
  judge({ rehearsal, config: { inForce }, agents, canary = [] }, { environment }) {
    const { ids, accepted, listed } = rehearsal;
    const subject = `request ${ids.denied}`;
    const { gates } = environment.approvalGates;
    // What is denied altogether asks nobody.
    const runsNothing = (agent: string) =>
      isDenied(inForce, agent, 'exec') || agentValue(inForce, agent, 'tools.exec.mode', 'tools.exec.mode') === 'deny';
    const kindsOf = (agent: string): RequestKind[] => [
      ...(runsNothing(agent) ? [] : (['exec'] as const)),
      ...(gates.some(({ plugin, tool }) => plugin && tool && !isDenied(inForce, agent, tool))
        ? (['plugin'] as const)
        : []),
    ];
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
      ...agents.flatMap((agent) =>
        kindsOf(agent).map((kind): Finding<'config'> => {
          const routes = approvalRoutes(inForce, kind, agent);
          return {
            fact: 'config',
            subject: `routes of ${kind === 'exec' ? 'commands' : 'plugin requests'} of agent ${shown(agent)} to approvers`,
            expected: 'at least one is configured',
            observed: routes.length > 0 ? `${routes.join(', ')} (configured; no message was sent)` : 'none',
            ok: routes.length > 0,
          };
        }),
      ),
    ];
    return judgeAll(findings);
  },
});
