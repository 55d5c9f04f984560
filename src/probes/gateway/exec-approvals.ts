import { gatewayProbe } from '../../model/probe.ts';
import { type JsonObject, listAt, malformed, objectAt, textAt, wordAt } from './payload.ts';
import { readiness } from './readiness.ts';

export const execSecurities = ['deny', 'allowlist', 'full'] as const;
export const execAsks = ['off', 'on-miss', 'always'] as const;
export type ExecSecurity = (typeof execSecurities)[number];
export type ExecAsk = (typeof execAsks)[number];

export interface AllowEntry {
  readonly pattern: string;
  /** What the arguments must be: a regular expression, or the digest of exact ones. Undefined: any. */
  readonly argPattern: string | undefined;
}

/** What the host's own approvals document says; what it leaves out is undefined. */
export interface HostExecPolicy {
  readonly security: ExecSecurity | undefined;
  readonly ask: ExecAsk | undefined;
  readonly askFallback: ExecSecurity | undefined;
  readonly autoAllowSkills: boolean | undefined;
  readonly allowlist: readonly AllowEntry[];
  /** Tools of MCP servers that are always allowed, with any arguments. */
  readonly mcpTools: readonly { readonly server: string; readonly tool: string }[];
}

export interface ExecApprovals {
  readonly defaults: HostExecPolicy;
  /** By agent; `*` is for every agent. */
  readonly agents: Readonly<Record<string, HostExecPolicy>>;
}

/** The approvals document of the host that the gateway runs on: `exec.approvals.get`, an administrator's call. */
export const execApprovals = gatewayProbe<ExecApprovals, { readiness: typeof readiness }>({
  id: 'gateway/exec-approvals',
  needs: { readiness },
  async gather(gateway) {
    const answer = await gateway.rpc('exec.approvals.get', {}, { scopes: ['operator.admin'] });
    const file = objectAt(objectAt(answer, 'its approvals')['file'], 'its approvals');
    const agents = objectAt(file['agents'] ?? {}, 'the approvals of its agents');
    return {
      defaults: policyOf(objectAt(file['defaults'] ?? {}, 'the defaults of its approvals')),
      agents: Object.fromEntries(
        Object.entries(agents).map(([id, agent]) => [id, policyOf(objectAt(agent, 'the approvals of an agent'))]),
      ),
    };
  },
});

function policyOf(policy: JsonObject): HostExecPolicy {
  const { autoAllowSkills, allowlist, mcpTools } = policy;
  if (autoAllowSkills !== undefined && typeof autoAllowSkills !== 'boolean') throw malformed('autoAllowSkills');
  return {
    security: wordAt(policy['security'], execSecurities, 'security of its approvals'),
    ask: wordAt(policy['ask'], execAsks, 'ask of its approvals'),
    askFallback: wordAt(policy['askFallback'], execSecurities, 'askFallback of its approvals'),
    autoAllowSkills,
    allowlist: listAt(allowlist ?? [], 'an allowlist').map((entry) => {
      const { pattern, argPattern } = objectAt(entry, 'an entry of an allowlist');
      return {
        pattern: textAt(pattern, 'the pattern of an allowlist'),
        argPattern: argPattern === undefined ? undefined : textAt(argPattern, 'the arguments of an allowlist'),
      };
    }),
    mcpTools: listAt(mcpTools ?? [], 'the tools of MCP servers').map((entry) => {
      const { server, tool } = objectAt(entry, 'a tool of an MCP server');
      return { server: textAt(server, 'an MCP server'), tool: textAt(tool, 'a tool of an MCP server') };
    }),
  };
}
