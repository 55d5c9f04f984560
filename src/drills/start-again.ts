import { group } from '../probes/aws/group.ts';
import { instances } from '../probes/aws/instances.ts';
import { awsMove, type Undo, type World } from './drill.ts';

/** As long as EC2 may take to stop an instance and to start it again. */
export const stopSeconds = 600;

/** Starts what is stopped among some instances, where it still is of the group. @param touched their ids */
export function startAgain(touched: (world: World) => readonly string[]): Undo {
  /** The state of each that is of the group and not on its way out of it. */
  async function statesOf(world: World): Promise<ReadonlyMap<string, string | undefined>> {
    const { all, asg } = await world.facts({ all: instances, asg: group });
    const members = asg.Instances.filter(({ LifecycleState }) => !LifecycleState?.startsWith('Terminat'));
    const ids = touched(world).filter((id) => members.some(({ InstanceId }) => InstanceId === id));
    return new Map(ids.map((id) => [id, all.find(({ InstanceId }) => InstanceId === id)?.State?.Name]));
  }
  return {
    title: 'Start the instance again, where the group has not replaced it',
    seconds: () => stopSeconds,
    async needed(world) {
      const states = await statesOf(world);
      if ([...states.values()].includes('stopping')) return 'later';
      const stopped = [...states].find(([, state]) => state === 'stopped');
      return stopped ? { instance: stopped[0] } : undefined;
    },
    moves: [awsMove({ operation: 'ec2:StartInstances', input: ({ instance = '' }) => ({ InstanceIds: [instance] }) })],
    async settled(world) {
      const state = (await statesOf(world)).get(world.values['instance'] ?? '');
      return state === undefined || state === 'running';
    },
  };
}
