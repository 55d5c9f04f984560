import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/alert-route.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alerts';
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:alert';
const allow = (Service: string, Action: string, Resource: string, source: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service },
        Action,
        Resource,
        Condition: { ArnLike: { 'aws:SourceArn': source } },
      },
    ],
  });
const alarm = { kind: 'metric', name: 'a', arn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a', alarm: {} };
const subscription = { arn: `${topicArn}:1`, filtered: false, qualified: undefined as object | undefined };
const live = `${functionArn}:live`;
const throughAlias = (policy: string | undefined) => [
  { ...topic, subscriptions: [{ ...subscription, qualified: { arn: live, policy } }] },
];
const topic = {
  arn: topicArn,
  exists: true,
  key: undefined as object | undefined,
  policy: allow('cloudwatch.amazonaws.com', 'sns:Publish', topicArn, alarm.arn),
  subscriptions: [subscription],
  queues: 0,
};
const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/1';
const keyPolicy = (Action: string | string[], Condition?: object, Service = 'cloudwatch.amazonaws.com') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Allow', Principal: { Service }, Action, Resource: '*', ...(Condition && { Condition }) },
    ],
  });
const uses = ['kms:Decrypt', 'kms:GenerateDataKey*'];
const key = { id: 'alias/alerts', isDefault: false, arn: keyArn, state: 'Enabled', policy: keyPolicy(uses) };
const encrypted = (changes: object) => [{ ...topic, key: { ...key, ...changes } }];
const ofTopic = { StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': topicArn } };
const fn = {
  arn: functionArn,
  name: 'alert',
  state: 'Active',
  lastUpdate: 'Successful',
  policy: allow('sns.amazonaws.com', 'lambda:InvokeFunction', functionArn, topicArn),
};
const direct = { ...alarm, alarm: { AlarmActions: [functionArn] } };
const directFn = {
  ...fn,
  policy: allow('lambda.alarms.cloudwatch.amazonaws.com', 'lambda:InvokeFunction', functionArn, alarm.arn),
};
const last = { hour: now, invocations: 1, errors: 0, throttles: 0 };

describe('monitoring/alert-route', () => {
  it.each([
    ['each hop holds', alarm, [topic], fn, last, 'pass'],
    ['no alarm', undefined, [], fn, last, 'fail'],
    ['no topic', alarm, [], fn, last, 'fail'],
    ['the topic is gone', alarm, [{ ...topic, exists: false, policy: undefined, subscriptions: [] }], fn, last, 'fail'],
    ['M2: no subscription', alarm, [{ ...topic, subscriptions: [] }], fn, last, 'fail'],
    ['a queue instead', alarm, [{ ...topic, subscriptions: [], queues: 1 }], fn, last, 'undetermined'],
    ['a queue beside it', alarm, [{ ...topic, queues: 1 }], fn, last, 'pass'],
    [
      'a queue at another topic beside it',
      alarm,
      [{ ...topic, arn: `${topicArn}-2`, subscriptions: [], queues: 1 }, topic],
      fn,
      last,
      'pass',
    ],
    [
      'M2: not confirmed',
      alarm,
      [{ ...topic, subscriptions: [{ ...subscription, arn: 'PendingConfirmation' }] }],
      fn,
      last,
      'fail',
    ],
    ['M2: deleted', alarm, [{ ...topic, subscriptions: [{ ...subscription, arn: 'Deleted' }] }], fn, last, 'fail'],
    [
      'an alias that the topic may invoke',
      alarm,
      throughAlias(allow('sns.amazonaws.com', 'lambda:InvokeFunction', live, topicArn)),
      { ...fn, policy: undefined },
      last,
      'pass',
    ],
    ['an alias, and a permission for the function alone', alarm, throughAlias(fn.policy), fn, last, 'fail'],
    ['an alias that nobody may invoke', alarm, throughAlias(undefined), fn, last, 'fail'],
    [
      'a topic under a condition that nobody can foresee',
      alarm,
      [
        {
          ...topic,
          policy: topic.policy.replace('ArnLike', 'StringEquals').replace('aws:SourceArn', 'aws:SourceOrgID'),
        },
      ],
      fn,
      last,
      'undetermined',
    ],
    ['filtered', alarm, [{ ...topic, subscriptions: [{ ...subscription, filtered: true }] }], fn, last, 'fail'],
    [
      'the second topic leads there',
      alarm,
      [{ ...topic, arn: `${topicArn}-2`, subscriptions: [] }, topic],
      fn,
      last,
      'pass',
    ],
    ['the default key', alarm, encrypted({ isDefault: true, policy: undefined }), fn, last, 'fail'],
    ['the default key, whatever is said of its policy', alarm, encrypted({ isDefault: true }), fn, last, 'fail'],
    ['a key that alarms may use', alarm, encrypted({}), fn, last, 'pass'],
    [
      'a key that may be used by way of SNS',
      alarm,
      encrypted({ policy: keyPolicy(uses, { StringEquals: { 'kms:ViaService': 'sns.eu-west-1.amazonaws.com' } }) }),
      fn,
      last,
      'pass',
    ],
    [
      'a key that may be used by way of SNS elsewhere',
      alarm,
      encrypted({ policy: keyPolicy(uses, { StringEquals: { 'kms:ViaService': 'sns.us-east-1.amazonaws.com' } }) }),
      fn,
      last,
      'fail',
    ],
    [
      'a key under a condition that nobody can foresee',
      alarm,
      encrypted({ policy: keyPolicy(uses, { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }) }),
      fn,
      last,
      'undetermined',
    ],
    [
      'a key that alarms may only encrypt with',
      alarm,
      encrypted({ policy: keyPolicy('kms:GenerateDataKey*') }),
      fn,
      last,
      'fail',
    ],
    [
      'the second topic leads there, the first one may',
      alarm,
      [{ ...topic, arn: `${topicArn}-2`, subscriptions: [{ ...subscription, arn: 'PendingConfirmation' }] }, topic],
      fn,
      last,
      'pass',
    ],
    ['the same for this topic', alarm, encrypted({ policy: keyPolicy(uses, ofTopic) }), fn, last, 'pass'],
    [
      'a key for another topic',
      alarm,
      encrypted({ policy: keyPolicy(uses, ofTopic).replace('alerts"}', 'other"}') }),
      fn,
      last,
      'fail',
    ],
    [
      'a key that alarms may only decrypt with',
      alarm,
      encrypted({ policy: keyPolicy('kms:Decrypt') }),
      fn,
      last,
      'fail',
    ],
    [
      'a key for another service',
      alarm,
      encrypted({ policy: keyPolicy(uses, undefined, 'events.amazonaws.com') }),
      fn,
      last,
      'fail',
    ],
    ['a key that is disabled', alarm, encrypted({ state: 'Disabled' }), fn, last, 'fail'],
    ['a key that is gone', alarm, encrypted({ state: 'does not exist', policy: undefined }), fn, last, 'fail'],
    ['no concurrency is left', alarm, [topic], { ...fn, reserved: 0 }, last, 'fail'],
    ['one at a time', alarm, [topic], { ...fn, reserved: 1 }, last, 'pass'],
    [
      'the policy lets another service publish',
      alarm,
      [{ ...topic, policy: topic.policy.replace('cloudwatch', 'events') }],
      fn,
      last,
      'fail',
    ],
    ['the alarm invokes the function itself', direct, [], directFn, last, 'pass'],
    ['the same beside a topic for others', direct, [{ ...topic, subscriptions: [] }], directFn, last, 'pass'],
    ['the same, and only the topic may', direct, [], fn, last, 'fail'],
    ['the same, and another alarm may', { ...direct, arn: `${alarm.arn}-2` }, [], directFn, last, 'fail'],
    ['the same, never invoked', direct, [], directFn, undefined, 'undetermined'],
    ['the alarm invokes another function', { ...alarm, alarm: { AlarmActions: ['f'] } }, [], directFn, last, 'fail'],
    ['M2: the function is gone', alarm, [topic], undefined, undefined, 'fail'],
    ['M2: the function is failed', alarm, [topic], { ...fn, state: 'Failed' }, last, 'fail'],
    ['M2: the state is not said', alarm, [topic], { ...fn, state: undefined }, last, 'fail'],
    ['its update runs', alarm, [topic], { ...fn, lastUpdate: 'InProgress' }, last, 'fail'],
    ['nobody may invoke it', alarm, [topic], { ...fn, policy: undefined }, last, 'fail'],
    [
      'another topic may invoke it',
      alarm,
      [topic],
      { ...fn, policy: fn.policy.replace('alerts', 'other') },
      last,
      'fail',
    ],
    ['M2: its last invocation failed', alarm, [topic], fn, { ...last, errors: 1 }, 'fail'],
    ['its last invocation was throttled', alarm, [topic], fn, { ...last, throttles: 1 }, 'fail'],
    ['it was never invoked', alarm, [topic], fn, undefined, 'undetermined'],
    ['never invoked, and not confirmed', alarm, [{ ...topic, subscriptions: [] }], fn, undefined, 'fail'],
  ])('%s', (_, alarm, alertTopics, alertFunction, alertInvocations, outcome) => {
    const { AlarmActions }: { AlarmActions?: readonly string[] } = alarm?.alarm ?? {};
    const directInvocations = alertFunction && AlarmActions?.includes(functionArn) ? [alertFunction] : [];
    const facts = { alarm, alertTopics, directInvocations, alertFunction, alertInvocations };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it.each([
    [
      'that the alarm may invoke',
      allow('lambda.alarms.cloudwatch.amazonaws.com', 'lambda:InvokeFunction', live, alarm.arn),
      'pass',
    ],
    ['that it may not, though the function', directFn.policy, 'fail'],
    ['that nobody may', undefined, 'fail'],
  ])('the alarm invokes an alias of the function %s', (_, policy, outcome) => {
    const facts = {
      alarm: { ...alarm, alarm: { AlarmActions: [live] } },
      alertTopics: [],
      directInvocations: [{ arn: live, policy }],
      alertFunction: directFn,
      alertInvocations: last,
    };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });
});
