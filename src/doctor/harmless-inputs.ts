/**
 * By operation, an input that is well-formed and names nothing that exists, where leaving the input empty would be
 * refused or would list more than is needed. AWS looks at the permission before it looks for the thing, so `does not
 * exist` is the answer of one who may ask. Operations that are not here are asked with an empty input.
 */
const uuid = '00000000-0000-4000-8000-000000000000';
const id = '00000000000000000';
const name = 'clawcheck-doctor-asks-for-nothing';

interface Place {
  readonly region: string;
  readonly account: string;
}

/** Made-up ARNs have to lie in the partition, region and account of the caller for a service to look at them at all. */
export function harmlessInputs(partition: string, { region, account }: Place): Readonly<Record<string, object>> {
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const iam = (rest: string) => `arn:${partition}:iam::${account}:${rest}`;
  const balancing = `targetgroup/${name.slice(0, 20)}/0000000000000000`;
  const now = new Date();
  return {
    'autoscaling:DescribeAutoScalingGroups': { AutoScalingGroupNames: [name] },
    'autoscaling:DescribeInstanceRefreshes': { AutoScalingGroupName: name },
    'autoscaling:DescribeLaunchConfigurations': { LaunchConfigurationNames: [name] },
    'autoscaling:DescribeLifecycleHooks': { AutoScalingGroupName: name },
    'autoscaling:DescribeScalingActivities': { AutoScalingGroupName: name },
    'autoscaling:DescribeWarmPool': { AutoScalingGroupName: name },
    'backup:DescribeBackupVault': { BackupVaultName: name },
    'backup:GetBackupPlan': { BackupPlanId: uuid },
    'backup:GetBackupSelection': { BackupPlanId: uuid, SelectionId: uuid },
    'backup:GetBackupVaultAccessPolicy': { BackupVaultName: name },
    'backup:ListBackupSelections': { BackupPlanId: uuid },
    'backup:ListRecoveryPointsByBackupVault': { BackupVaultName: name },
    'backup:ListRecoveryPointsByResource': { ResourceArn: arn('elasticfilesystem', `file-system/fs-${id}`) },
    'backup:ListRestoreJobs': { ByAccountId: account, ByResourceType: 'EFS' },
    'budgets:DescribeBudgetActionsForBudget': { AccountId: account, BudgetName: name },
    'budgets:DescribeBudgets': { AccountId: account },
    'budgets:DescribeNotificationsForBudget': { AccountId: account, BudgetName: name },
    'cloudtrail:GetEventSelectors': { TrailName: name },
    'cloudtrail:GetTrailStatus': { Name: name },
    'cloudwatch:DescribeAlarmHistory': { AlarmName: name },
    'cloudwatch:DescribeAlarms': { AlarmNames: [name] },
    'cloudwatch:GetMetricData': {
      StartTime: new Date(now.getTime() - 60_000),
      EndTime: now,
      MetricDataQueries: [
        { Id: 'none', MetricStat: { Metric: { Namespace: 'clawcheck', MetricName: name }, Period: 60, Stat: 'Sum' } },
      ],
    },
    'cloudwatch:ListAlarmMuteRules': { AlarmName: name },
    'ec2:DescribeInstanceAttribute': { InstanceId: `i-${id}`, Attribute: 'userData' },
    'ec2:DescribeInstances': { InstanceIds: [`i-${id}`] },
    'ec2:DescribeLaunchTemplateVersions': { LaunchTemplateId: `lt-${id}` },
    'ec2:DescribeNetworkInterfaces': { NetworkInterfaceIds: [`eni-${id}`] },
    'ec2:DescribeRouteTables': { RouteTableIds: [`rtb-${id}`] },
    'ec2:DescribeSecurityGroups': { GroupIds: [`sg-${id}`] },
    'ec2:DescribeSnapshots': { SnapshotIds: [`snap-${id}`] },
    'ec2:DescribeSubnets': { SubnetIds: [`subnet-${id}`] },
    'ec2:DescribeVpcEndpointServiceConfigurations': { ServiceIds: [`vpce-svc-${id}`] },
    'ec2:DescribeVolumes': { VolumeIds: [`vol-${id}`] },
    'ec2:GetConsoleOutput': { InstanceId: `i-${id}` },
    'ec2:GetManagedPrefixListEntries': { PrefixListId: `pl-${id}` },
    'efs:DescribeAccessPoints': { FileSystemId: `fs-${id}` },
    'efs:DescribeFileSystemPolicy': { FileSystemId: `fs-${id}` },
    'efs:DescribeFileSystems': { FileSystemId: `fs-${id}` },
    'elbv2:DescribeLoadBalancers': { Names: [name.slice(0, 32)] },
    'elbv2:DescribeTargetGroups': { Names: [name.slice(0, 32)] },
    'elbv2:DescribeTargetHealth': { TargetGroupArn: arn('elasticloadbalancing', balancing) },
    'iam:GetAccessKeyLastUsed': { AccessKeyId: 'AKIA0000000000000000' },
    'iam:GetAccountAuthorizationDetails': { Filter: ['LocalManagedPolicy'], MaxItems: 1 },
    'iam:GetPolicy': { PolicyArn: iam(`policy/${name}`) },
    'iam:GetPolicyVersion': { PolicyArn: iam(`policy/${name}`), VersionId: 'v1' },
    'iam:ListAccessKeys': { UserName: name },
    'iam:SimulatePrincipalPolicy': { PolicySourceArn: iam(`role/${name}`), ActionNames: ['sts:GetCallerIdentity'] },
    'kms:DescribeKey': { KeyId: uuid },
    'kms:GetKeyPolicy': { KeyId: uuid },
    'lambda:GetFunctionConcurrency': { FunctionName: name },
    'lambda:GetFunctionConfiguration': { FunctionName: name },
    'lambda:GetPolicy': { FunctionName: name },
    'logs:DescribeLogGroups': { logGroupNamePrefix: name },
    'logs:FilterLogEvents': { logGroupName: name, limit: 1 },
    'secretsmanager:DescribeSecret': { SecretId: name },
    'secretsmanager:GetResourcePolicy': { SecretId: name },
    'secretsmanager:ListSecretVersionIds': { SecretId: name },
    'secretsmanager:ListSecrets': { Filters: [{ Key: 'name', Values: [name] }] },
    'sns:GetSubscriptionAttributes': { SubscriptionArn: arn('sns', `${name}:${uuid}`) },
    'sns:GetTopicAttributes': { TopicArn: arn('sns', name) },
    'sns:ListSubscriptionsByTopic': { TopicArn: arn('sns', name) },
    'ssm:DescribeAutomationExecutions': { Filters: [{ Key: 'ExecutionId', Values: [uuid] }] },
    'ssm:DescribeDocument': { Name: name },
    'ssm:ListCommandInvocations': { CommandId: uuid },
  };
}
