import type { Remedy } from './remedy.ts';

/** Of the area `credentials`, by name of the check. */
export const credentials: Readonly<Record<string, Remedy>> = {
  'secret-in-secrets-manager': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'secret-scheduled-for-deletion' },
    when: 'the secret is scheduled for deletion',
    commands: ['aws secretsmanager restore-secret --secret-id "$SECRET"'],
    console:
      'Secrets Manager, Secrets, Preferences, Show secrets scheduled for deletion, the secret, Actions, Cancel deletion',
    terraform: 'aws_secretsmanager_secret.gateway',
  },
  'role-reads-one-secret': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'role-wildcard-secret' },
    when: 'an inline policy of the role reaches other secrets',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'aws_iam_role_policy.gateway',
  },
  'role-least-privilege': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'role-passrole' },
    when: 'an inline policy of the role allows too much',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'aws_iam_role_policy.gateway',
  },
  'other-secret-refused': {
    place: 'aws',
    tried: { lab: 'none', why: 'a host of the tests has a stand-in for the AWS CLI' },
    when: 'an inline policy of the role reaches other secrets',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'aws_iam_role_policy.gateway',
  },
  'no-plaintext-on-disk': {
    place: 'gateway',
    tried: { lab: 'none', why: 'it asks a person for each credential' },
    when: 'a credential stands in the configuration (put its successor into the secret first, and revoke it)',
    commands: [
      'openclaw secrets configure --apply',
      'rm -f "$STATE"/openclaw.json.bak* "$STATE"/openclaw.json.last-good',
      'openclaw secrets audit --check',
    ],
    console: 'Secrets Manager, Secrets, the secret, Secret value, Retrieve secret value, Edit',
    terraform: 'aws_secretsmanager_secret.gateway',
  },
  'not-in-environment': {
    place: 'host',
    tried: { lab: 'none', why: 'no systemd was at hand to read the unit' },
    when: 'the unit gives the gateway a credential as a variable',
    commands: [
      'sed -i "/^Environment=\\"\\?$VARIABLE=/d" "/etc/systemd/system/$UNIT"',
      'systemctl daemon-reload && systemctl restart "$UNIT"',
    ],
  },
  'imdsv2-required': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'imdsv1-optional-instance' },
    when: 'an instance answers without a token',
    commands: ['aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens required'],
    console: 'EC2, Instances, the instance, Actions, Instance settings, Modify instance metadata options',
    terraform: 'aws_launch_template.gateway',
  },
  'imdsv1-rejected': {
    place: 'aws',
    tried: { lab: 'stage', flaw: 'its metadata service answered without a token' },
    when: 'the metadata service answers without a token',
    commands: [
      'aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens required --http-put-response-hop-limit 1',
    ],
    console: 'EC2, Instances, the instance, Actions, Instance settings, Modify instance metadata options',
    terraform: 'aws_launch_template.gateway',
  },
  'bot-accounts': {
    place: 'environment',
    tried: { lab: 'embedded', flaw: 'bot-account-personal' },
    when: 'an integration is not listed as it should be (state it then with clawcheck attest)',
    commands: [
      'credentials:',
      '  integrations:',
      '    - name: Slack',
      '      account: openclaw-bot',
      '      owner: Platform team',
      '      purpose: Answers in the support channel',
      '      scopes: [chat:write, channels:history]',
    ],
  },
  'monitoring-secret-isolated': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'monitoring-secret-resource-policy' },
    when: 'the policy of the monitoring secret lets the gateway in',
    commands: ['aws secretsmanager delete-resource-policy --secret-id "$MONITORING_SECRET"'],
    console: 'Secrets Manager, Secrets, the secret, Overview, Resource permissions, Edit permissions',
    terraform: 'aws_secretsmanager_secret.monitoring',
  },
  rotation: {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'secret-too-old' },
    when: 'the secret is too old',
    commands: [
      'aws secretsmanager rotate-secret --secret-id "$SECRET" --rotation-lambda-arn "$ROTATION_FUNCTION_ARN" --rotation-rules AutomaticallyAfterDays=30',
    ],
    console: 'Secrets Manager, Secrets, the secret, Rotation, Edit rotation',
  },
  'no-static-keys': {
    place: 'aws',
    tried: { lab: 'stage', flaw: 'a user of the deployment had a key' },
    when: 'a user of the deployment has access keys',
    commands: [
      `aws iam list-access-keys --user-name "$IAM_USER" --query 'AccessKeyMetadata[].[AccessKeyId]' --output text | xargs -n 1 aws iam delete-access-key --user-name "$IAM_USER" --access-key-id`,
    ],
    console: 'IAM, Users, the user, Security credentials, Access keys, Actions, Deactivate, then Delete',
    terraform: 'aws_iam_instance_profile.gateway',
  },
  'not-in-logs': {
    place: 'aws',
    tried: { lab: 'none', why: 'no gateway of the tests writes into the logs of their AWS' },
    when: 'a credential is in a stream of a log group (revoke it first)',
    commands: ['aws logs delete-log-stream --log-group-name "$LOG_GROUP" --log-stream-name "$STREAM"'],
    console: 'CloudWatch, Log groups, the group, the stream, Delete',
  },
};
