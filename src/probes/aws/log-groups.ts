import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { demandOwner } from './demand.ts';

export interface LogGroupFact {
  readonly name: string;
  readonly kind: 'gateway' | 'session' | 'other';
  /** Undefined when there is no such group. */
  readonly group: LogGroup | undefined;
}

/** The configured log groups, as CloudWatch describes them. */
export const logGroups = awsProbe({
  id: 'aws/log-groups',
  async gather(aws, _facts, { environment }): Promise<readonly LogGroupFact[]> {
    const configured = environment.monitoring.logGroups;
    const prefixes = sharedPrefix(configured.map(({ name }) => name));
    const lists = await Promise.all(
      prefixes.map((logGroupNamePrefix) => aws.read('logs:DescribeLogGroups', { logGroupNamePrefix })),
    );
    const found = lists.flatMap(({ logGroups }) => logGroups ?? []);
    return configured.map(({ name, kind }) => {
      const group = found.find(({ logGroupName }) => logGroupName === name);
      if (group) {
        demandOwner(aws.account, group.arn?.split(':')[4], 'a log group');
        if (group.arn?.split(':')[3] !== aws.region) {
          throw new ProbeError('wrong_subject', 'a log group belongs to another region');
        }
      }
      return { name, kind, group };
    });
  },
});

/** One call for all names where they share two parts of a path; else one a name. */
export function sharedPrefix(names: readonly string[]): readonly string[] {
  const [first = '', ...rest] = names;
  let length = first.length;
  for (const name of rest) {
    let same = 0;
    while (same < length && name[same] === first[same]) same += 1;
    length = same;
  }
  const prefix = first.slice(0, first.slice(0, length).lastIndexOf('/') + 1);
  return rest.length > 0 && prefix.split('/').filter(Boolean).length >= 2 ? [prefix] : [...new Set(names)];
}
