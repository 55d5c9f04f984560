import { awsProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import { alertFunction } from '../probes/aws/alert-function.ts';
import { type FunctionRun, runsIn } from '../probes/aws/lambda-log.ts';

const hourMs = 3_600_000;

/** The runs of the alert function in the last hour, by its own log. */
export const alertRuns = awsProbe({
  id: 'aws/alert-runs',
  needs: { alertFunction },
  async gather(aws, { alertFunction }, { now }): Promise<readonly FunctionRun[]> {
    if (!alertFunction) throw new ProbeError('not_found', 'the alert function does not exist');
    const answer = await aws.find('logs:FilterLogEvents', {
      logGroupName: `/aws/lambda/${alertFunction.name}`,
      startTime: now.getTime() - hourMs,
    });
    // Lambda makes the group with the first run.
    return runsIn(answer?.events ?? []);
  },
});
