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

/** What an agent sets for itself: `agents.entries.<id>`, or its entry in the list of releases before it. */
export function agentSettings(config: unknown, id: string): Settings {
  const entries = settingsAt(config, 'agents.entries');
  const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
  if (isSettings(entry)) return entry;
  const list = valueAt(config, 'agents.list');
  const listed = Array.isArray(list) ? list.find((agent) => isSettings(agent) && agent['id'] === id) : undefined;
  return isSettings(listed) ? listed : {};
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

/** Whether a tool is on the deny list for everyone or for this agent; a list that cannot be read denies nothing. */
export function isDenied(config: unknown, agent: string, tool: string): boolean {
  const own = textsAt(agentSettings(config, agent), 'tools.deny') ?? [];
  return [...own, ...(textsAt(config, 'tools.deny') ?? [])].some((denied) => denied === tool || denied === '*');
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
