import { agentSettings, agentValue, isSettings, shown, valueAt } from '../../src/judging/gateway-config.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';

const modes = ['off', 'non-main', 'all'];

export default check({
  title: "Every agent's tools run in the sandbox",
  failureTitle: "An agent's tools run outside the sandbox",
  why: 'A tool outside the sandbox acts on the instance with the rights of the gateway.',
  trap: 'The default is read; one agent or one tool leaves the sandbox by a setting of its own.',
  remediation:
    'Set agents.defaults.sandbox.mode to the mode of gateway.sandboxMode, remove weaker settings of single agents, leave tools.exec.host at auto, and set tools.elevated.enabled to false.',
  needs: { config: gatewayConfig, agents: gatewayAgents },
  judge({ config: { inForce }, agents }, { environment }) {
    const required = environment.gateway.sandboxMode;
    const findings = agents.flatMap((agent): Finding<'config'>[] => {
      const mode = agentValue(inForce, agent, 'sandbox.mode', 'agents.defaults.sandbox.mode') ?? 'off';
      const host = agentValue(inForce, agent, 'tools.exec.host', 'tools.exec.host') ?? 'auto';
      const subject = `agent ${shown(agent)}`;
      return [
        {
          fact: 'config',
          subject,
          expected: `sandbox mode ${required}${required === 'non-main' ? ' or all' : ''}`,
          observed: `sandbox mode ${shown(mode)}`,
          ok: modes.indexOf(String(mode)) >= modes.indexOf(required),
        },
        {
          fact: 'config',
          subject,
          expected: required === 'off' ? 'commands run where configured' : 'commands run in the sandbox',
          observed: `tools.exec.host ${shown(host)}`,
          ok: required === 'off' || host === 'auto' || host === 'sandbox',
        },
        ...(required === 'off' ? [] : [elevated(inForce, agent)]),
      ];
    });
    return judgeAll(findings, { empty: 'the gateway names no agent' });
  },
});

/** Whoever is on a list of its own may take commands out of the sandbox, with or without a gate (`/elevated`). */
function elevated(config: unknown, agent: string): Finding<'config'> {
  const own = agentSettings(config, agent);
  const off = [config, own].some((settings) => valueAt(settings, 'tools.elevated.enabled') === false);
  // Who is let in must stand on both lists; without one of its own, that of everyone counts for an agent.
  const allowed = valueAt(config, 'tools.elevated.allowFrom') ?? {};
  const ownAllowed = valueAt(own, 'tools.elevated.allowFrom') ?? allowed;
  const closed = off || isNobody(allowed) || isNobody(ownAllowed);
  return {
    fact: 'config',
    subject: `tools.elevated for agent ${shown(agent)}`,
    expected: 'nobody may take commands out of the sandbox',
    observed: closed ? 'nobody may' : 'whoever is on tools.elevated.allowFrom',
    ok: closed,
  };
}

const isNobody = (lists: unknown) =>
  isSettings(lists) && Object.values(lists).every((list) => Array.isArray(list) && list.length === 0);
