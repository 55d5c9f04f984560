import type { MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demandOwner } from './demand.ts';

export interface AlertFunction {
  readonly arn: string;
  readonly name: string;
  readonly state: string | undefined;
  readonly lastUpdate: string | undefined;
  /** Who may invoke it (JSON text); undefined when nobody may. */
  readonly policy: string | undefined;
  /** How many of it may run at once; undefined where nothing is reserved for it and it shares with the others. */
  readonly reserved: number | undefined;
  /** Where events go that it failed on; undefined where they are lost. */
  readonly deadLetters: string | undefined;
}

/** The configured alert function; undefined when it does not exist. Its code and variables are never read. */
export const alertFunction = awsProbe({
  id: 'aws/alert-function',
  async gather(aws, _facts, { environment }): Promise<AlertFunction | undefined> {
    const FunctionName = environment.monitoring.alertFunction;
    if (FunctionName === undefined) {
      throw new ProbeError(
        'not_configured',
        'monitoring.alertFunction, which carries alerts to people, is not defined',
      );
    }
    const [found, policy] = await Promise.all([
      aws.find('lambda:GetFunctionConfiguration', { FunctionName }),
      aws.find('lambda:GetPolicy', { FunctionName }),
    ]);
    if (!found) return undefined;
    const reserved = await reservedConcurrency(aws, FunctionName);
    const { FunctionArn: arn, FunctionName: name, State, LastUpdateStatus } = found;
    if (!arn || !name) throw new ProbeError('bad_response', 'Lambda described a function without its name or ARN');
    demandOwner(aws.account, arn.split(':')[4], 'the alert function');
    return {
      arn,
      name,
      state: State,
      lastUpdate: LastUpdateStatus,
      policy: policy?.Policy,
      reserved,
      deadLetters: found.DeadLetterConfig?.TargetArn,
    };
  },
});

/** How many of a function may run at once, whatever version or alias is named; undefined where nothing is reserved. */
export async function reservedConcurrency(aws: AwsPort, name: string): Promise<number | undefined> {
  const { ReservedConcurrentExecutions: reserved } = await aws.read('lambda:GetFunctionConcurrency', {
    FunctionName: withoutQualifier(name),
  });
  if (typeof reserved === 'number' && reserved < 0) {
    throw new ProbeError('bad_response', 'Lambda reserves less than nothing for a function');
  }
  return reserved ?? undefined;
}

/** `name:alias` and `arn:…:function:name:alias` without the alias. */
export function withoutQualifier(name: string): string {
  const [, whole] = /^(arn:(?:[^:]*:){5}[^:]+):[^:]+$/.exec(name) ?? [];
  return whole ?? (name.startsWith('arn:') ? name : (name.split(':')[0] ?? name));
}

/** Its last hour with an invocation; undefined when there is none in `monitoring.drillMaxAgeDays`. */
export interface LastInvocations {
  readonly hour: Date;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
}

const hourMs = 3_600_000;

export const alertInvocations = awsProbe({
  id: 'aws/alert-invocations',
  needs: { alertFunction },
  async gather(aws, { alertFunction }, { environment, now }): Promise<LastInvocations | undefined> {
    if (!alertFunction) return undefined;
    const end = Math.ceil(now.getTime() / hourMs) * hourMs;
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [{ Name: 'FunctionName', Value: alertFunction.name }],
        },
        Period: 3600,
        Stat: 'Sum',
      },
    });
    const { MetricDataResults } = await aws.read('cloudwatch:GetMetricData', {
      MetricDataQueries: [
        query('invocations', 'Invocations'),
        query('errors', 'Errors'),
        query('throttles', 'Throttles'),
      ],
      StartTime: new Date(end - environment.monitoring.drillMaxAgeDays * 24 * hourMs),
      EndTime: new Date(end),
      ScanBy: 'TimestampDescending',
    });
    const [invocations, errors, throttles] = ['invocations', 'errors', 'throttles'].map((id) =>
      byHour((MetricDataResults ?? []).filter(({ Id }) => Id === id)),
    );
    const hours = [...(invocations ?? [])].filter(([, count]) => count > 0).map(([hour]) => hour);
    if (hours.length === 0) return undefined;
    const hour = hours.reduce((a, b) => Math.max(a, b));
    const failed = errors?.get(hour);
    // Lambda counts errors with every invocation, 0 included; throttled calls only when there are any.
    if (failed === undefined) throw new ProbeError('truncated', 'CloudWatch has invocations without a count of errors');
    return {
      hour: new Date(hour),
      invocations: invocations?.get(hour) ?? 0,
      errors: failed,
      throttles: throttles?.get(hour) ?? 0,
    };
  },
});

function byHour(results: readonly MetricDataResult[]): ReadonlyMap<number, number> {
  const last = results.at(-1);
  if (last?.StatusCode !== 'Complete') {
    throw new ProbeError('truncated', 'CloudWatch answered with a part of a metric only');
  }
  const points = new Map<number, number>();
  for (const { Timestamps = [], Values = [] } of results) {
    if (Timestamps.length !== Values.length) {
      throw new ProbeError('bad_response', 'CloudWatch answered with unequal numbers of times and values');
    }
    Timestamps.forEach((at, i) => {
      points.set(at.getTime(), Values[i] ?? 0);
    });
  }
  return points;
}
