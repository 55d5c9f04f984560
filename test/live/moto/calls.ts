import type { AwsOperation, InputOf } from '../../../src/ports/aws.ts';
import type { MotoState } from './moto.ts';

type Inputs = { readonly [O in AwsOperation]: (state: MotoState) => InputOf<O> };

// The same call is the same call, whenever it is made.
const loaded = Date.now();

/** One call of each operation of the allow-list, about the good deployment. Does not compile when one is missing. */
export const sampleInputs: Inputs = {
  'autoscaling:DescribeAutoScalingGroups': ({ ids }) => ({ AutoScalingGroupNames: [ids.group] }),
  'autoscaling:DescribeInstanceRefreshes': ({ ids }) => ({ AutoScalingGroupName: ids.group }),
  'autoscaling:DescribeLaunchConfigurations': () => ({}),
  'autoscaling:DescribeLifecycleHooks': ({ ids }) => ({ AutoScalingGroupName: ids.group }),
  'autoscaling:DescribeScalingActivities': ({ ids }) => ({ AutoScalingGroupName: ids.group }),
  'autoscaling:DescribeWarmPool': ({ ids }) => ({ AutoScalingGroupName: ids.group }),
  'backup:DescribeBackupVault': ({ ids }) => ({ BackupVaultName: ids.vault }),
  'backup:GetBackupPlan': ({ ids }) => ({ BackupPlanId: ids.plan }),
  'backup:GetBackupSelection': ({ ids }) => ({ BackupPlanId: ids.plan, SelectionId: ids.selection }),
  'backup:GetBackupVaultAccessPolicy': ({ ids }) => ({ BackupVaultName: ids.vault }),
  'backup:ListBackupPlans': () => ({}),
  'backup:ListBackupSelections': ({ ids }) => ({ BackupPlanId: ids.plan }),
  'backup:ListRecoveryPointsByResource': ({ ids }) => ({ ResourceArn: ids.fileSystemArn }),
  'backup:ListRecoveryPointsByBackupVault': ({ ids }) => ({ BackupVaultName: ids.vault }),
  'backup:ListRestoreJobs': ({ account }) => ({ ByAccountId: account }),
  'budgets:DescribeBudgetActionsForBudget': ({ account, ids }) => ({ AccountId: account, BudgetName: ids.budget }),
  'budgets:DescribeNotificationsForBudget': ({ account, ids }) => ({ AccountId: account, BudgetName: ids.budget }),
  'budgets:DescribeBudgets': ({ account }) => ({ AccountId: account }),
  'cloudtrail:DescribeTrails': () => ({}),
  'cloudtrail:GetEventSelectors': ({ ids }) => ({ TrailName: ids.trail }),
  'cloudtrail:GetTrailStatus': ({ ids }) => ({ Name: ids.trail }),
  'cloudwatch:DescribeAlarmHistory': ({ ids }) => ({ AlarmName: ids.alarm }),
  'cloudwatch:DescribeAlarms': () => ({}),
  'cloudwatch:GetMetricData': ({ ids }) => ({
    MetricDataQueries: [
      {
        Id: 'invocations',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName: 'Invocations',
            Dimensions: [{ Name: 'FunctionName', Value: ids.function }],
          },
          Period: 3600,
          Stat: 'Sum',
        },
      },
    ],
    StartTime: new Date(loaded - 30 * 86_400_000),
    EndTime: new Date(loaded),
  }),
  'cloudwatch:ListAlarmMuteRules': ({ ids }) => ({ AlarmName: ids.alarm }),
  'ec2:DescribeAddresses': () => ({}),
  'ec2:DescribeInstanceAttribute': ({ ids }) => ({ InstanceId: ids.instances[0], Attribute: 'userData' }),
  'ec2:DescribeInstances': ({ ids }) => ({ InstanceIds: [...ids.instances] }),
  'ec2:DescribeLaunchTemplateVersions': ({ ids }) => ({ LaunchTemplateId: ids.launchTemplate }),
  'ec2:DescribeNetworkInterfaces': () => ({}),
  'ec2:DescribeRouteTables': () => ({}),
  'ec2:DescribeSecurityGroups': () => ({}),
  'ec2:DescribeSnapshots': ({ account }) => ({ OwnerIds: [account] }),
  'ec2:DescribeSubnets': ({ ids }) => ({ SubnetIds: [...ids.subnets] }),
  'ec2:DescribeVpcEndpointServiceConfigurations': () => ({}),
  'ec2:DescribeVolumes': () => ({}),
  'ec2:GetConsoleOutput': ({ ids }) => ({ InstanceId: ids.instances[0] }),
  'ec2:GetEbsEncryptionByDefault': () => ({}),
  'ec2:GetInstanceMetadataDefaults': () => ({}),
  'ec2:GetManagedPrefixListEntries': ({ ids }) => ({ PrefixListId: ids.prefixList }),
  'efs:DescribeAccessPoints': ({ ids }) => ({ FileSystemId: ids.fileSystem }),
  'efs:DescribeFileSystemPolicy': ({ ids }) => ({ FileSystemId: ids.fileSystem }),
  'efs:DescribeFileSystems': ({ ids }) => ({ FileSystemId: ids.fileSystem }),
  'elbv2:DescribeLoadBalancers': () => ({}),
  'elbv2:DescribeTargetGroups': ({ ids }) => ({ TargetGroupArns: [ids.targetGroup] }),
  'elbv2:DescribeTargetHealth': ({ ids }) => ({ TargetGroupArn: ids.targetGroup }),
  'iam:GetAccessKeyLastUsed': ({ ids }) => ({ AccessKeyId: ids.decoy.accessKey }),
  'iam:GetAccountAuthorizationDetails': () => ({ Filter: ['Role', 'User', 'LocalManagedPolicy'] }),
  'iam:GetPolicy': ({ account }) => ({ PolicyArn: `arn:aws:iam::${account}:policy/openclaw-metrics` }),
  'iam:GetPolicyVersion': ({ account }) => ({
    PolicyArn: `arn:aws:iam::${account}:policy/openclaw-metrics`,
    VersionId: 'v1',
  }),
  'iam:ListAccessKeys': () => ({ UserName: 'on-call' }),
  'iam:SimulatePrincipalPolicy': ({ ids }) => ({
    PolicySourceArn: ids.roleArn,
    ActionNames: ['secretsmanager:GetSecretValue'],
    ResourceArns: [ids.secrets.gateway, ids.secrets.monitoring, ids.secrets.unrelated],
  }),
  'kms:DescribeKey': ({ ids }) => ({ KeyId: ids.key }),
  'kms:GetKeyPolicy': ({ ids }) => ({ KeyId: ids.key, PolicyName: 'default' }),
  'lambda:GetFunctionConcurrency': ({ ids }) => ({ FunctionName: ids.function }),
  'lambda:GetFunctionConfiguration': ({ ids }) => ({ FunctionName: ids.functionArn }),
  'lambda:GetPolicy': ({ ids }) => ({ FunctionName: ids.functionArn }),
  'logs:DescribeLogGroups': () => ({ logGroupNamePrefix: '/openclaw/prod/' }),
  'logs:FilterLogEvents': ({ ids }) => ({ logGroupName: ids.logGroups[1] }),
  'secretsmanager:DescribeSecret': () => ({ SecretId: 'openclaw/prod/gateway' }),
  'secretsmanager:GetResourcePolicy': ({ ids }) => ({ SecretId: ids.secrets.gateway }),
  'secretsmanager:ListSecrets': () => ({}),
  'secretsmanager:ListSecretVersionIds': ({ ids }) => ({ SecretId: ids.secrets.gateway }),
  'sns:GetSubscriptionAttributes': ({ ids }) => ({ SubscriptionArn: ids.subscription }),
  'sns:GetTopicAttributes': ({ ids }) => ({ TopicArn: ids.topic }),
  'sns:ListSubscriptionsByTopic': ({ ids }) => ({ TopicArn: ids.topic }),
  'ssm:DescribeAutomationExecutions': () => ({}),
  'ssm:ListCommandInvocations': () => ({}),
  'ssm:DescribeDocument': ({ ids }) => ({ Name: ids.killSwitch }),
  'sts:GetCallerIdentity': () => ({}),
};

/** Calls beside those of `sampleInputs`, about the other secret of the deployment. */
export const moreCalls: readonly ((state: MotoState) => [AwsOperation, object])[] = [
  ({ ids }) => ['secretsmanager:GetResourcePolicy', { SecretId: ids.secrets.monitoring }],
];
