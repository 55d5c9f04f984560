import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { awsProbe } from '../../model/probe.ts';
import { demand, demandAll, distinct } from './demand.ts';
import { group } from './group.ts';

/** A target group of the Auto Scaling Group. */
export interface OwnTargetGroup {
  readonly arn: string;
  /** ARNs of the load balancers that forward to it. */
  readonly balancers: readonly string[];
  /** Seconds until a target that answers no more is called unhealthy, by its settings. */
  readonly unhealthyAfterSeconds: number;
}

/** The target groups that the Auto Scaling Group itself registers its instances in. */
export const targetGroups = awsProbe({
  id: 'aws/target-groups',
  needs: { group },
  async gather(aws, { group }): Promise<readonly OwnTargetGroup[]> {
    const own = ownTargetGroups(group);
    if (own.length === 0) return [];
    const { TargetGroups } = await aws.read('elbv2:DescribeTargetGroups', {});
    return demandAll(TargetGroups ?? [], own, (t) => t.TargetGroupArn, 'target group of the Auto Scaling Group').map(
      (targetGroup) => ({
        arn: demand(targetGroup.TargetGroupArn, 'the ARN of a target group'),
        balancers: distinct(demand(targetGroup.LoadBalancerArns, 'the load balancers of a target group')),
        unhealthyAfterSeconds: unhealthyAfterSeconds(targetGroup),
      }),
    );
  },
});

/** Seconds: its checks that must fail one after the other, at the interval at which they are made. */
export function unhealthyAfterSeconds(targetGroup: TargetGroup): number {
  const { HealthCheckIntervalSeconds: interval, UnhealthyThresholdCount: count } = targetGroup;
  return demand(interval, 'how often a target group checks') * demand(count, 'how many checks a target may fail');
}

/** ARNs, in either of the two forms in which Auto Scaling tells them. */
export function ownTargetGroups({ TargetGroupARNs, TrafficSources }: AutoScalingGroup): readonly string[] {
  const sources = (TrafficSources ?? []).filter(({ Type }) => Type === 'elbv2');
  return distinct([...(TargetGroupARNs ?? []), ...sources.map(({ Identifier }) => Identifier)]);
}
