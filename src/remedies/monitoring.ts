import type { Remedy } from './remedy.ts';

/** Stops the gateway at once and keeps it stopped, as the document in monitoring.tf. */
const killSwitch = `aws ssm create-document --name "$KILL_SWITCH" --document-type Command --document-format JSON --content "$(cat <<DOCUMENT
{"schemaVersion": "2.2", "description": "Stops the gateway at once and keeps it stopped", "mainSteps": [
  {"action": "aws:runShellScript", "name": "stop", "inputs": {"runCommand": [
    "systemctl mask --now --runtime $UNIT", "systemctl kill -s KILL $UNIT || true"]}}]}
DOCUMENT
)"`;

/** Of the area `monitoring`, by name of the check. */
export const monitoring: Readonly<Record<string, Remedy>> = {
  'gateway-healthy': {
    place: 'host',
    tried: { lab: 'stage', flaw: 'its gateway was halted, with a stand-in for systemctl' },
    when: 'the gateway hangs',
    commands: ['systemctl restart "$UNIT"'],
  },
  'agent-answers': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'the agent fails because it may not write its bootstrap files',
    commands: ['openclaw config set agents.defaults.skipBootstrap true --strict-json'],
  },
  'logs-arrive': {
    place: 'host',
    tried: { lab: 'none', why: 'no CloudWatch agent was at hand' },
    when: 'the CloudWatch agent does not run',
    commands: ['systemctl enable --now amazon-cloudwatch-agent.service'],
  },
  'log-retention': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'retention-too-short' },
    when: 'a log group is kept too short',
    commands: ['aws logs put-retention-policy --log-group-name "$LOG_GROUP" --retention-in-days 365'],
    console: 'CloudWatch, Log groups, the group, Actions, Edit retention setting',
    terraform: 'aws_cloudwatch_log_group.gateway',
  },
  'audit-trail': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'trail-stopped' },
    when: 'the trail does not record',
    commands: ['aws cloudtrail start-logging --name "$TRAIL"'],
    console: 'CloudTrail, Trails, the trail, Start logging',
    terraform: 'aws_cloudtrail.main',
  },
  'alarm-on-health': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'alarm-actions-off' },
    when: 'the actions of the alarm are off',
    commands: ['aws cloudwatch enable-alarm-actions --alarm-names "$ALARM"'],
    console: 'CloudWatch, Alarms, the alarm, Actions, Alarm actions, Enable',
    terraform: 'aws_cloudwatch_metric_alarm.health',
  },
  'alert-route': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'subscription-missing' },
    when: 'the function is not subscribed to the topic',
    commands: ['aws sns subscribe --topic-arn "$TOPIC" --protocol lambda --notification-endpoint "$FUNCTION_ARN"'],
    console: 'SNS, Topics, the topic, Subscriptions, Create',
    terraform: 'aws_sns_topic_subscription.alert',
  },
  'alert-in-time': {
    place: 'clawcheck',
    tried: { lab: 'drill' },
    when: 'no alarm was ever seen to ring (this stops a gateway)',
    commands: ['clawcheck drill run gateway-stop --env "$ENVIRONMENT" --confirm "$ENVIRONMENT"'],
    terraform: 'aws_cloudwatch_metric_alarm.health',
  },
  'test-interaction-logged': {
    place: 'gateway',
    tried: { lab: 'none', why: 'the real OpenClaw took the lines, and no collector was at hand' },
    when: 'what is said is not sent to the log group (a collector that writes there listens at $COLLECTOR)',
    commands: [
      'openclaw config set diagnostics.otel.endpoint "$COLLECTOR"',
      'openclaw config set diagnostics.otel.logs true --strict-json',
      'openclaw config set diagnostics.otel.captureContent true --strict-json',
      'openclaw config set diagnostics.otel.enabled true --strict-json',
      'openclaw gateway restart',
    ],
  },
  'cost-limits': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'budget-without-alert' },
    when: 'nobody is told when the budget runs out',
    commands: [
      'aws budgets create-notification --account-id "$ACCOUNT" --budget-name "$BUDGET" --notification NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80,ThresholdType=PERCENTAGE --subscribers "SubscriptionType=EMAIL,Address=$EMAIL"',
    ],
    console: 'Billing and Cost Management, Budgets, the budget, Edit, Configure alerts',
    terraform: 'aws_budgets_budget_action.stop',
  },
  'kill-switch': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'kill-switch-missing' },
    when: 'there is no kill switch',
    commands: [killSwitch],
    console: 'Systems Manager, Documents, Create document, Command or Session',
    terraform: 'aws_ssm_document.kill_switch',
  },
  'runaway-limited': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'no limits are set',
    commands: [
      'openclaw config set tools.loopDetection.enabled true --strict-json',
      'openclaw config set agents.defaults.timeoutSeconds 600 --strict-json',
      'openclaw config set agents.defaults.maxConcurrent 4 --strict-json',
      'openclaw config set tools.exec.timeoutSeconds 300 --strict-json',
      `openclaw config set gateway.auth.rateLimit '{"maxAttempts":10,"windowMs":60000,"lockoutMs":300000}' --strict-json`,
    ],
  },
  'gateway-self-audit': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'the audit names something critical that it can mend, such as the modes of files',
    commands: ['openclaw security audit --fix', 'openclaw security audit'],
  },
};
