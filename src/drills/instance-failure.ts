import { instances } from '../probes/aws/instances.ts';
import { scalingActivities } from '../probes/aws/scaling-activities.ts';
import { awsMove, drill, type Undo } from './drill.ts';
import { isMember, pickInstance, timed } from './members.ts';
import { replacedInTime } from './replaced.ts';
import { allInService, gatewayReady } from './steady.ts';

/** As long as EC2 may take to stop an instance and to start it again. */
const stopSeconds = 600;

const startAgain: Undo = {
  title: 'Start the instance again, where the group has not replaced it',
  seconds: () => stopSeconds,
  async needed(world) {
    if (!(await isMember(world))) return undefined;
    switch (await stateOf(world)) {
      case 'stopping':
        return 'later';
      case 'stopped':
        return {};
      default:
        return undefined;
    }
  },
  moves: [awsMove({ operation: 'ec2:StartInstances', input: ({ instance = '' }) => ({ InstanceIds: [instance] }) })],
  settled: async (world) => !(await isMember(world)) || (await stateOf(world)) === 'running',
};

async function stateOf(world: Parameters<Undo['needed']>[0]): Promise<string | undefined> {
  const { all } = await world.facts({ all: instances });
  return all.find(({ InstanceId }) => InstanceId === world.values['instance'])?.State?.Name;
}

/** A machine stops; the group has to notice and to put another one in its place. */
export const instanceFailure = drill({
  title: 'A failed instance is replaced in time',
  why: 'Only a failure shows that health check, launch template, image and capacity work together.',
  effects: [
    'Stops one instance of the group. The group terminates it and launches another; sessions on it end.',
    'With one instance, the agent is away until the new one is in service.',
  ],
  missing: () => [],
  steady: { 'in-service': allInService, 'gateway-ready': gatewayReady },
  async prepare(world) {
    // What cannot be read at the end need not be tried.
    await world.facts({ scalingActivities, instances });
    return pickInstance(world);
  },
  method: () => [
    {
      id: 'stop-instance',
      title: 'Stop the instance',
      moves: [
        awsMove({
          operation: 'ec2:StopInstances',
          input: ({ instance = '' }) => ({ InstanceIds: [instance] }),
          learn: () => timed('stoppedAt'),
        }),
      ],
      undo: startAgain,
      expect: [replacedInTime('stoppedAt')],
    },
  ],
  recovery: ({ infrastructure }) => infrastructure.replaceWithinSeconds + stopSeconds,
});
