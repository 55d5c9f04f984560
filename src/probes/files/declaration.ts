import type { Environment } from '../../environment/schema.ts';
import { filesProbe } from '../../model/probe.ts';

/** What the operator declares about people and gates. */
export interface Declaration {
  readonly gates: Environment['approvalGates']['gates'];
  readonly people: Environment['approvalGates']['people'];
  readonly owners: Environment['owners'];
}

/** Gates, people and owners as the environment file declares them: a claim of its author, not an observation. */
export const declaration = filesProbe<Declaration>({
  id: 'files/declaration',
  async gather(_files, _facts, { environment: { approvalGates, owners } }) {
    return { gates: approvalGates.gates, people: approvalGates.people, owners };
  },
});
