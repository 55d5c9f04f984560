import { awsProbe } from '../../model/probe.ts';
import { demand } from './demand.ts';
import { group } from './group.ts';

/** One instance that Auto Scaling launched or terminated, and what AWS says it did it for. */
export interface ScalingActivity {
  readonly kind: 'launch' | 'termination';
  readonly instance: string;
  /** `health`: the instance was found unhealthy, or replaces one that was. `other`: scaling, deploys, requests. */
  readonly cause: 'health' | 'other';
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
  async gather(aws, { group }): Promise<readonly ScalingActivity[]> {
    const name = group.AutoScalingGroupName;
    const { Activities } = await aws.read('autoscaling:DescribeScalingActivities', { AutoScalingGroupName: name });
    return (Activities ?? [])
      .filter((activity) => activity.AutoScalingGroupName === name)
      .flatMap((activity): ScalingActivity[] => {
        const [, verb, instance] =
          /^(Launching a new|Terminating) EC2 instance: (i-[0-9a-f]+)/.exec(
            demand(activity.Description, 'what a scaling activity was'),
          ) ?? [];
        if (!verb || !instance) return [];
        const kind = verb === 'Terminating' ? 'termination' : 'launch';
        return [
          {
            kind,
            instance,
            cause: causeOf(kind, demand(activity.Cause, 'the cause of a scaling activity')),
            status: demand(activity.StatusCode, 'the status of a scaling activity'),
            start: demand(activity.StartTime, 'when a scaling activity started'),
            end: activity.EndTime,
          },
        ];
      })
      .sort((a, b) => b.start.getTime() - a.start.getTime());
  },
});

const forHealth = {
  termination:
    /an instance was taken out of service in response to (an? |the )?(ELB system|EC2|user|EBS volume|VPC Lattice|EC2 instance status) ?(instance )?(health|status)[ -]?checks?\b/i,
  launch: /an instance was (launched|started) in response to an unhealthy instance needing to be replaced/i,
};

function causeOf(kind: ScalingActivity['kind'], cause: string): ScalingActivity['cause'] {
  return forHealth[kind].test(cause) ? 'health' : 'other';
}
