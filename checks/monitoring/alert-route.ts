import { ago } from '../../src/judging/age.ts';
import { chainOf } from '../../src/judging/alarm-chain.ts';
import { policyGrantsService } from '../../src/judging/service-grant.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { alarm } from '../../src/probes/aws/alarm.ts';
import { alertFunction, alertInvocations } from '../../src/probes/aws/alert-function.ts';
import { type AlertTopic, alertTopics, directInvocations, type TopicKey } from '../../src/probes/aws/alert-route.ts';

/** What CloudWatch does with the key of a topic when it publishes to it. */
const keyActions = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;

type Fact = 'alarm' | 'alertTopics' | 'alertFunction' | 'alertInvocations';

export default check({
  title: 'The alarm reaches people: topic, function, channel',
  failureTitle: 'The alarm does not reach people',
  why: 'An alarm is as good as the weakest hop on its way to someone who acts.',
  trap: 'Each hop exists; none is permitted to call the next, or the function fails whenever it is called.',
  remediation:
    'Let the alarm publish to an SNS topic with a confirmed subscription of the alert function, permit each hop in the policies, and mend the function until an invocation ends without an error.',
  needs: { alarm, alertTopics, directInvocations, alertFunction, alertInvocations },
  judge({ alarm, alertTopics, directInvocations, alertFunction, alertInvocations }, { environment, now }) {
    const { alarm: name, alarmMetric, alertFunction: functionName = '' } = environment.monitoring;
    const account = environment.aws.account;
    if (!alarm) return fail([{ fact: 'alarm', subject: name, expected: 'an alarm', observed: 'does not exist' }]);
    const { AlarmActions: actions = [], AlarmArn: source = alarm.arn } = chainOf(alarm, alarmMetric).ringer;
    if (!alertFunction) {
      return fail([
        { fact: 'alertFunction', subject: functionName, expected: 'a function', observed: 'does not exist' },
      ]);
    }
    const [anyTopic] = alertTopics;
    const topic = alertTopics.find((t) => t.subscriptions.some(({ arn }) => arn.startsWith('arn:'))) ?? anyTopic;
    // An alarm can also invoke the function itself, beside a topic that leads elsewhere or without any.
    const direct = topic?.subscriptions.length ? undefined : directInvocations[0];
    if (!topic && !direct) {
      const expected =
        'an alarm action that publishes to an SNS topic of this account and region, or invokes the function';
      const observed = `${actions.length} actions, none of them`;
      return fail([{ fact: 'alarm', subject: source, expected, observed }]);
    }
    const seen = (fact: Fact, subject: string, expected: string, observed: string, ok: boolean): Finding<Fact> => {
      return { fact, subject, expected, observed, ok };
    };
    const feeding = alertTopics.filter(({ queues }) => queues > 0);
    if (!direct && feeding.length > 0 && !alertTopics.some(({ subscriptions }) => subscriptions.length > 0)) {
      const message = 'the alarm goes into a queue, and whether the alert function is fed from there is not looked at';
      const observed = (t: AlertTopic) => `${t.queues} queues, and not the function itself`;
      const evidence = feeding.map((t) =>
        seen('alertTopics', t.arn, 'a subscription of the function', observed(t), true),
      );
      return undetermined('no_control', message, evidence);
    }
    const invoked = direct ?? ((topic && openOf(topic)[0]?.qualified) || alertFunction);
    const invoke = policyGrantsService(invoked.policy, {
      service: topic && !direct ? 'sns.amazonaws.com' : 'lambda.alarms.cloudwatch.amazonaws.com',
      action: 'lambda:InvokeFunction',
      resource: invoked.arn,
      source: topic && !direct ? topic.arn : source,
      account,
    });
    const { state = 'no state', lastUpdate = 'no status' } = alertFunction;
    const findings = [
      ...(topic && !direct ? throughTopic(topic, source, account) : []),
      seen('alertFunction', alertFunction.arn, 'state Active', state, state === 'Active'),
      seen('alertFunction', alertFunction.arn, 'last update Successful', lastUpdate, lastUpdate === 'Successful'),
      seen(
        'alertFunction',
        alertFunction.arn,
        'may run: its reserved concurrency is not 0',
        alertFunction.reserved === undefined ? 'nothing reserved' : `${alertFunction.reserved} reserved`,
        alertFunction.reserved !== 0,
      ),
      seen(
        'alertFunction',
        invoked.arn,
        topic && !direct ? 'its policy lets the topic invoke it' : 'its policy lets the alarm invoke it',
        permitted[invoke],
        invoke !== 'no',
      ),
    ];
    if (alertInvocations) {
      const { hour, invocations, errors, throttles } = alertInvocations;
      findings.push(
        seen(
          'alertInvocations',
          alertFunction.arn,
          'last invocations without error',
          `${invocations} in the hour of its last one, ${ago(hour, now)}: ${errors} errors, ${throttles} throttled`,
          errors === 0 && throttles === 0,
        ),
      );
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass') return judgement;
    if (findings.some(({ observed }) => observed === permitted.maybe)) {
      const message = 'whether each hop may call the next hangs on conditions that are not known here';
      return undetermined('conflict', message, judgement.evidence);
    }
    if (alertInvocations) return judgement;
    return undetermined(
      'not_drilled',
      'the alert function was never invoked within the allowed age',
      judgement.evidence,
    );
  },
});

const permitted = {
  yes: 'permitted',
  maybe: 'under conditions that are not known to hold',
  no: 'not permitted',
} as const;

/** The subscriptions by which every message comes through. */
function openOf({ subscriptions }: AlertTopic) {
  return subscriptions.filter(({ arn, filtered }) => arn.startsWith('arn:') && !filtered);
}

function throughTopic(topic: AlertTopic, alarm: string, account: string): Finding<Fact>[] {
  const publish = policyGrantsService(topic.policy, {
    service: 'cloudwatch.amazonaws.com',
    action: 'sns:Publish',
    resource: topic.arn,
    source: alarm,
    account,
  });
  const confirmed = topic.subscriptions.filter(({ arn }) => arn.startsWith('arn:'));
  const open = openOf(topic);
  const seen = (expected: string, observed: string, ok: boolean): Finding<Fact> => {
    return { fact: 'alertTopics', subject: topic.arn, expected, observed, ok };
  };
  return [
    seen('the topic exists', topic.exists ? 'exists' : 'does not exist', topic.exists),
    seen('its policy lets alarms publish', permitted[publish], publish !== 'no'),
    ...(topic.key ? throughKey(topic.key, topic.arn, alarm, account) : []),
    seen(
      'a confirmed subscription of the alert function that lets every message through',
      `${topic.subscriptions.length} subscriptions, ${confirmed.length} confirmed, ${open.length} without a filter`,
      open.length > 0,
    ),
  ];
}

function throughKey(key: TopicKey, topic: string, alarm: string, account: string): Finding<Fact>[] {
  const seen = (expected: string, observed: string, ok: boolean): Finding<Fact> => {
    return { fact: 'alertTopics', subject: `${topic} encrypted with ${key.id}`, expected, observed, ok };
  };
  if (key.isDefault) {
    return [seen('a key whose policy lets alarms use it', 'the default key of SNS, which no alarm may use', false)];
  }
  const uses = keyActions.map((action) =>
    policyGrantsService(key.policy, {
      service: 'cloudwatch.amazonaws.com',
      action,
      resource: key.arn,
      source: alarm,
      account,
      context: {
        'kms:encryptioncontext:aws:sns:topicarn': [topic],
        'kms:viaservice': [`sns.${topic.split(':')[3]}.amazonaws.com`],
      },
    }),
  );
  const worst = uses.find((tri) => tri === 'no') ?? uses.find((tri) => tri === 'maybe') ?? 'yes';
  return [
    seen('the key is enabled', key.state, key.state === 'Enabled'),
    seen(`its policy lets alarms use it (${keyActions.join(', ')})`, permitted[worst], worst !== 'no'),
  ];
}
