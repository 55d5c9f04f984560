import { agentId, configuredIds } from '../../judging/gateway-config.ts';
import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort } from '../../ports/gateway.ts';
import { idAt, type JsonObject, listAt, objectAt, textAt } from './payload.ts';
import { readiness } from './readiness.ts';

/** The configuration that the running gateway works with. Secrets in it are redacted by the gateway itself. */
export interface GatewayConfig {
  readonly inForce: JsonObject;
  /** The file says something else than what is in force: a restart or reload would change the behaviour. */
  readonly differsFromFile: boolean;
  /** The file that it watches; undefined where this version does not say. */
  readonly path?: string | undefined;
}

/** `config.get` → `runtimeConfig`: not the file, and not the defaults of a schema, but what is in force. */
export const gatewayConfig = gatewayProbe<GatewayConfig, { readiness: typeof readiness }>({
  id: 'gateway/config',
  needs: { readiness },
  async gather(gateway) {
    const answer = objectAt(await gateway.rpc('config.get', {}), 'its configuration');
    if (['runtimeConfig', 'appliedConfigHash'].every((key) => answer[key] === undefined) && answer['config']) {
      throw new ProbeError('not_found', 'this version of the gateway does not tell which configuration is in force', {
        next: 'Update the gateway: releases before 2026.6.5 have known vulnerabilities too.',
      });
    }
    const inForce = objectAt(answer['runtimeConfig'], 'the configuration in force');
    const saved = textAt(answer['configRevisionHash'], 'the hash of its configuration file');
    const applied = textAt(answer['appliedConfigHash'], 'the hash of the configuration in force');
    if ((answer['valid'] === false || answer['exists'] === false) && saved === applied) {
      throw new ProbeError(
        'conflict',
        'the gateway calls its configuration file missing or invalid, and in force all the same',
        {
          next: 'Run openclaw config validate on the host, mend the file and restart the gateway.',
        },
      );
    }
    const { path } = answer;
    return { inForce, differsFromFile: saved !== applied, ...(typeof path === 'string' && { path }) };
  },
});

interface ListedAgent {
  readonly id: string;
  readonly workspace: unknown;
}

/** `agents.list`, asked once for all that is read from it. At least one agent. */
export const listedAgents = gatewayProbe<readonly ListedAgent[], { readiness: typeof readiness }>({
  id: 'gateway/listed-agents',
  needs: { readiness },
  gather: (gateway) => listAgents(gateway),
});

/** The ids of the agents that the configuration names; empty where it could not be read. */
const configuredAgents = gatewayProbe<readonly string[], { config: typeof gatewayConfig }>({
  id: 'gateway/configured-agents',
  needs: { config: gatewayConfig },
  lost: () => [],
  gather: async (_gateway, { config }) => configuredIds(config.inForce),
});

/** The ids of all agents that the gateway runs; at least one, and each that it is configured with. */
export const gatewayAgents = gatewayProbe<
  readonly string[],
  { listed: typeof listedAgents; configured: typeof configuredAgents }
>({
  id: 'gateway/agents',
  needs: { listed: listedAgents, configured: configuredAgents },
  async gather(_gateway, { listed, configured }) {
    const ids = listed.map(({ id }) => id);
    if (configured.every((id) => ids.some((own) => agentId(own) === id))) return ids;
    throw new ProbeError('conflict', 'the gateway does not list every agent that it is configured with', {
      next: 'Compare openclaw agents list with agents.entries of the configuration.',
    });
  },
});

/**
 * The directory in which each agent works, by its id. As the gateway resolves it: where there are several agents, those
 * without a setting of their own work in a folder of the common one, but for the one that was there first.
 */
export const agentWorkspaces = gatewayProbe<Readonly<Record<string, string>>, { listed: typeof listedAgents }>({
  id: 'gateway/agent-workspaces',
  needs: { listed: listedAgents },
  async gather(_gateway, { listed }) {
    const entries = listed.map(({ id, workspace }) => {
      if (workspace === undefined) {
        throw new ProbeError('not_found', 'this version of the gateway does not tell where its agents work', {
          next: 'Update the gateway: releases before 2026.6.5 have known vulnerabilities too.',
        });
      }
      return [id, textAt(workspace, 'the workspace of an agent')] as const;
    });
    return Object.fromEntries(entries);
  },
});

/** @throws ProbeError `empty_subject` where there is none */
export async function agentIds(gateway: GatewayPort): Promise<readonly string[]> {
  return (await listAgents(gateway)).map(({ id }) => id);
}

async function listAgents(gateway: GatewayPort): Promise<readonly ListedAgent[]> {
  const answer = objectAt(await gateway.rpc('agents.list', {}), 'its agents');
  const agents = listAt(answer['agents'], 'its agents').map((agent) => {
    const { id, workspace } = objectAt(agent, 'an agent');
    return { id: idAt(id, 'the id of an agent'), workspace };
  });
  if (agents.length === 0) throw new ProbeError('empty_subject', 'the gateway names no agent');
  return agents;
}
