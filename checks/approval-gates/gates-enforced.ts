import type { Gate } from '../../src/environment/gates-schema.ts';
import type { Environment } from '../../src/environment/schema.ts';
import { type CommandChannel, commandChannels } from '../../src/judging/command-senders.ts';
import { breadthOf, type ExecPolicy, execPolicy, hostFloor, isGated, isIn } from '../../src/judging/exec-policy.ts';
import { gateCover } from '../../src/judging/gate-cover.ts';
import { bypassFindings, exceptionFindings } from '../../src/judging/gate-exceptions.ts';
import { sandboxFindings, unreadPlace } from '../../src/judging/gate-places.ts';
import { openGates, trialRequests } from '../../src/judging/gate-trials.ts';
import { agentValue, hasTool, isDenied, shown, valueAt } from '../../src/judging/gateway-config.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { type ExecApprovals, execApprovals } from '../../src/probes/gateway/exec-approvals.ts';
import { gateCanary } from '../../src/probes/gateway/gate-canary.ts';
import { gateExceptions } from '../../src/probes/gateway/gate-exceptions.ts';
import { type ToolCatalog, toolCatalog } from '../../src/probes/gateway/tool-catalog.ts';

type F = Finding<'config' | 'approvals' | 'agents' | 'canary' | 'exceptions'>;

export default check({
  title: 'The gateway enforces each gate',
  failureTitle: 'The gateway does not enforce a gate',
  why: 'A gate on paper stops nothing: without configuration the gateway asks nobody and runs everything.',
  trap: 'The default asks; an allowlist with a shell, an elevated session or a plugin that is loaded and not enabled lets it through.',
  remediation:
    'Set tools.exec.mode to ask, askFallback to deny and tools.elevated.enabled to false, set security allowlist and ask on-miss in the approvals of the host too, remove wildcards from the allowlist, and give every other gated tool a plugin that is enabled in plugins.entries (and the agent no tool plugins), or deny it.',
  needs: {
    config: gatewayConfig,
    approvals: execApprovals,
    agents: gatewayAgents,
    exceptions: gateExceptions,
    catalog: toolCatalog,
    canary: gateCanary,
  },
  judge({ config, approvals, agents, exceptions, catalog, canary = [] }, { environment }) {
    const { gates, agents: named, people } = environment.approvalGates;
    if (gates.length === 0) {
      return undetermined('not_configured', 'approvalGates.gates names no action that waits for a person');
    }
    if (agents.length === 0) return undetermined('empty_subject', 'the gateway names no agent');
    const mayApprove = people.filter(({ role }) => role === 'admin' || role === 'operator').flatMap(({ ids }) => ids);
    const channels = commandChannels(config.inForce, new Set(mayApprove));
    const open = channels.find(({ strangers }) => strangers !== undefined);
    const findings: F[] = agents.flatMap((agent) => {
      const policy = execPolicy(config.inForce, approvals, agent);
      const commands = isDenied(config.inForce, agent, 'exec')
        ? [withoutCommands(agent)]
        : [
            ...policyFindings(agent, policy, placesOf(environment)),
            ...(channels.length > 0 ? [lifted(agent, approvals, open)] : []),
          ];
      return [
        ...commands,
        elevated(config.inForce, agent),
        ...bypassFindings(config.inForce, agent, placesOf(environment)),
        ...exceptionFindings(exceptions, agent, gates),
        ...sandboxFindings(config.inForce, agent),
        ...gates.map((gate) => gateFinding(gate, agent, policy, config.inForce, catalog)),
      ];
    });
    findings.push(...named.filter((agent) => !agents.includes(agent)).map(missing));
    findings.push(...trialRequests(canary).filter(({ ok }) => ok), ...openGates(canary));
    findings.push({
      fact: 'config',
      subject: 'gateway configuration',
      expected: 'the file says what is in force',
      observed: config.differsFromFile ? 'the file says something else: a restart would change it' : 'the same',
      ok: !config.differsFromFile,
    });
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass') return judgement;
    const [message] = agents.flatMap((agent) => unreadPlace(config.inForce, agent) ?? []);
    return message ? undetermined('not_found', message, judgement.evidence) : judgement;
  },
});

function missing(agent: string): F {
  const expected = 'an agent of the gateway';
  return { fact: 'agents', subject: `agent ${agent}`, expected, observed: 'the gateway has no such agent', ok: false };
}

function withoutCommands(agent: string): F {
  const [expected, observed] = ['a person is asked for each command, or none runs', 'tools.deny has the tool exec'];
  return { fact: 'config', subject: `commands of agent ${shown(agent)}`, expected, observed, ok: true };
}

/** Where the user of the agent may write, so that a program there is whatever it likes. */
function placesOf({ soulDocuments, host }: Environment): readonly string[] {
  return [soulDocuments.runtime, host.stateDirectory, `/home/${host.agentUser}`, '/tmp', '/var/tmp', '/dev/shm'];
}

function policyFindings(agent: string, policy: ExecPolicy, places: readonly string[]): F[] {
  const subject = `commands of agent ${shown(agent)}`;
  const broad = policy.allowlist.flatMap((entry) => breadthOf(entry) ?? []);
  const own = policy.allowlist.filter((entry) => isIn(entry, places));
  const model = policy.reviewedByModel ? ', and a model may approve' : '';
  return [
    {
      fact: 'approvals',
      subject,
      expected: 'a person is asked for each command that is not on the allowlist, or none runs',
      observed: `security ${policy.security}, ask ${policy.ask}${model}`,
      ok: isGated(policy),
    },
    {
      fact: 'approvals',
      subject,
      expected: 'denied when nobody answers',
      observed: `askFallback ${policy.askFallback}`,
      ok: policy.askFallback === 'deny',
    },
    {
      fact: 'approvals',
      subject,
      expected: 'no entry of the allowlist that lets any program through',
      observed:
        broad.length > 0
          ? `${broad.length} of ${policy.allowlist.length}: ${broad[0]}`
          : `${policy.allowlist.length} entries, none`,
      ok: broad.length === 0,
    },
    {
      fact: 'approvals',
      subject,
      expected: 'no entry of the allowlist for a program where the agent may write',
      observed: own.length > 0 ? `${own.length} of ${policy.allowlist.length}` : 'none',
      ok: own.length === 0,
    },
    {
      fact: 'approvals',
      subject,
      expected: 'programs of skills are asked for too',
      observed: `autoAllowSkills ${policy.autoAllowSkills}`,
      ok: !policy.autoAllowSkills,
    },
  ];
}

function elevated(config: unknown, agent: string): F {
  const everyone = valueAt(config, 'tools.elevated.enabled');
  const own = agentValue(config, agent, 'tools.elevated.enabled', 'tools.elevated.enabled');
  return {
    fact: 'config',
    subject: `tools.elevated.enabled for agent ${shown(agent)}`,
    expected: 'false: elevated mode skips the gate',
    observed: shown(own),
    ok: everyone === false || own === false,
  };
}

function lifted(agent: string, approvals: ExecApprovals, open: CommandChannel | undefined): F {
  const floor = hostFloor(approvals, agent);
  const held = isGated(floor);
  return {
    fact: 'approvals',
    subject: `commands of agent ${shown(agent)} after /exec security=full ask=off`,
    expected: "held by the host's document, or only operators and admins may give commands",
    observed: held
      ? `held: security ${floor.security}, ask ${floor.ask}`
      : open
        ? `not held, and in channel ${shown(open.channel)} may give commands: ${open.strangers}`
        : 'not held; only operators and admins may give commands',
    ok: held || open === undefined,
  };
}

function gateFinding(
  gate: Gate,
  agent: string,
  policy: ExecPolicy,
  config: unknown,
  { tools, running }: ToolCatalog,
): F {
  const own = tools[agent] ?? new Map();
  const around = {
    isDenied: (tool: string) => isDenied(config, agent, tool),
    turnsOffPlugins: own.has('plugins') && hasTool(config, agent, 'plugins'),
    tools: own,
    running,
  };
  const { ok, observed } = gateCover(gate, policy, config, around);
  const expected = 'a rule in force that asks for it, or denies it';
  return { fact: 'config', subject: `${gate.action}, agent ${shown(agent)}`, expected, observed, ok };
}
