/** What mends a check by the AWS CLI, for one way in which it fails. */
export interface Remedy {
  /** The way it fails: a flaw of the lab, on which a test tries the commands. Absent where the lab cannot be changed so. */
  readonly flaw?: string;
  readonly when: string;
  readonly commands: readonly string[];
  /** Where the console has it. Not tried: no console was at hand. */
  readonly console: string;
  /** File of docs/terraform with what makes the check pass. */
  readonly terraform: string;
}

/**
 * By id of the check. Words in capitals after `$` are names of the deployment, as `clawcheck init` finds them. Most checks
 * have no command: what mends them is a decision, a file, or more than one line.
 */
export const remedies: Readonly<Record<string, Remedy>> = {
  'infrastructure/self-healing-on': {
    flaw: 'process-suspended',
    when: 'a process of the group is suspended',
    commands: ['aws autoscaling resume-processes --auto-scaling-group-name "$GROUP"'],
    console: 'EC2, Auto Scaling Groups, the group, Details, Advanced configurations, Suspended processes',
    terraform: 'compute.tf',
  },
  'infrastructure/lifecycle-hooks': {
    flaw: 'hook-launch-only',
    when: 'there is no hook on termination',
    commands: [
      'aws autoscaling put-lifecycle-hook --auto-scaling-group-name "$GROUP" --lifecycle-hook-name openclaw-drain --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 300 --default-result ABANDON',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Instance management, Lifecycle hooks, Create',
    terraform: 'compute.tf',
  },
  'credentials/imdsv2-required': {
    flaw: 'imdsv1-optional-instance',
    when: 'an instance answers without a token',
    commands: ['aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens required'],
    console: 'EC2, Instances, the instance, Actions, Instance settings, Modify instance metadata options',
    terraform: 'compute.tf',
  },
  'network/no-public-ingress': {
    flaw: 'sg-ssh-open',
    when: 'a security group lets SSH in from everywhere',
    commands: [
      'aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'network.tf',
  },
  'monitoring/log-retention': {
    flaw: 'retention-too-short',
    when: 'a log group is kept too short',
    commands: ['aws logs put-retention-policy --log-group-name "$LOG_GROUP" --retention-in-days 365'],
    console: 'CloudWatch, Log groups, the group, Actions, Edit retention setting',
    terraform: 'monitoring.tf',
  },
  'monitoring/alarm-on-health': {
    when: 'the actions of the alarm are off',
    commands: ['aws cloudwatch enable-alarm-actions --alarm-names "$ALARM"'],
    console: 'CloudWatch, Alarms, the alarm, Actions, Alarm actions, Enable',
    terraform: 'monitoring.tf',
  },
  'monitoring/alert-route': {
    flaw: 'subscription-missing',
    when: 'the function is not subscribed to the topic',
    commands: ['aws sns subscribe --topic-arn "$TOPIC" --protocol lambda --notification-endpoint "$FUNCTION_ARN"'],
    console: 'SNS, Topics, the topic, Subscriptions, Create',
    terraform: 'monitoring.tf',
  },
  'monitoring/audit-trail': {
    when: 'the trail does not record',
    commands: ['aws cloudtrail start-logging --name "$TRAIL"'],
    console: 'CloudTrail, Trails, the trail, Start logging',
    terraform: 'audit.tf',
  },
};
