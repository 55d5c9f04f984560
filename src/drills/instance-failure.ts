import { instances } from '../probes/aws/instances.ts';
import { scalingActivities } from '../probes/aws/scaling-activities.ts';
import { awsMove, drill, type Step } from './drill.ts';
import { demandScope, experimentReads, experimentStep } from './experiment.ts';
import { pickInstance, timed } from './members.ts';
import { replacedInTime } from './replaced.ts';
import { startAgain, stopSeconds } from './start-again.ts';
import { allInService, gatewayReady } from './steady.ts';

const stopStep: Step = {
  id: 'stop-instance',
  title: 'Stop the instance',
  moves: [
    awsMove({
      operation: 'ec2:StopInstances',
      input: ({ instance = '' }) => ({ InstanceIds: [instance] }),
      learn: () => timed('stoppedAt'),
    }),
  ],
  undo: startAgain(({ values: { instance } }) => (instance === undefined ? [] : [instance])),
};

/** A machine stops; the group has to notice and to put another one in its place. */
export const instanceFailure = drill({
  title: 'A failed instance is replaced in time',
  why: 'Only a failure shows that health check, launch template, image and capacity work together.',
  effects: [
    'Stops one instance of the group. The group terminates it and launches another; sessions on it end.',
    'With one instance, the agent is away until the new one is in service.',
    'With drills.experimentTemplate, an experiment of AWS FIS does it by that template, and may terminate the instance.',
  ],
  missing: () => [],
  steady: { 'in-service': allInService, 'gateway-ready': gatewayReady },
  async prepare(world) {
    // What cannot be read at the end need not be tried.
    await world.facts({ scalingActivities, instances });
    const { experimentTemplate } = world.environment.drills;
    if (experimentTemplate !== undefined) await demandScope(world, experimentTemplate);
    return pickInstance(world);
  },
  reads: ({ drills }) => (drills.experimentTemplate === undefined ? [] : experimentReads),
  method({ drills: { experimentTemplate } }) {
    const step = experimentTemplate === undefined ? stopStep : experimentStep(experimentTemplate);
    return [{ ...step, expect: [...(step.expect ?? []), replacedInTime('stoppedAt')] }];
  },
  recovery: ({ infrastructure }) => infrastructure.replaceWithinSeconds + stopSeconds,
});
