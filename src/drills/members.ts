import { ProbeError } from '../model/reason.ts';
import { group } from '../probes/aws/group.ts';
import type { Values, World } from './drill.ts';

/** The instance that a drill is made on: the first that is in service and that answered. */
export async function pickInstance(world: World): Promise<Values> {
  const { group: asg } = await world.facts({ group });
  const inService = asg.Instances.filter((i) => i.LifecycleState === 'InService').flatMap((i) => i.InstanceId ?? []);
  const [chosen] = world.instances.filter(({ id }) => inService.includes(id));
  if (!chosen) throw new ProbeError('empty_subject', 'no instance of the group is in service and can be reached');
  return { instance: chosen.id, address: chosen.address, startedAt: world.now().toISOString() };
}

/** Whether the instance still is of the group: what the group has replaced, or is taking out, needs no undo. */
export async function isMember(world: World): Promise<boolean> {
  const { group: asg } = await world.facts({ group });
  const found = asg.Instances.find(({ InstanceId }) => InstanceId === world.values['instance']);
  return found !== undefined && !found.LifecycleState?.startsWith('Terminat');
}

/** Seconds from a time that the drill wrote down to another one; rounded. */
export function secondsSince(world: World, name: string, at: Date): number {
  return Math.round((at.getTime() - Date.parse(world.values[name] ?? '')) / 1000);
}

/** The local time at which a move was made. */
export function timed(name: string): Values {
  return { [name]: new Date().toISOString() };
}
