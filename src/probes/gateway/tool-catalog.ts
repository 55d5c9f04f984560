import { gatewayProbe } from '../../model/probe.ts';
import type { ProbeError } from '../../model/reason.ts';
import { gatewayAgents } from './config.ts';
import { type JsonObject, listAt, objectAt, textAt } from './payload.ts';

export interface ToolCatalog {
  /** By agent, the tools that the gateway knows for it, whatever its policy, and the plugin that each is of. */
  readonly tools: Readonly<Record<string, ReadonlyMap<string, string | undefined>>>;
  /** Plugins that are enabled and run. */
  readonly running: readonly string[];
}

/** Which tools there are, and which plugins work: what a gate names must be among them. */
export const toolCatalog = gatewayProbe<ToolCatalog, { agents: typeof gatewayAgents }>({
  id: 'gateway/tool-catalog',
  needs: { agents: gatewayAgents },
  async gather(gateway, { agents }) {
    const plugins = objectAt(await gateway.rpc('plugins.list', {}), 'its plugins');
    const catalogs = agents.map(async (agent) => {
      const answer = objectAt(await gateway.rpc('tools.catalog', { agentId: agent }), 'its tools');
      return [agent, new Map(listAt(answer['groups'], 'its tools').flatMap(toolsOf))] as const;
    });
    return {
      tools: Object.fromEntries(await Promise.all(catalogs)),
      running: listAt(plugins['plugins'], 'its plugins').flatMap((item) => {
        const { id, enabled, runtime } = objectAt(item, 'a plugin');
        const state = (runtime as JsonObject | undefined)?.['state'];
        return enabled === true && state === 'active' ? [textAt(id, 'the id of a plugin')] : [];
      }),
    };
  },
});

/** The same tools, for those who need them in some deployments only. */
export const knownTools = gatewayProbe<ToolCatalog['tools'] | ProbeError, { catalog: typeof toolCatalog }>({
  id: 'gateway/known-tools',
  needs: { catalog: toolCatalog },
  lost: (error) => error,
  gather: async (_gateway, { catalog }) => catalog.tools,
});

function toolsOf(group: unknown): [string, string | undefined][] {
  return listAt(objectAt(group, 'a group of tools')['tools'], 'a group of tools').map((tool) => {
    const { id, pluginId } = objectAt(tool, 'a tool');
    return [textAt(id, 'the id of a tool'), typeof pluginId === 'string' ? pluginId : undefined];
  });
}
