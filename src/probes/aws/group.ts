import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { distinct } from './demand.ts';

/** The Auto Scaling Group as AWS describes it, with the members that no check can do without. */
export type Group = AutoScalingGroup & {
  readonly AutoScalingGroupName: string;
  readonly AutoScalingGroupARN: string;
  readonly MinSize: number;
  readonly DesiredCapacity: number;
  readonly Instances: NonNullable<AutoScalingGroup['Instances']>;
};

/** The groups that the environment names, and the other environments that share its account and region. */
export const namedGroups = awsProbe({
  id: 'aws/named-groups',
  async gather(aws, _facts, { environment, others }): Promise<readonly AutoScalingGroup[]> {
    const near = [environment, ...others].filter((o) => o.aws.account === aws.account && o.aws.region === aws.region);
    return readGroups(
      aws,
      near.map((o) => o.infrastructure.autoScalingGroup),
    );
  },
});

/** Those of the groups that there are. */
export async function readGroups(aws: AwsPort, groups: readonly string[]): Promise<readonly AutoScalingGroup[]> {
  const names = distinct(groups);
  const { AutoScalingGroups } = await aws.read('autoscaling:DescribeAutoScalingGroups', {
    AutoScalingGroupNames: names,
  });
  return (AutoScalingGroups ?? []).filter((g) => names.includes(g.AutoScalingGroupName ?? ''));
}

/** The configured Auto Scaling Group. That there is none is a ProbeError `not_found`. */
export const group = awsProbe({
  id: 'aws/group',
  needs: { namedGroups },
  async gather(_aws, { namedGroups }, { environment }): Promise<Group> {
    const name = environment.infrastructure.autoScalingGroup;
    const [found, ...others] = namedGroups.filter((g) => g.AutoScalingGroupName === name);
    if (!found) {
      throw new ProbeError(
        'not_found',
        'the Auto Scaling Group of the environment file does not exist in this account and region',
        {
          next: 'Compare infrastructure.autoScalingGroup, aws.account and aws.region with the deployment.',
        },
      );
    }
    if (others.length > 0 || !isComplete(found)) {
      throw new ProbeError('bad_response', 'the description of the Auto Scaling Group is incomplete or ambiguous');
    }
    return found;
  },
});

/** Ids of the instances that are in service. */
export function membersInService({ Instances }: Pick<Group, 'Instances'>): string[] {
  return Instances.flatMap(({ InstanceId, LifecycleState }) =>
    InstanceId !== undefined && LifecycleState === 'InService' ? [InstanceId] : [],
  );
}

/** What instances count for in the capacity of their group: one each, or the weight that their type has. */
export function unitsOf(instances: Group['Instances']): number {
  return instances.reduce((sum, { WeightedCapacity }) => sum + Number(WeightedCapacity ?? 1), 0);
}

function isComplete(g: AutoScalingGroup): g is Group {
  return (
    typeof g.AutoScalingGroupARN === 'string' &&
    typeof g.MinSize === 'number' &&
    typeof g.DesiredCapacity === 'number' &&
    // Who cannot be told apart, or may serve or not, is counted nowhere and found nowhere.
    (g.Instances?.every(({ InstanceId, LifecycleState }) => InstanceId && LifecycleState) ?? false)
  );
}
