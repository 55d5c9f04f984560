import { vantageProbe } from '../../model/probe.ts';
import type { Destination } from '../../ports/vantage.ts';
import { destinations } from '../host/egress.ts';

export interface Reached extends Destination {
  readonly approved: boolean;
  readonly answers: boolean;
}

/**
 * Which of the destinations that the instance tries answer from here, at the same time: what answers nobody proves
 * nothing by its silence. Undefined where the environment file forbids to look.
 */
export const reachableFromHere = vantageProbe<readonly Reached[] | undefined>({
  id: 'vantage/reachable',
  async gather(vantage, _facts, { environment }) {
    const { controlFromHere, timeoutSeconds } = environment.network;
    if (!controlFromHere) return undefined;
    return Promise.all(
      destinations(environment).map(async ({ approved, ...destination }): Promise<Reached> => {
        return { ...destination, approved, answers: await vantage.answers(destination, timeoutSeconds) };
      }),
    );
  },
});
