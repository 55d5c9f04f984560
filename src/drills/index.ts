import { nearest } from '../environment/suggest.ts';
import { UsageError } from '../model/reason.ts';
import { approvalGates } from './approval-gates.ts';
import type { Drill } from './drill.ts';
import { gatewayStop } from './gateway-stop.ts';
import { instanceFailure } from './instance-failure.ts';
import { killSwitch } from './kill-switch.ts';
import { marked } from './mark.ts';
import { restore } from './restore.ts';
import { testInteraction } from './test-interaction.ts';

const declared: Readonly<Record<string, Drill>> = {
  'instance-failure': instanceFailure,
  'gateway-stop': gatewayStop,
  restore,
  'approval-gates': approvalGates,
  'kill-switch': killSwitch,
  'test-interaction': testInteraction,
};

/** Every drill by its id, which is the name of its file. */
export const drills: Readonly<Record<string, Drill>> = Object.fromEntries(
  Object.entries(declared).map(([id, drill]) => [id, marked(drill)]),
);

/** @throws UsageError for an id that is none, with the one that was likely meant */
export function drillOf(id: string): Drill {
  const found = Object.hasOwn(drills, id) ? drills[id] : undefined;
  if (found) return found;
  const near = nearest(id, Object.keys(drills));
  throw new UsageError(
    `there is no drill ${JSON.stringify(id)}`,
    near ? `Did you mean ${near}?` : 'clawcheck drill list names them all.',
  );
}
