import type { Instance } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { group } from './group.ts';

/** Instances that wait in the warm pool of the group; empty when it has none. */
export const warmPool = awsProbe({
  id: 'aws/warm-pool',
  needs: { group },
  async gather(aws, { group }): Promise<readonly Instance[]> {
    if (!group.WarmPoolConfiguration) return [];
    const { Instances } = await aws.read('autoscaling:DescribeWarmPool', {
      AutoScalingGroupName: group.AutoScalingGroupName,
    });
    return Instances ?? [];
  },
});
