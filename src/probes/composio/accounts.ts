import { composioProbe } from '../../model/probe.ts';
import type { ConnectedAccount } from '../../ports/composio.ts';

/** The accounts that Composio holds for the agent; undefined where the environment file names no Composio. */
export const composioAccounts = composioProbe({
  id: 'composio/accounts',
  async gather(composio, _facts, { environment }): Promise<readonly ConnectedAccount[] | undefined> {
    return environment.credentials.composio && composio.connectedAccounts();
  },
});
