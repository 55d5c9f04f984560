import { ProbeError } from '../model/reason.ts';
import type { Experiment } from '../ports/fis.ts';
import { group } from '../probes/aws/group.ts';
import { instances } from '../probes/aws/instances.ts';
import { awsMove, type Expectation, type Step, type Undo, type World } from './drill.ts';
import { beyondScope, type Scope } from './experiment-scope.ts';
import { startAgain, stopSeconds } from './start-again.ts';

/** The tag by which an experiment is known as one of a drill, where the answer with its id was lost. */
const drillTag = 'clawcheck-drill';

/** What the drills call of AWS FIS beside what they change by it. */
export const experimentReads = ['fis:GetExperiment', 'fis:GetExperimentTemplate', 'fis:ListExperiments'] as const;

const over = ['completed', 'stopped', 'failed', 'cancelled'];
const unsuccessful = ['stopped', 'failed', 'cancelled', 'skipped'];

/** @throws ProbeError where the template could do more than to fail one instance of the group */
export async function demandScope(world: World, id: string): Promise<void> {
  const answer = await world.aws.call('fis:GetExperimentTemplate', { id });
  const why = beyondScope(answer?.experimentTemplate ?? {}, await scopeOf(world));
  if (why === undefined) return;
  throw new ProbeError('conflict', `the experiment template ${id} is not used: ${why}`, {
    next: 'Give the template one action that stops or terminates one instance of the group, or take drills.experimentTemplate out.',
  });
}

async function scopeOf(world: World): Promise<Scope> {
  const { asg } = await world.facts({ asg: group });
  return {
    group: world.environment.infrastructure.autoScalingGroup,
    instances: asg.Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  };
}

/** The experiment of this drill: by its id, or by its tag where the answer was lost; undefined where there is none. */
async function ownExperiment(world: World, template: string): Promise<Experiment | undefined> {
  let id = world.values['experiment'];
  if (id === undefined) {
    const listed = await world.aws.call('fis:ListExperiments', { experimentTemplateId: template });
    id = listed?.experiments?.find(({ tags }) => tags?.[drillTag] === world.id)?.id;
    if (id === undefined && listed?.nextToken) {
      throw new ProbeError('truncated', 'AWS did not say whether the experiment was started');
    }
  }
  return id === undefined ? undefined : (await world.aws.call('fis:GetExperiment', { id }))?.experiment;
}

const injected = (template: string): Expectation => ({
  id: 'injected',
  claim: 'the experiment stops one instance of the group, and no other',
  from: 'experiment of AWS FIS, and EC2',
  patience: () => stopSeconds,
  async look(world) {
    const experiment = await ownExperiment(world, template);
    if (!experiment) return undefined;
    const { id, state } = experiment;
    // The template may have been changed since it was read: what counts is what the experiment was made from.
    const members = world.instances.map((instance) => instance.id);
    const why = beyondScope(experiment, { ...(await scopeOf(world)), instances: members });
    if (why !== undefined) return { ok: false, observed: `${id} was made from another template: ${why}` };
    const [action] = Object.values(experiment.actions ?? {});
    const ended = [state?.status ?? '', action?.state?.status ?? ''].find((status) => unsuccessful.includes(status));
    if (ended !== undefined) return { ok: false, observed: `${id} ended as ${ended}` };
    const { all } = await world.facts({ all: instances });
    const running = all.filter(({ State }) => State?.Name === 'running').map(({ InstanceId }) => InstanceId);
    const [hit, ...more] = members.filter((member) => !running.includes(member));
    if (hit === undefined || !action?.startTime) return undefined;
    if (more.length > 0) return { ok: false, observed: `${id} hit ${more.length + 1} instances` };
    return {
      ok: true,
      observed: `${id} hit ${hit}`,
      learned: { experiment: id ?? '', instance: hit, stoppedAt: action.startTime.toISOString() },
    };
  },
});

const stopExperiment = (template: string): Undo => ({
  title: 'Stop the experiment, where it still runs',
  seconds: () => stopSeconds,
  async needed(world) {
    const experiment = await ownExperiment(world, template);
    const status = experiment?.state?.status;
    if (experiment?.id === undefined || over.includes(status ?? '')) return undefined;
    return status === 'stopping' ? 'later' : { experiment: experiment.id };
  },
  moves: [awsMove({ operation: 'fis:StopExperiment', input: ({ experiment = '' }) => ({ id: experiment }) })],
  settled: async (world) => over.includes((await ownExperiment(world, template))?.state?.status ?? ''),
});

/** The failure as the deployment's own template makes it. */
export function experimentStep(template: string): Step {
  return {
    id: 'start-experiment',
    title: 'Start the experiment that stops or terminates an instance',
    moves: [
      awsMove({
        operation: 'fis:StartExperiment',
        input: ({ mark = '' }) => ({
          clientToken: mark,
          experimentTemplateId: template,
          tags: { [drillTag]: mark },
        }),
        learn({ experiment }) {
          if (!experiment?.id) throw new ProbeError('bad_response', 'AWS FIS did not say which experiment it started');
          return { experiment: experiment.id };
        },
      }),
    ],
    undo: { ...startAgain((world) => world.instances.map(({ id }) => id)), first: stopExperiment(template) },
    expect: [injected(template)],
  };
}
