import type { Environment } from '../environment/schema.ts';
import { markPath } from '../ports/drill-operations.ts';
import { awsMove, type Drill, type Step } from './drill.ts';

/** Name of the parameter that stands for a drill of a group: letters, digits and `_.-` are all that it may have. */
function markOf({ infrastructure }: Environment): string {
  return `${markPath}${infrastructure.autoScalingGroup.replaceAll(/[^\w.-]/g, '-')}`;
}

/**
 * One drill of a group at a time, from whatever machine: a parameter beside the deployment, which only the first can
 * create. Its value is the id of the drill, so that nobody takes away the mark of another.
 */
function markStep(environment: Environment): Step {
  const Name = markOf(environment);
  return {
    id: 'mark',
    title: 'Mark the group as under a drill, for whoever would make another',
    moves: [
      awsMove({
        operation: 'ssm:PutParameter',
        input: ({ mark }) => ({
          Name,
          Value: mark,
          Type: 'String' as const,
          Overwrite: false,
          Description: 'clawcheck drill: removed at its end, or by clawcheck drill undo',
        }),
      }),
    ],
    undo: {
      title: 'Remove the mark, where it is of this drill',
      seconds: () => 60,
      last: true,
      async needed(world) {
        const found = await world.aws.call('ssm:GetParameter', { Name });
        return found?.Parameter?.Value === world.id ? {} : undefined;
      },
      moves: [awsMove({ operation: 'ssm:DeleteParameter', input: () => ({ Name }) })],
    },
  };
}

/** A drill with its mark around the method. */
export function marked(drill: Drill): Drill {
  return {
    ...drill,
    reads: [...(drill.reads ?? []), 'ssm:GetParameter'],
    method: (environment) => [markStep(environment), ...drill.method(environment)],
  };
}
