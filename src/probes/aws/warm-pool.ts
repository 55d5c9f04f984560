import type { Instance } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demand } from './demand.ts';
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
    const found = demand(Instances, 'the instances of the warm pool');
    if (found.length < (group.WarmPoolSize ?? 0)) {
      throw new ProbeError('truncated', 'Auto Scaling did not describe every instance of the warm pool');
    }
    return found;
  },
});
