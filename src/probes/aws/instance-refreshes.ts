import type { InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { demand, demandOf } from './demand.ts';
import { group } from './group.ts';

export type Refresh = InstanceRefresh & { readonly StartTime: Date };

/** The instance refreshes of the group that AWS remembers, newest first. */
export const instanceRefreshes = awsProbe({
  id: 'aws/instance-refreshes',
  needs: { group },
  async gather(aws, { group }): Promise<readonly Refresh[]> {
    const name = group.AutoScalingGroupName;
    const { InstanceRefreshes } = await aws.read('autoscaling:DescribeInstanceRefreshes', {
      AutoScalingGroupName: name,
    });
    return demandOf(name, InstanceRefreshes ?? [], 'an instance refresh')
      .filter((refresh) => demand(refresh.Status, 'the status of an instance refresh') !== 'Pending')
      .map((refresh) => ({ ...refresh, StartTime: demand(refresh.StartTime, 'when an instance refresh started') }))
      .sort((a, b) => b.StartTime.getTime() - a.StartTime.getTime());
  },
});
