import type { OwnSession } from '../probes/gateway/sessions.ts';
import { agentSettings, agentValue, isSettings, valueAt } from './gateway-config.ts';

/** Where the commands of an agent run, as the gateway puts the settings of all and those of the agent together. */
export interface Sandbox {
  readonly mode: unknown;
  /** What `tools.exec.host` says: `auto` is the sandbox where there is one. */
  readonly host: unknown;
  /** `docker` where nothing is set. */
  readonly backend: unknown;
  /** Of its containers; `none` where nothing is set. */
  readonly network: unknown;
  /** Whether its tools may use the browser of the host. */
  readonly hostBrowser: unknown;
  /** Folders of the host in it; undefined where they are no lists. */
  readonly binds: readonly unknown[] | undefined;
}

/** The settings of containers of one agent count only where it does not share them; folders of both are mounted. */
export function sandboxOf(config: unknown, agent: string): Sandbox {
  const at = (key: string) => agentValue(config, agent, `sandbox.${key}`, `agents.defaults.sandbox.${key}`);
  const shared = valueAt(config, 'agents.defaults.sandbox.docker');
  const own = at('scope') === 'shared' ? undefined : valueAt(agentSettings(config, agent), 'sandbox.docker');
  const binds = [shared, own].map((docker) => valueAt(docker, 'binds') ?? []);
  return {
    mode: at('mode') ?? 'off',
    host: agentValue(config, agent, 'tools.exec.host', 'tools.exec.host') ?? 'auto',
    backend: at('backend') || 'docker',
    hostBrowser: at('browser.allowHostControl') ?? false,
    network: valueAt(own, 'network') ?? valueAt(shared, 'network') ?? 'none',
    binds: binds.every((list) => Array.isArray(list)) ? binds.flat() : undefined,
  };
}

/** Whether commands of some sessions at least run in the sandbox, where the gateway asks nobody. */
export function runsInSandbox({ mode, host }: Sandbox): boolean {
  return mode !== 'off' && (host === 'auto' || host === 'sandbox');
}

/** Containers on this host, with a network and folders that are known from the configuration. */
export function isLocal({ backend }: Sandbox): boolean {
  return backend === 'docker' || backend === 'podman';
}

/** What a command in a container can do to anything but the workspace: undefined where nothing. */
export function wayOut({ network, binds }: Sandbox): string | undefined {
  if (network !== 'none') return 'it has a network';
  if (binds === undefined) return 'its folders of the host are no list';
  return binds.every(isReadOnly) ? undefined : 'it may write to folders of the host';
}

/** `host:container:ro`; without a mode it is writable, and a socket takes what is sent to it all the same. */
function isReadOnly(bind: unknown): boolean {
  const [host = '', , mode = '', ...rest] = String(bind).split(':');
  return rest.length === 0 && mode.split(',').includes('ro') && !/\.sock$/.test(host);
}

/** Sessions of an agent that an administrator has taken out of the sandbox. */
export function unsandboxed(sessions: readonly OwnSession[], agent: string): readonly OwnSession[] {
  return sessions.filter((session) => session.unsandboxed && isSessionOf(session, agent));
}

/** By its key, `agent:<id>:…`. One of another form, such as `global`, may be of any agent. */
export function isSessionOf({ key }: Pick<OwnSession, 'key'>, agent: string): boolean {
  return key.startsWith('agent:') ? key.startsWith(`agent:${agent}:`) : true;
}

/** Whether a setting of tools lets nobody take commands out of the sandbox, with or without a gate (`/elevated`). */
export function isElevationClosed(config: unknown, agent: string): boolean {
  const own = agentSettings(config, agent);
  if ([config, own].some((settings) => valueAt(settings, 'tools.elevated.enabled') === false)) return true;
  // Who is let in must stand on both lists; without one of its own, that of everyone counts for an agent.
  const allowed = valueAt(config, 'tools.elevated.allowFrom') ?? {};
  return isNobody(allowed) || isNobody(valueAt(own, 'tools.elevated.allowFrom') ?? allowed);
}

const isNobody = (lists: unknown) =>
  isSettings(lists) && Object.values(lists).every((list) => Array.isArray(list) && list.length === 0);
