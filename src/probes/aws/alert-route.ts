import { chainOf } from '../../judging/alarm-chain.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { alarm } from './alarm.ts';
import { type AlertFunction, alertFunction, withoutQualifier } from './alert-function.ts';

export interface Subscription {
  /** `PendingConfirmation` until it is confirmed, `Deleted` afterwards. */
  readonly arn: string;
  /** Whether a filter decides which messages pass. */
  readonly filtered: boolean;
  /** The alias or version of the function that it leads to, with its own policy; undefined where it is as configured. */
  readonly qualified: Invoked | undefined;
}

/** The alert function by the ARN that invokes it, which may name an alias or a version with a policy of its own. */
export type Invoked = Pick<AlertFunction, 'arn' | 'policy'>;

export interface AlertTopic {
  readonly arn: string;
  /** Undefined when the topic does not exist. */
  readonly policy: string | undefined;
  readonly exists: boolean;
  readonly key: TopicKey | undefined;
  /** Those that lead to the alert function. */
  readonly subscriptions: readonly Subscription[];
  /** Confirmed subscriptions of queues, from which the function may be fed. */
  readonly queues: number;
}

/** The KMS key that a topic is encrypted with. */
export interface TopicKey {
  /** As the topic names it. */
  readonly id: string;
  /** The default key of SNS, which no alarm may use, and whose policy nobody can change. */
  readonly isDefault: boolean;
  readonly arn: string;
  /** `Enabled`, or why it cannot be used. */
  readonly state: string;
  readonly policy: string | undefined;
}

/** The alert function as the alarm itself invokes it, without a topic; empty where it does not. */
export const directInvocations = awsProbe({
  id: 'aws/direct-invocations',
  needs: { alarm, alertFunction },
  async gather(aws, { alarm, alertFunction }, { environment }): Promise<readonly Invoked[]> {
    const { AlarmActions = [] } = (alarm && chainOf(alarm, environment.monitoring.alarmMetric).ringer) ?? {};
    const actions = AlarmActions.filter((arn) => alertFunction && isSame(arn, alertFunction.arn));
    return Promise.all(actions.map((arn) => (arn === alertFunction?.arn ? alertFunction : qualifiedAs(aws, arn))));
  },
});

/** Each topic that the alarm publishes to, with the subscriptions that lead to the alert function. */
export const alertTopics = awsProbe({
  id: 'aws/alert-topics',
  needs: { alarm, alertFunction },
  async gather(aws, { alarm, alertFunction }, { environment }): Promise<readonly AlertTopic[]> {
    const here = `:sns:${aws.region}:${aws.account}:`;
    const ringer = alarm && chainOf(alarm, environment.monitoring.alarmMetric).ringer;
    const topics = (ringer?.AlarmActions ?? []).filter((arn) => arn.includes(here));
    return Promise.all([...new Set(topics)].map((arn) => topicOf(aws, arn, alertFunction?.arn)));
  },
});

async function topicOf(aws: AwsPort, arn: string, endpoint = ''): Promise<AlertTopic> {
  const [topic, listed] = await Promise.all([
    aws.find('sns:GetTopicAttributes', { TopicArn: arn }),
    aws.find('sns:ListSubscriptionsByTopic', { TopicArn: arn }),
  ]);
  if (!topic || !listed) return { arn, exists: false, policy: undefined, key: undefined, subscriptions: [], queues: 0 };
  const { TopicArn, Policy, KmsMasterKeyId } = topic.Attributes ?? {};
  if (TopicArn !== arn || !Policy) throw new ProbeError('bad_response', 'SNS described a topic without its policy');
  const own = (listed.Subscriptions ?? []).filter(
    ({ Protocol, Endpoint = '' }) => Protocol === 'lambda' && isSame(Endpoint, endpoint),
  );
  const subscriptions = own.map(async ({ SubscriptionArn: subscription, Endpoint }): Promise<Subscription> => {
    if (!subscription) throw new ProbeError('bad_response', 'SNS listed a subscription without its ARN');
    const gone = { filtered: false, qualified: undefined };
    if (!subscription.startsWith('arn:')) return { arn: subscription, ...gone };
    const attributes = await aws.find('sns:GetSubscriptionAttributes', { SubscriptionArn: subscription });
    if (!attributes) return { arn: 'Deleted', ...gone };
    const { FilterPolicy, PendingConfirmation, SubscriptionArn, TopicArn } = attributes.Attributes ?? {};
    if (SubscriptionArn !== subscription || TopicArn !== arn) {
      throw new ProbeError('bad_response', 'SNS described another subscription than was asked for');
    }
    return {
      qualified: Endpoint && Endpoint !== endpoint ? await qualifiedAs(aws, Endpoint) : undefined,
      arn: PendingConfirmation === 'true' ? 'PendingConfirmation' : subscription,
      filtered: FilterPolicy !== undefined && FilterPolicy !== '' && FilterPolicy !== '{}',
    };
  });
  const queues = (listed.Subscriptions ?? []).filter(
    (s) => s.Protocol === 'sqs' && s.SubscriptionArn?.startsWith('arn:'),
  ).length;
  const key = KmsMasterKeyId ? await keyOf(aws, KmsMasterKeyId) : undefined;
  return { arn, exists: true, policy: Policy, key, queues, subscriptions: await Promise.all(subscriptions) };
}

function isSame(arn: string, other: string): boolean {
  return withoutQualifier(arn) === withoutQualifier(other);
}

/** Who may invoke an alias or a version, its own policy says and not that of the function. */
async function qualifiedAs(aws: AwsPort, arn: string): Promise<Invoked> {
  const found = await aws.find('lambda:GetPolicy', { FunctionName: arn });
  return { arn, policy: found?.Policy };
}

const defaultKey = /(^|:)alias\/aws\/sns$/;

async function keyOf(aws: AwsPort, id: string): Promise<TopicKey> {
  if (defaultKey.test(id)) return { id, isDefault: true, arn: id, state: 'Enabled', policy: undefined };
  const found = await aws.find('kms:DescribeKey', { KeyId: id });
  if (!found) return { id, isDefault: false, arn: id, state: 'does not exist', policy: undefined };
  const { Arn: arn, KeyState: state } = found.KeyMetadata ?? {};
  if (!arn || !state) throw new ProbeError('bad_response', 'KMS described a key without its ARN or state');
  const { Policy } = await aws.read('kms:GetKeyPolicy', { KeyId: arn, PolicyName: 'default' });
  return { id, isDefault: false, arn, state, policy: Policy };
}
