import type { Remedy } from './remedies.ts';

/** TLS for everyone; the role reads through the one access point and writes through the other alone, as in storage.tf. */
const efsPolicy = `aws efs put-file-system-policy --file-system-id "$FILE_SYSTEM" --policy "$(cat <<POLICY
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "$FILE_SYSTEM_ARN",
   "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
  {"Effect": "Allow", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": "elasticfilesystem:ClientMount",
   "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": "$WORKSPACE_ACCESS_POINT_ARN"}}},
  {"Effect": "Allow", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
   "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": "$RUNTIME_ACCESS_POINT_ARN"}}},
  {"Effect": "Deny", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": ["elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"],
   "Condition": {"StringNotEquals": {"elasticfilesystem:AccessPointArn": "$RUNTIME_ACCESS_POINT_ARN"}}}]}
POLICY
)"`;

/** What the AWS CLI mends. */
export const awsRemedies: Readonly<Record<string, Remedy>> = {
  'infrastructure/self-healing-on': {
    place: 'aws',
    flaw: 'process-suspended',
    when: 'a process of the group is suspended',
    commands: ['aws autoscaling resume-processes --auto-scaling-group-name "$GROUP"'],
    console: 'EC2, Auto Scaling Groups, the group, Details, Advanced configurations, Suspended processes',
    terraform: 'compute.tf',
  },
  'infrastructure/lifecycle-hooks': {
    place: 'aws',
    flaw: 'hook-launch-only',
    when: 'there is no hook on termination',
    commands: [
      'aws autoscaling put-lifecycle-hook --auto-scaling-group-name "$GROUP" --lifecycle-hook-name openclaw-drain --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 300 --default-result ABANDON',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Instance management, Lifecycle hooks, Create',
    terraform: 'compute.tf',
  },
  'credentials/imdsv2-required': {
    place: 'aws',
    flaw: 'imdsv1-optional-instance',
    when: 'an instance answers without a token',
    commands: ['aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens required'],
    console: 'EC2, Instances, the instance, Actions, Instance settings, Modify instance metadata options',
    terraform: 'compute.tf',
  },
  'network/no-public-ingress': {
    place: 'aws',
    flaw: 'sg-ssh-open',
    when: 'a security group lets SSH in from everywhere',
    commands: [
      'aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'network.tf',
  },
  'monitoring/log-retention': {
    place: 'aws',
    flaw: 'retention-too-short',
    when: 'a log group is kept too short',
    commands: ['aws logs put-retention-policy --log-group-name "$LOG_GROUP" --retention-in-days 365'],
    console: 'CloudWatch, Log groups, the group, Actions, Edit retention setting',
    terraform: 'monitoring.tf',
  },
  'monitoring/alarm-on-health': {
    place: 'aws',
    when: 'the actions of the alarm are off',
    commands: ['aws cloudwatch enable-alarm-actions --alarm-names "$ALARM"'],
    console: 'CloudWatch, Alarms, the alarm, Actions, Alarm actions, Enable',
    terraform: 'monitoring.tf',
  },
  'monitoring/alert-route': {
    place: 'aws',
    flaw: 'subscription-missing',
    when: 'the function is not subscribed to the topic',
    commands: ['aws sns subscribe --topic-arn "$TOPIC" --protocol lambda --notification-endpoint "$FUNCTION_ARN"'],
    console: 'SNS, Topics, the topic, Subscriptions, Create',
    terraform: 'monitoring.tf',
  },
  'monitoring/audit-trail': {
    place: 'aws',
    when: 'the trail does not record',
    commands: ['aws cloudtrail start-logging --name "$TRAIL"'],
    console: 'CloudTrail, Trails, the trail, Start logging',
    terraform: 'audit.tf',
  },
  'infrastructure/runs-in-asg': {
    place: 'aws',
    when: 'the group is empty',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --min-size 2 --desired-capacity 2',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Details, Capacity overview, Edit',
    terraform: 'compute.tf',
  },
  'infrastructure/private-subnets': {
    place: 'aws',
    flaw: 'subnet-auto-assign',
    when: 'a subnet gives instances a public address',
    commands: ['aws ec2 modify-subnet-attribute --subnet-id "$SUBNET" --no-map-public-ip-on-launch'],
    console: 'VPC, Subnets, the subnet, Actions, Edit subnet settings, Enable auto-assign public IPv4 address',
    terraform: 'network.tf',
  },
  'infrastructure/no-public-ip': {
    place: 'aws',
    flaw: 'eip-on-instance',
    when: 'an instance has an Elastic IP address',
    commands: [
      `aws ec2 disassociate-address --association-id "$(aws ec2 describe-addresses --filters "Name=instance-id,Values=$INSTANCE" --query 'Addresses[0].AssociationId' --output text)"`,
    ],
    console: 'EC2, Elastic IPs, the address, Actions, Disassociate Elastic IP address',
    terraform: 'compute.tf',
  },
  'infrastructure/no-inbound-rules': {
    place: 'aws',
    flaw: 'sg-ingress-vpc-wide',
    when: 'every port is open to a range',
    commands: ['aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol all --cidr "$RANGE"'],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'network.tf',
  },
  'infrastructure/health-check-is-gateway': {
    place: 'aws',
    when: 'the group does not ask its target group',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --health-check-type ELB',
      'aws elbv2 modify-target-group --target-group-arn "$TARGET_GROUP" --health-check-path /readyz --matcher HttpCode=200',
    ],
    console:
      'EC2, Auto Scaling Groups, the group, Details, Health checks, Edit; EC2, Target Groups, the target group, Health checks, Edit',
    terraform: 'compute.tf',
  },
  'infrastructure/storage-encrypted': {
    place: 'aws',
    flaw: 'template-unencrypted-volume',
    when: 'new volumes are not encrypted',
    commands: ['aws ec2 enable-ebs-encryption-by-default'],
    console: 'EC2, Dashboard, Account attributes, Data protection and security, EBS encryption, Manage',
    terraform: 'compute.tf',
  },
  'infrastructure/zero-downtime-deploys': {
    place: 'aws',
    when: 'a replacement may take instances away first',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --instance-maintenance-policy MinHealthyPercentage=100,MaxHealthyPercentage=200',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Instance management, Instance maintenance policy, Edit',
    terraform: 'compute.tf',
  },
  'infrastructure/failure-is-replaced': {
    place: 'aws',
    when: 'no replacement was ever seen (this ends the instance)',
    commands: ['aws autoscaling set-instance-health --instance-id "$INSTANCE" --health-status Unhealthy'],
    terraform: 'compute.tf',
  },
  'soul-documents/server-side-read-only': {
    place: 'aws',
    flaw: 'efs-policy-missing',
    when: 'the file system has no policy',
    commands: [efsPolicy],
    console: 'EFS, File systems, the file system, File system policy, Edit',
    terraform: 'storage.tf',
  },
  'soul-documents/encrypted-in-transit': {
    place: 'aws',
    flaw: 'efs-no-secure-transport',
    when: 'the policy lets clients in without TLS',
    commands: [efsPolicy],
    console: 'EFS, File systems, the file system, File system policy, Edit',
    terraform: 'storage.tf',
  },
  'credentials/imdsv1-rejected': {
    place: 'aws',
    when: 'the metadata service answers without a token',
    commands: [
      'aws ec2 modify-instance-metadata-options --instance-id "$INSTANCE" --http-tokens required --http-put-response-hop-limit 1',
    ],
    console: 'EC2, Instances, the instance, Actions, Instance settings, Modify instance metadata options',
    terraform: 'compute.tf',
  },
  'credentials/no-static-keys': {
    place: 'aws',
    when: 'a user of the deployment has access keys',
    commands: [
      `aws iam list-access-keys --user-name "$IAM_USER" --query 'AccessKeyMetadata[].[AccessKeyId]' --output text | xargs -n 1 aws iam delete-access-key --user-name "$IAM_USER" --access-key-id`,
    ],
    console: 'IAM, Users, the user, Security credentials, Access keys, Actions, Deactivate, then Delete',
    terraform: 'identity.tf',
  },
  'credentials/rotation': {
    place: 'aws',
    when: 'the secret is too old',
    commands: [
      'aws secretsmanager rotate-secret --secret-id "$SECRET" --rotation-lambda-arn "$ROTATION_FUNCTION_ARN" --rotation-rules AutomaticallyAfterDays=30',
    ],
    console: 'Secrets Manager, Secrets, the secret, Rotation, Edit rotation',
  },
  'credentials/secret-in-secrets-manager': {
    place: 'aws',
    flaw: 'secret-scheduled-for-deletion',
    when: 'the secret is scheduled for deletion',
    commands: ['aws secretsmanager restore-secret --secret-id "$SECRET"'],
    console:
      'Secrets Manager, Secrets, Preferences, Show secrets scheduled for deletion, the secret, Actions, Cancel deletion',
    terraform: 'identity.tf',
  },
  'credentials/role-reads-one-secret': {
    place: 'aws',
    flaw: 'role-wildcard-secret',
    when: 'an inline policy of the role reaches other secrets',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'identity.tf',
  },
  'credentials/role-least-privilege': {
    place: 'aws',
    flaw: 'role-passrole',
    when: 'an inline policy of the role allows too much',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'identity.tf',
  },
  'credentials/other-secret-refused': {
    place: 'aws',
    when: 'an inline policy of the role reaches other secrets',
    commands: ['aws iam delete-role-policy --role-name "$ROLE" --policy-name "$POLICY"'],
    console: 'IAM, Roles, the role, Permissions, the policy, Remove',
    terraform: 'identity.tf',
  },
  'credentials/monitoring-secret-isolated': {
    place: 'aws',
    flaw: 'monitoring-secret-resource-policy',
    when: 'the policy of the monitoring secret lets the gateway in',
    commands: ['aws secretsmanager delete-resource-policy --secret-id "$MONITORING_SECRET"'],
    console: 'Secrets Manager, Secrets, the secret, Overview, Resource permissions, Edit permissions',
    terraform: 'identity.tf',
  },
  'network/egress-allowlisted': {
    place: 'aws',
    flaw: 'egress-any-443',
    when: 'a security group lets HTTPS out to everywhere',
    commands: [
      'aws ec2 revoke-security-group-egress --group-id "$SECURITY_GROUP" --protocol tcp --port 443 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Outbound rules, Edit',
    terraform: 'network.tf',
  },
  'network/unapproved-host-times-out': {
    place: 'aws',
    when: 'a security group lets HTTPS out to everywhere',
    commands: [
      'aws ec2 revoke-security-group-egress --group-id "$SECURITY_GROUP" --protocol tcp --port 443 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Outbound rules, Edit',
    terraform: 'network.tf',
  },
  'network/approved-host-reachable': {
    place: 'aws',
    when: 'an approved range is missing in the prefix list',
    commands: [
      `aws ec2 modify-managed-prefix-list --prefix-list-id "$PREFIX_LIST" --add-entries "Cidr=$RANGE" --current-version "$(aws ec2 describe-managed-prefix-lists --prefix-list-ids "$PREFIX_LIST" --query 'PrefixLists[0].Version' --output text)"`,
    ],
    console: 'VPC, Managed prefix lists, the list, Entries, Modify entries',
    terraform: 'network.tf',
  },
  'network/ssh-not-public': {
    place: 'aws',
    when: 'a security group lets SSH in from everywhere',
    commands: [
      'aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'network.tf',
  },
  'monitoring/cost-limits': {
    place: 'aws',
    flaw: 'budget-without-alert',
    when: 'nobody is told when the budget runs out',
    commands: [
      'aws budgets create-notification --account-id "$ACCOUNT" --budget-name "$BUDGET" --notification NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80,ThresholdType=PERCENTAGE --subscribers "SubscriptionType=EMAIL,Address=$EMAIL"',
    ],
    console: 'Billing and Cost Management, Budgets, the budget, Edit, Configure alerts',
    terraform: 'cost.tf',
  },
  'backup/daily-plan-covers-efs': {
    place: 'aws',
    flaw: 'selection-missing',
    when: 'the plan selects nothing',
    commands: [
      'aws backup create-backup-selection --backup-plan-id "$PLAN" --backup-selection "SelectionName=openclaw-workspace,IamRoleArn=$BACKUP_ROLE_ARN,Resources=$FILE_SYSTEM_ARN"',
    ],
    console: 'AWS Backup, Backup plans, the plan, Resource assignments, Assign resources',
    terraform: 'backup.tf',
  },
  'backup/recent-recovery-point': {
    place: 'aws',
    when: 'today has no recovery point (days that were missed stay missed)',
    commands: [
      'aws backup start-backup-job --backup-vault-name "$VAULT" --resource-arn "$FILE_SYSTEM_ARN" --iam-role-arn "$BACKUP_ROLE_ARN" --lifecycle DeleteAfterDays=35',
    ],
    console: 'AWS Backup, Protected resources, Create on-demand backup',
    terraform: 'backup.tf',
  },
  'backup/retention': {
    place: 'aws',
    when: 'the only rule of the plan keeps too short',
    commands: [
      `aws backup update-backup-plan --backup-plan-id "$PLAN" --backup-plan '{"BackupPlanName":"openclaw-daily","Rules":[{"RuleName":"daily","TargetBackupVaultName":"'"$VAULT"'","ScheduleExpression":"cron(0 3 * * ? *)","StartWindowMinutes":60,"CompletionWindowMinutes":180,"Lifecycle":{"DeleteAfterDays":35}}]}'`,
    ],
    console: 'AWS Backup, Backup plans, the plan, Backup rules, the rule, Edit, Total retention period',
    terraform: 'backup.tf',
  },
  'backup/vault-protected': {
    place: 'aws',
    when: 'nothing denies the deletion of recovery points',
    commands: [
      `aws backup put-backup-vault-access-policy --backup-vault-name "$VAULT" --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Resource":"*","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle","backup:PutBackupVaultAccessPolicy"]}]}'`,
    ],
    console: 'AWS Backup, Vaults, the vault, Access policy, Edit',
    terraform: 'backup.tf',
  },
};
