import { execPolicy, isGated } from '../../src/judging/exec-policy.ts';
import { hasTool, isDenied, shown, textsAt, valueAt } from '../../src/judging/gateway-config.ts';
import { runsInSandbox, sandboxOf, unsandboxed } from '../../src/judging/sandbox.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { count, some } from '../../src/model/text.ts';
import { agentWorkspaces, gatewayAgents, gatewayConfig } from '../../src/probes/gateway/config.ts';
import { execApprovals } from '../../src/probes/gateway/exec-approvals.ts';
import { type OwnSession, ownSessions } from '../../src/probes/gateway/sessions.ts';
import { gatewaySkills } from '../../src/probes/gateway/skills.ts';
import { knownTools } from '../../src/probes/gateway/tool-catalog.ts';
import { type ConfigFile, configFile, configPath } from '../../src/probes/host/config-file.ts';

export default check({
  title: 'The agent has no second rulebook',
  failureTitle: 'The agent can write rules for itself elsewhere',
  why: 'Read-only documents are worth nothing when the agent may write skills that it then obeys.',
  trap: 'Only the documents are looked at; skills, plugins, a configuration and a gateway that the agent may write rule it as well.',
  remediation:
    'Set skills.workshop.autonomous.mode to off and approvalPolicy to pending, remove agent-written skills and skill folders outside the workspace, take the gateway tool from agents with tools.deny, and where tools run outside the sandbox keep the configuration file and the program of the gateway out of the reach of their user.',
  needs: {
    config: gatewayConfig,
    agents: gatewayAgents,
    workspaces: agentWorkspaces,
    skills: gatewaySkills,
    approvals: execApprovals,
    file: configFile,
    sessions: ownSessions,
    tools: knownTools,
  },
  judge(
    { config: { inForce, path }, agents, workspaces, skills, approvals, file, sessions, tools = {} },
    { environment },
  ) {
    const { workspace, runtime } = environment.soulDocuments;
    if (agents.length === 0) return undetermined('empty_subject', 'the gateway names no agent');
    const findings: Finding<'config' | 'workspaces' | 'skills' | 'approvals' | 'file'>[] = [];
    const mode = valueAt(inForce, 'skills.workshop.autonomous.mode');
    findings.push({
      fact: 'config',
      subject: 'skills.workshop.autonomous.mode',
      expected: 'off or propose (auto when not set)',
      observed: shown(mode),
      ok: mode === 'off' || mode === 'propose',
    });
    const policy = valueAt(inForce, 'skills.workshop.approvalPolicy');
    const free = policy === 'pending' ? [] : agents.filter((id) => hasTool(inForce, id, 'skill_workshop'));
    const writers = tools instanceof ProbeError ? [] : free.filter((id) => tools[id]?.has('skill_workshop'));
    findings.push({
      fact: 'config',
      subject: 'skills.workshop.approvalPolicy',
      expected: 'pending where an agent has the tool skill_workshop (auto when not set)',
      observed: `${shown(policy)}; without an approval: ${count(writers.length, 'agent')}`,
      ok: writers.length === 0,
    });
    const written = skills.filter(({ source }) => source === 'openclaw-workshop');
    findings.push({
      fact: 'skills',
      subject: 'skills that the gateway loads',
      expected: 'none written by an agent',
      observed: `${written.length} of ${skills.length} written by an agent`,
      ok: written.length === 0,
    });
    const extra = textsAt(inForce, 'skills.load.extraDirs');
    const outside = extra?.filter((path) => !isBelow(path, workspace) || path.split('/').includes('..'));
    findings.push({
      fact: 'config',
      subject: 'skills.load.extraDirs',
      expected: 'none outside the read-only workspace',
      observed: outside === undefined ? 'not a list' : `${outside.length} outside`,
      ok: outside !== undefined && outside.length === 0,
    });
    for (const agent of agents) {
      const used = workspaces[agent];
      const covered = used !== undefined && isBelow(used, workspace) && !used.split('/').includes('..');
      findings.push({
        fact: 'workspaces',
        subject: `workspace of agent ${shown(agent)}`,
        expected: 'in the workspace that is mounted read-only',
        observed: covered ? 'in it' : used !== undefined && isBelow(used, runtime) ? 'writable' : 'elsewhere',
        ok: covered,
      });
      const denied = isDenied(inForce, agent, 'gateway') && isDenied(inForce, agent, 'openclaw');
      const gated = isGated(execPolicy(inForce, approvals, agent));
      findings.push({
        fact: 'approvals',
        subject: `configuration tools of agent ${shown(agent)}`,
        expected: 'denied, or behind the approval of a person',
        observed: denied ? 'denied' : gated ? 'behind an approval' : 'changes the configuration without an approval',
        ok: denied || gated,
      });
    }
    for (const path of ['plugins.load.paths', 'hooks.internal.load.extraDirs']) {
      const loaded = textsAt(inForce, path);
      const writable = loaded?.filter((one) => isBelow(one, runtime) || one.split('/').includes('..'));
      findings.push({
        fact: 'config',
        subject: path,
        expected: 'none where the agent may write',
        observed: writable === undefined ? 'not a list' : `${writable.length} where it may write`,
        ok: writable !== undefined && writable.length === 0,
      });
    }
    // In a sandbox without binds of its own, the tools see nothing of the host but the workspace.
    const loose = agents.filter((agent) => !isSandboxed(inForce, agent, sessions));
    if (loose.length > 0 && !(file instanceof ProbeError) && file.kind === 'file') {
      findings.push(...fileFindings(file, loose.length));
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome === 'fail') return judgement;
    if (free.length > 0 && tools instanceof ProbeError) {
      return undetermined(tools.reason, `whether agents have the tool skill_workshop: ${tools.message}`);
    }
    if (loose.length === 0) return judgement;
    const where = `tools of ${count(loose.length, 'agent')} run outside the sandbox`;
    if (file instanceof ProbeError) return undetermined(file.reason, `${where}, and ${file.message}`);
    if (file.kind !== 'file' || (path !== undefined && path !== configPath(environment))) {
      const message = `${where}, and the configuration file is not the one that host.configFile names`;
      return undetermined('not_found', message, judgement.evidence);
    }
    return judgement;
  },
});

function isSandboxed(inForce: unknown, agent: string, sessions: readonly OwnSession[]): boolean {
  const sandbox = sandboxOf(inForce, agent);
  const closed = sandbox.mode === 'all' && sandbox.binds?.length === 0 && unsandboxed(sessions, agent).length === 0;
  return closed && runsInSandbox(sandbox);
}

function fileFindings(
  { path, writable, replaceable, owned, programs = [] }: ConfigFile,
  loose: number,
): Finding<'file'>[] {
  const expected = `not to be changed by the user of the tools, which run outside the sandbox for ${count(loose, 'agent')}`;
  const ways = [
    ...(writable ? ['it can be written to'] : []),
    ...(replaceable ? ['another file can take its place'] : []),
    ...(owned ? ['its modes can be changed'] : []),
  ];
  return [
    { fact: 'file', subject: path, expected, observed: ways.join(', ') || 'cannot be changed', ok: ways.length === 0 },
    {
      fact: 'file',
      subject: 'program of the gateway',
      expected,
      observed: some([...new Set(programs)]) || 'cannot be changed',
      ok: programs.length === 0,
    },
  ];
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
