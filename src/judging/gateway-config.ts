import { fitsGlob } from './glob.ts';

type Settings = Readonly<Record<string, unknown>>;

/** The value at a dotted path of a configuration, or undefined. */
export function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    return isSettings(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, config);
}

/** The object at a path; empty when nothing is there, so that its members are absent too. */
export function settingsAt(config: unknown, path: string): Settings {
  const value = valueAt(config, path);
  return isSettings(value) ? value : {};
}

/** An id as the gateway has it: in small letters, and what else an id cannot have as a hyphen. */
export function agentId(text: string): string {
  const id = text.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) return id;
  return (
    id
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 64) || 'main'
  );
}

/**
 * Agents as they are configured: `agents.entries` by id, or else the list of releases before it. Where two have the same
 * id, the first counts, as it does for the gateway.
 */
function agentEntries(config: unknown): readonly (readonly [id: string, settings: Settings])[] {
  const entries = valueAt(config, 'agents.entries');
  if (entries !== undefined) {
    return Object.entries(isSettings(entries) ? entries : {}).flatMap(([id, own]) =>
      isSettings(own) ? [[agentId(id), own] as const] : [],
    );
  }
  const list = valueAt(config, 'agents.list');
  return (Array.isArray(list) ? list : []).flatMap((own) =>
    isSettings(own) && typeof own['id'] === 'string' ? [[agentId(own['id']), own] as const] : [],
  );
}

/** The ids of the agents that the configuration names. */
export function configuredIds(config: unknown): readonly string[] {
  return agentEntries(config).map(([id]) => id);
}

/** What an agent sets for itself. */
export function agentSettings(config: unknown, id: string): Settings {
  return agentEntries(config).find(([own]) => own === agentId(id))?.[1] ?? {};
}

/** The value of the agent, else that of everyone. */
export function agentValue(config: unknown, id: string, path: string, shared: string): unknown {
  const own = valueAt(agentSettings(config, id), path);
  return own === undefined ? valueAt(config, shared) : own;
}

/** The texts of a list; undefined when it is no list of texts. An absent list is empty. */
export function textsAt(config: unknown, path: string): readonly string[] | undefined {
  const value = valueAt(config, path);
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** Groups of tools, by the documentation of OpenClaw 2026.9.6: those that a gate or a check may name a tool of. */
const toolGroups: Readonly<Record<string, readonly string[]>> = {
  'group:runtime': ['exec', 'process', 'code_execution'],
  'group:fs': ['read', 'write', 'edit', 'apply_patch'],
  'group:web': ['web_search', 'x_search', 'web_fetch'],
  'group:messaging': ['message'],
  'group:nodes': ['nodes', 'computer'],
  'group:automation': ['heartbeat_respond', 'automations', 'gateway', 'plugins', 'openclaw'],
  'group:agents': ['skill_workshop'],
  'group:openclaw': [
    'gateway',
    'openclaw',
    'plugins',
    'skill_workshop',
    'automations',
    'message',
    'nodes',
    'web_search',
    'web_fetch',
  ],
};
const toolAliases: Readonly<Record<string, string>> = {
  bash: 'exec',
  cron: 'automations',
  'apply-patch': 'apply_patch',
};

function toolName(name: string): string {
  const small = name.trim().toLowerCase();
  return (Object.hasOwn(toolAliases, small) && toolAliases[small]) || small;
}

/**
 * Whether a tool is on the deny list for everyone or for this agent, by its name, its group or a pattern: no other level
 * gives it back. A list that cannot be read denies nothing.
 */
export function isDenied(config: unknown, agent: string, tool: string): boolean {
  return [agentSettings(config, agent), config].some((level) => isOn(textsAt(level, 'tools.deny') ?? [], tool));
}

/**
 * Whether an agent has a tool of the gateway itself, for owners at least; one that no other profile than `full` and
 * `coding` has, nor a sandbox that is not told to let it in.
 */
export function hasTool(config: unknown, agent: string, tool: string): boolean {
  const levels = [agentSettings(config, agent), config];
  const lists = (key: string) => levels.flatMap((level) => [textsAt(level, `tools.${key}`) ?? ['*']]);
  const profile = agentValue(config, agent, 'tools.profile', 'tools.profile');
  const offered =
    !['minimal', 'messaging'].includes(String(profile)) || lists('alsoAllow').some((on) => isOn(on, tool));
  const inside = (key: string) =>
    agentValue(config, agent, `tools.sandbox.tools.${key}`, `tools.sandbox.tools.${key}`) ?? ['-'];
  const letIn = [inside('allow'), inside('alsoAllow')].some(
    (on) => !Array.isArray(on) || on.length === 0 || isOn(on, tool),
  );
  const boxed = agentValue(config, agent, 'sandbox.mode', 'agents.defaults.sandbox.mode') === 'all';
  const allowed = lists('allow').every((on) => on.length === 0 || isOn(on, tool));
  return offered && allowed && (letIn || !boxed) && !isDenied(config, agent, tool);
}

/** By its name, its group or a pattern. */
function isOn(list: readonly unknown[], tool: string): boolean {
  const wanted = toolName(tool);
  return list
    .map((one) => toolName(String(one)))
    .some((one) => {
      if (Object.hasOwn(toolGroups, one)) return toolGroups[one]?.includes(wanted);
      return fitsGlob(one, wanted);
    });
}

/** A setting as evidence: words and numbers as they are; of anything else only what it is. */
export function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^[A-Za-z0-9@*][A-Za-z0-9._:@*/+-]{0,63}$/.test(value) ? value : 'another text';
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
