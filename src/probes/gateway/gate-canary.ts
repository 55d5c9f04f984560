import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { group } from '../aws/group.ts';
import { hostIdentity } from '../host/identity.ts';
import { agentIds } from './config.ts';
import { tryExecGate } from './exec-gate-trial.ts';
import type { GateTrial } from './gate-trial.ts';
import { readiness } from './readiness.ts';
import { tryToolGate } from './tool-gate-trial.ts';

/**
 * Each gate tried for real, with a harmless action: undefined, and nothing is done, unless the run has consent
 * (`--active`), and never on a host that is not proven to be of the group. Commands are tried for every agent that must
 * be gated; another tool where its gate names a `canary`. One after another, so that a recording replays in order.
 */
export const gateCanary = gatewayProbe<
  readonly GateTrial[] | undefined,
  { readiness: typeof readiness; identity: typeof hostIdentity; group: typeof group }
>({
  id: 'gateway/gate-canary',
  needs: { readiness, identity: hostIdentity, group },
  async gather(gateway, { identity, group }, { environment, nonce, signal, active, host }) {
    if (active !== true) return undefined;
    if (!host) throw new ProbeError('internal', 'the host of the gateway cannot be asked');
    const { account, instanceId } = identity;
    if (account !== environment.aws.account || !group.Instances.some(({ InstanceId }) => InstanceId === instanceId)) {
      throw new ProbeError('wrong_subject', 'the host is not an instance of the group, so nothing was tried on it');
    }
    const { gates, agents: named, canaryExpirySeconds: expirySeconds } = environment.approvalGates;
    const { agentTurnSeconds: turnSeconds } = environment.monitoring;
    const place = { gateway, host, signal };
    const agents = await agentIds(gateway);
    const trials: GateTrial[] = [];
    for (const [n, agent] of (named.length > 0 ? named : agents).entries()) {
      if (!agents.includes(agent)) continue;
      const name = `${nonce}-${instanceId}-${n + 1}`;
      trials.push(await tryExecGate(place, { agent, name, turnSeconds, expirySeconds }));
      for (const [g, { tool, canary }] of gates.entries()) {
        if (tool === undefined || canary === undefined) continue;
        trials.push(await tryToolGate(place, { agent, tool, args: canary, name: `${name}-${g + 1}`, expirySeconds }));
      }
    }
    return trials;
  },
});
