import { ProbeError } from '../model/reason.ts';
import type { AwsPort } from '../ports/aws.ts';
import { type Group, membersInService } from '../probes/aws/group.ts';
import { asProbeError, untilAborted } from './gather.ts';

/**
 * Asks for the group once more when all is judged. An instance that was replaced in mid-run is one that was looked at
 * and is gone, and another that nobody has looked at: what was judged is then not this group.
 *
 * @param start the group as the run was bound to it
 * @returns one line for each instance that came or went, or for why this could not be seen; empty for none
 */
export async function changesSince(start: Group, aws: AwsPort, signal: AbortSignal): Promise<string[]> {
  try {
    // The default, said aloud: the same call is made once a run, and this is to be another one.
    const input = { AutoScalingGroupNames: [start.AutoScalingGroupName], IncludeInstances: true };
    const { AutoScalingGroups = [] } = await untilAborted(
      aws.read('autoscaling:DescribeAutoScalingGroups', input),
      signal,
    );
    const now = AutoScalingGroups.find((g) => g.AutoScalingGroupARN === start.AutoScalingGroupARN);
    if (!now?.Instances) throw new ProbeError('not_found', 'AWS does not describe the group any more');
    const before = new Set(membersInService(start));
    const after = new Set(membersInService({ Instances: now.Instances }));
    return [
      ...[...before].filter((id) => !after.has(id)).map((id) => `${id}: went out of service during the run`),
      ...[...after].filter((id) => !before.has(id)).map((id) => `${id}: came into service during the run`),
    ];
  } catch (thrown) {
    const { message } = asProbeError(thrown, 'aws/group');
    return [`Auto Scaling Group: whether it changed during the run could not be seen: ${message}`];
  }
}
