import { awsProbe } from '../../model/probe.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, demandOf } from './demand.ts';
import { group } from './group.ts';

/** One instance that Auto Scaling launched or terminated, and what AWS says it did it for. */
export interface ScalingActivity {
  readonly kind: 'launch' | 'termination';
  readonly instance: string;
  /** `health`: the instance was found unhealthy, or replaces one that was. `other`: scaling, deploys, requests. */
  readonly cause: 'health' | 'other';
  /** Somebody reported the instance unhealthy (SetInstanceHealth), and no check of AWS found it. */
  readonly reported: boolean;
  /** A scheduled action left the group without an instance. */
  readonly toNothing: boolean;
  readonly status: string;
  readonly start: Date;
  /** Undefined while it runs. */
  readonly end: Date | undefined;
}

/**
 * Launches and terminations of the last six weeks, which is as long as AWS remembers, newest first. Only the sentences
 * that AWS writes itself are understood; whatever else a cause says makes it `other`.
 */
export const scalingActivities = awsProbe({
  id: 'aws/scaling-activities',
  needs: { group },
  gather: (aws, { group }) => readActivities(aws, group.AutoScalingGroupName),
});

/** The same for a probe that needs them only sometimes. */
export async function readActivities(aws: AwsPort, name: string | undefined): Promise<readonly ScalingActivity[]> {
  const { Activities } = await aws.read('autoscaling:DescribeScalingActivities', { AutoScalingGroupName: name });
  return demandOf(name, Activities ?? [], 'a scaling activity')
    .flatMap((activity): ScalingActivity[] => {
      const [, verb, instance] =
        /^(Launching a new|Terminating) EC2 instance: (i-[0-9a-f]+)/.exec(
          demand(activity.Description, 'what a scaling activity was'),
        ) ?? [];
      if (!verb || !instance) return [];
      const kind = verb === 'Terminating' ? 'termination' : 'launch';
      const cause = demand(activity.Cause, 'the cause of a scaling activity');
      return [
        {
          kind,
          instance,
          cause: causeOf(kind, cause),
          reported: kind === 'termination' && reportedCause.test(cause),
          toNothing: scheduledToNothing.test(cause),
          status: demand(activity.StatusCode, 'the status of a scaling activity'),
          start: demand(activity.StartTime, 'when a scaling activity started'),
          end: activity.EndTime,
        },
      ];
    })
    .sort((a, b) => b.start.getTime() - a.start.getTime());
}

const forHealth = {
  termination:
    /an instance was taken out of service in response to (an? |the )?(ELB system|EC2|user|EBS volume|VPC Lattice|EC2 instance status) ?(instance )?(health|status)[ -]?checks?\b/i,
  launch: /an instance was (launched|started) in response to an unhealthy instance needing to be replaced/i,
};

const reportedCause = /an instance was taken out of service in response to an? user health-check\b/i;

const scheduledToNothing =
  /a scheduled action update of AutoScalingGroup constraints to [\w:, ]*changing the desired capacity from \d+ to 0\b/;

function causeOf(kind: ScalingActivity['kind'], cause: string): ScalingActivity['cause'] {
  return forHealth[kind].test(cause) ? 'health' : 'other';
}
