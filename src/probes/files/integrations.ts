import type { Environment } from '../../environment/schema.ts';
import { filesProbe } from '../../model/probe.ts';

/** The connected services as the environment file declares them: a claim of its author, not an observation. */
export const integrations = filesProbe({
  id: 'files/integrations',
  async gather(_files, _facts, { environment }): Promise<Environment['credentials']['integrations']> {
    return environment.credentials.integrations;
  },
});
