import type { Gate } from '../environment/gates-schema.ts';
import type { ToolCatalog } from '../probes/gateway/tool-catalog.ts';
import { type ExecPolicy, isGated } from './exec-policy.ts';
import { shown, textsAt, valueAt } from './gateway-config.ts';

/** Which rule in force stands behind a documented gate. */
export interface Cover {
  readonly ok: boolean;
  readonly observed: string;
}

/** What else is known where a gate is judged: the policy of tools, those of this agent, the plugins that work. */
export interface Around {
  isDenied(tool: string): boolean;
  /** Whether the agent may turn plugins off by the tool `plugins`, which asks nobody. */
  readonly turnsOffPlugins?: boolean;
  readonly tools: ReadonlyMap<string, unknown>;
  readonly running: ToolCatalog['running'];
}

const execTools = ['exec', 'bash', 'shell', 'process', 'system.run'];

/**
 * Commands are gated by the exec policy. Any other tool is not: it counts as gated when it is denied, or when a plugin
 * that the gate names is enabled under `plugins.entries`, because a plugin that is only listed and loaded runs its
 * tools without asking.
 */
export function gateCover(
  gate: Gate,
  policy: ExecPolicy,
  config: unknown,
  { isDenied, turnsOffPlugins, tools, running }: Around,
): Cover {
  const { tool, plugin } = gate;
  if (tool === undefined || execTools.includes(tool))
    return execCover(gate, policy, tool !== undefined && isDenied(tool));
  if (isDenied(tool)) return { ok: true, observed: 'the tool is denied' };
  const always = policy.mcpTools.find((granted) => [granted.tool, `${granted.server}__${granted.tool}`].includes(tool));
  if (always) return { ok: false, observed: 'always allowed, with any arguments, by a grant for an MCP server' };
  if (!tools.has(tool)) return { ok: false, observed: 'the gateway has no such tool, so nothing can gate it' };
  if (plugin === undefined) return { ok: false, observed: 'no rule: it is neither denied nor gated by a named plugin' };
  if (valueAt(config, 'plugins.enabled') === false) return { ok: false, observed: 'plugins are off' };
  if ((textsAt(config, 'plugins.deny') ?? [plugin]).includes(plugin))
    return { ok: false, observed: 'its plugin is denied' };
  const allow = valueAt(config, 'plugins.allow');
  if (allow !== undefined && !(Array.isArray(allow) && allow.includes(plugin))) {
    return { ok: false, observed: 'its plugin is not on plugins.allow' };
  }
  const entry = valueAt(config, 'plugins.entries');
  const enabled = valueAt((entry as Record<string, unknown> | undefined)?.[plugin], 'enabled');
  const observed = `its plugin: enabled ${shown(enabled)} in plugins.entries`;
  if (enabled === true && !running.includes(plugin)) return { ok: false, observed: `${observed}, and it does not run` };
  if (enabled === true && turnsOffPlugins)
    return { ok: false, observed: 'its plugin can be turned off by the tool plugins of the agent' };
  return { ok: enabled === true, observed };
}

function execCover({ pattern }: Gate, policy: ExecPolicy, denied: boolean): Cover {
  if (denied) return { ok: true, observed: 'the tool is denied' };
  if (!isGated(policy)) return { ok: false, observed: `commands run without asking (ask ${policy.ask})` };
  const [program] = pattern?.trim().split(/\s+/) ?? [];
  const name = program?.slice(program.lastIndexOf('/') + 1);
  const allowed = policy.ask !== 'always' && policy.allowlist.some((entry) => nameOf(entry.pattern) === name);
  if (name !== undefined && allowed) return { ok: false, observed: 'its program is on the allowlist' };
  return { ok: true, observed: policy.security === 'deny' ? 'commands are denied' : 'the exec policy asks' };
}

function nameOf(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('/') + 1);
}
