import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import { awsProbe } from '../../model/probe.ts';
import { group } from './group.ts';

/** The lifecycle hooks of the group. */
export const lifecycleHooks = awsProbe({
  id: 'aws/lifecycle-hooks',
  needs: { group },
  async gather(aws, { group }): Promise<readonly LifecycleHook[]> {
    const name = group.AutoScalingGroupName;
    const { LifecycleHooks } = await aws.read('autoscaling:DescribeLifecycleHooks', { AutoScalingGroupName: name });
    return (LifecycleHooks ?? []).filter((hook) => hook.AutoScalingGroupName === name);
  },
});
