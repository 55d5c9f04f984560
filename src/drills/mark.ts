import type { Environment } from '../environment/schema.ts';
import { ProbeError } from '../model/reason.ts';
import { markPath } from '../ports/drill-operations.ts';
import { awsMove, type Drill, type Step } from './drill.ts';

/** Name of the parameter that stands for a drill of a group: letters, digits and `_.-` are all that it may have. */
function markOf({ infrastructure }: Environment): string {
  return `${markPath}${infrastructure.autoScalingGroup.replaceAll(/[^\w.-]/g, '-')}`;
}

const descriptionOf = (id: string) => `clawcheck drill ${id}: removed at its end, or by clawcheck drill undo`;

/**
 * One drill of a group at a time, from whatever machine: a parameter beside the deployment, which only the first can
 * create. Its description has the id of the drill, so that nobody takes away the mark of another: a drill reads no value of a
 * parameter.
 */
function markStep(environment: Environment): Step {
  const Name = markOf(environment);
  return {
    id: 'mark',
    title: 'Mark the group as under a drill, for whoever would make another',
    moves: [
      awsMove({
        operation: 'ssm:PutParameter',
        input: ({ mark = '' }) => ({
          Name,
          Value: 'a drill is on',
          Type: 'String' as const,
          Overwrite: false,
          Description: descriptionOf(mark),
        }),
      }),
    ],
    undo: {
      title: 'Remove the mark, where it is of this drill',
      seconds: () => 60,
      last: true,
      async needed(world) {
        const filter = { Key: 'Name', Option: 'Equals', Values: [Name] };
        const found = await world.aws.call('ssm:DescribeParameters', { ParameterFilters: [filter] });
        const mark = found?.Parameters?.find((parameter) => parameter.Name === Name);
        // AWS may answer a page with nothing on it before the one that counts.
        if (!mark && found?.NextToken) throw new ProbeError('truncated', 'AWS did not say whether the mark is there');
        return mark?.Description === descriptionOf(world.id) ? {} : undefined;
      },
      moves: [awsMove({ operation: 'ssm:DeleteParameter', input: () => ({ Name }) })],
    },
  };
}

/** A drill with its mark around the method. */
export function marked(drill: Drill): Drill {
  return {
    ...drill,
    reads: (environment) => [...(drill.reads?.(environment) ?? []), 'ssm:DescribeParameters'],
    method: (environment) => [markStep(environment), ...drill.method(environment)],
  };
}
