import type { Finding } from '../model/check.ts';
import { isDeniedByConfig } from './exec-policy.ts';
import { agentSettings, isDenied, settingsAt, shown, valueAt } from './gateway-config.ts';
import { isLocal, runsInSandbox, type Sandbox, sandboxOf, wayOut } from './sandbox.ts';

/** The gateway asks for what it runs itself. About a command in a sandbox nobody is asked, so nothing may come out of it. */
export function sandboxFindings(config: unknown, agent: string): Finding<'config'>[] {
  const sandbox = unasked(config, agent);
  if (!sandbox || !isLocal(sandbox)) return [];
  const way = wayOut(sandbox);
  return [
    {
      fact: 'config',
      subject: `sandbox of agent ${shown(agent)}`,
      expected: 'no way out of it for its commands, about which nobody is asked',
      observed: way ?? 'no network, and no folder of the host to write to',
      ok: way === undefined,
    },
  ];
}

/** Where commands of an agent run, if it is a place of which nothing is read here: in words for a message. */
export function unreadPlace(config: unknown, agent: string): string | undefined {
  const sandbox = unasked(config, agent);
  const commands = `commands of agent ${shown(agent)} run`;
  if (sandbox && !isLocal(sandbox)) {
    return `${commands} in a sandbox elsewhere, where nobody is asked, and what they reach there is not read here`;
  }
  if (sandboxOf(config, agent).host === 'node') return `${commands} on a node, whose own approvals are not read here`;
  const [harness] = isDeniedByConfig(config, agent) ? [] : harnessesOf(config, agent);
  if (harness === undefined) return undefined;
  return `${commands} in the harness ${shown(harness)} too, which asks by settings of its own that are not read here`;
}

/** Runtimes in which the exec policy of the gateway holds: its own, and that of the CLI whose commands it checks. */
const ownRuntimes: readonly unknown[] = [undefined, 'auto', 'openclaw', 'pi', 'claude-cli'];

/** Other runtimes that models of an agent are set to, by the places that count: models, and their providers. */
function harnessesOf(config: unknown, agent: string): unknown[] {
  const providers = Object.values(settingsAt(config, 'models.providers'));
  const listed = providers.map((provider) => valueAt(provider, 'models'));
  const places = [
    ...[settingsAt(config, 'agents.defaults'), agentSettings(config, agent)].map((one) => settingsAt(one, 'models')),
    ...listed.map((models) => (Array.isArray(models) ? models : {})),
  ];
  return [...providers, ...places.flatMap((models) => Object.values(models))]
    .map((place) => valueAt(place, 'agentRuntime.id'))
    .filter((id) => !ownRuntimes.includes(id));
}

/** The sandbox in which commands run unasked. The document of the host denies nothing there. */
function unasked(config: unknown, agent: string): Sandbox | undefined {
  const sandbox = sandboxOf(config, agent);
  const denied = isDenied(config, agent, 'exec') || isDeniedByConfig(config, agent);
  return denied || !runsInSandbox(sandbox) ? undefined : sandbox;
}
