import { shown } from '../../src/judging/gateway-config.ts';
import { isElevationClosed, sandboxOf, unsandboxed } from '../../src/judging/sandbox.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { count } from '../../src/model/text.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { ownSessions } from '../../src/probes/gateway/sessions.ts';

const modes = ['off', 'non-main', 'all'];

export default check({
  title: "Every agent's tools run in the sandbox",
  failureTitle: "An agent's tools run outside the sandbox",
  why: 'A tool outside the sandbox acts on the instance with the rights of the gateway.',
  trap: 'The default is read; one agent, one session or one tool leaves the sandbox by a setting of its own.',
  remediation:
    'Set agents.defaults.sandbox.mode to the mode of gateway.sandboxMode, remove weaker settings of single agents and sessions, leave tools.exec.host at auto, and set tools.elevated.enabled to false.',
  needs: { config: gatewayConfig, agents: gatewayAgents, sessions: ownSessions },
  judge({ config: { inForce }, agents, sessions }, { environment }) {
    const required = environment.gateway.sandboxMode;
    const findings = agents.flatMap((agent): Finding<'config' | 'sessions'>[] => {
      const { mode, host, hostBrowser } = sandboxOf(inForce, agent);
      const subject = `agent ${shown(agent)}`;
      const out = unsandboxed(sessions, agent);
      const closed = isElevationClosed(inForce, agent);
      const held: Finding<'config' | 'sessions'>[] = [
        {
          fact: 'config',
          subject: `tools.elevated for agent ${shown(agent)}`,
          expected: 'nobody may take commands out of the sandbox',
          observed: closed ? 'nobody may' : 'whoever is on tools.elevated.allowFrom',
          ok: closed,
        },
        {
          fact: 'config',
          subject: `sandbox.browser.allowHostControl for agent ${shown(agent)}`,
          expected: 'false: the browser of the host is outside the sandbox',
          observed: shown(hostBrowser),
          ok: hostBrowser === false,
        },
        {
          fact: 'sessions',
          subject: `sessions of agent ${shown(agent)}`,
          expected: 'none with a sandbox mode of its own',
          observed: out.length > 0 ? `${count(out.length, 'session')} outside the sandbox` : 'none',
          ok: out.length === 0,
        },
      ];
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
        ...(required === 'off' ? [] : held),
      ];
    });
    return judgeAll(findings, { empty: 'the gateway names no agent' });
  },
});
