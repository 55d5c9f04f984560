import type { OperationRule, ReadOperation } from './aws.ts';

/** Operations that read what clawcheck must never see. */
export const forbidden = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:GetRandomPassword',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'ssm:GetParameterHistory',
  'sts:GetSessionToken',
  'sts:GetFederationToken',
  'lambda:GetFunction',
] as const;
export type Forbidden = Readonly<Partial<Record<(typeof forbidden)[number], never>>>;
/** A key that does not say that it only reads, or that is forbidden, does not compile. */
export type AllowList<T> = { readonly [K in keyof T]: K extends ReadOperation ? OperationRule : never } & Forbidden;

/** Accepts a list of operations that only read; anything else does not compile. */
export const allow = <const T extends AllowList<T>>(list: T): T => list;

const paged = (member: string, pageSize?: OperationRule['pageSize']): OperationRule => ({
  members: [member],
  token: ['NextToken', 'NextToken'],
  ...(pageSize && { pageSize }),
});

/**
 * Every AWS operation that `clawcheck run` can call, and nothing else can be called. The IAM policy is printed from
 * this table. Page tokens and sizes, list names and error codes are those of the services' API references.
 */
export const operations = allow({
  'autoscaling:DescribeAutoScalingGroups': paged('AutoScalingGroups'),
  'autoscaling:DescribeInstanceRefreshes': paged('InstanceRefreshes', ['MaxRecords', 100]),
  'autoscaling:DescribeLaunchConfigurations': paged('LaunchConfigurations'),
  'autoscaling:DescribeLifecycleHooks': { members: ['LifecycleHooks'] },
  'autoscaling:DescribeScalingActivities': paged('Activities', ['MaxRecords', 100]),
  'autoscaling:DescribeWarmPool': { members: [], joined: ['Instances'], token: ['NextToken', 'NextToken'] },
  'backup:DescribeBackupVault': {
    members: ['BackupVaultArn'],
    absent: ['ResourceNotFoundException'],
  },
  'backup:GetBackupPlan': { members: ['BackupPlan'], absent: ['ResourceNotFoundException'] },
  'backup:GetBackupSelection': { members: ['BackupSelection'], absent: ['ResourceNotFoundException'] },
  'backup:GetBackupVaultAccessPolicy': { members: [], absent: ['ResourceNotFoundException'] },
  'backup:ListBackupPlans': paged('BackupPlansList', ['MaxResults', 1000]),
  'backup:ListBackupSelections': paged('BackupSelectionsList', ['MaxResults', 1000]),
  'backup:ListRecoveryPointsByBackupVault': paged('RecoveryPoints', ['MaxResults', 1000]),
  'backup:ListRecoveryPointsByResource': paged('RecoveryPoints', ['MaxResults', 1000]),
  'backup:ListRestoreJobs': paged('RestoreJobs', ['MaxResults', 1000]),
  'budgets:DescribeBudgetActionsForBudget': { ...paged('Actions'), absent: ['NotFoundException'] },
  'budgets:DescribeBudgets': { ...paged('Budgets'), action: 'budgets:ViewBudget' },
  'budgets:DescribeNotificationsForBudget': {
    ...paged('Notifications'),
    absent: ['NotFoundException'],
    action: 'budgets:ViewBudget',
  },
  'cloudtrail:DescribeTrails': { members: ['trailList'] },
  'cloudtrail:GetEventSelectors': { members: ['TrailARN'] },
  'cloudtrail:GetTrailStatus': { members: ['IsLogging'] },
  'cloudwatch:DescribeAlarmHistory': paged('AlarmHistoryItems', ['MaxRecords', 100]),
  'cloudwatch:DescribeAlarms': {
    members: [],
    joined: ['MetricAlarms', 'CompositeAlarms'],
    token: ['NextToken', 'NextToken'],
  },
  'cloudwatch:GetMetricData': paged('MetricDataResults'),
  'cloudwatch:ListAlarmMuteRules': paged('AlarmMuteRuleSummaries', ['MaxRecords', 50]),
  'ec2:DescribeAddresses': { members: ['Addresses'] },
  // Members of an attribute that is not set may be left out; the id is always there.
  'ec2:DescribeInstanceAttribute': { members: ['InstanceId'] },
  'ec2:DescribeInstances': paged('Reservations'),
  'ec2:DescribeLaunchTemplateVersions': paged('LaunchTemplateVersions'),
  'ec2:DescribeNetworkInterfaces': paged('NetworkInterfaces', ['MaxResults', 1000]),
  'ec2:DescribeRouteTables': paged('RouteTables', ['MaxResults', 100]),
  'ec2:DescribeSecurityGroups': paged('SecurityGroups'),
  'ec2:DescribeSnapshots': paged('Snapshots'),
  'ec2:DescribeSubnets': paged('Subnets'),
  'ec2:DescribeVolumes': paged('Volumes'),
  'ec2:DescribeVpcEndpointServiceConfigurations': paged('ServiceConfigurations'),
  'ec2:GetConsoleOutput': { members: ['InstanceId'] },
  'ec2:GetEbsEncryptionByDefault': { members: ['EbsEncryptionByDefault'] },
  'ec2:GetInstanceMetadataDefaults': { members: ['AccountLevel'] },
  'ec2:GetManagedPrefixListEntries': paged('Entries', ['MaxResults', 100]),
  'efs:DescribeAccessPoints': {
    ...paged('AccessPoints', ['MaxResults', 100]),
    action: 'elasticfilesystem:DescribeAccessPoints',
  },
  'efs:DescribeFileSystemPolicy': {
    members: ['Policy'],
    absent: ['PolicyNotFound'],
    action: 'elasticfilesystem:DescribeFileSystemPolicy',
  },
  'efs:DescribeFileSystems': {
    members: ['FileSystems'],
    token: ['Marker', 'NextMarker'],
    absent: ['FileSystemNotFound'],
    action: 'elasticfilesystem:DescribeFileSystems',
  },
  'elbv2:DescribeLoadBalancers': {
    members: ['LoadBalancers'],
    token: ['Marker', 'NextMarker'],
    pageSize: ['PageSize', 400],
    action: 'elasticloadbalancing:DescribeLoadBalancers',
  },
  'elbv2:DescribeTargetGroups': {
    members: ['TargetGroups'],
    token: ['Marker', 'NextMarker'],
    pageSize: ['PageSize', 400],
    action: 'elasticloadbalancing:DescribeTargetGroups',
  },
  'elbv2:DescribeTargetHealth': {
    members: ['TargetHealthDescriptions'],
    action: 'elasticloadbalancing:DescribeTargetHealth',
  },
  'iam:GetAccessKeyLastUsed': { members: ['AccessKeyLastUsed'] },
  'iam:GetAccountAuthorizationDetails': {
    members: ['UserDetailList', 'RoleDetailList', 'Policies', 'IsTruncated'],
    token: ['Marker', 'Marker'],
  },
  'iam:GetPolicy': { members: ['Policy'], absent: ['NoSuchEntity', 'NoSuchEntityException'] },
  'iam:GetPolicyVersion': { members: ['PolicyVersion'], absent: ['NoSuchEntity', 'NoSuchEntityException'] },
  'iam:ListAccessKeys': { members: ['AccessKeyMetadata'], token: ['Marker', 'Marker'] },
  'iam:SimulatePrincipalPolicy': { members: ['EvaluationResults'], token: ['Marker', 'Marker'] },
  'kms:DescribeKey': { members: ['KeyMetadata'], absent: ['NotFoundException'] },
  'kms:GetKeyPolicy': { members: ['Policy'] },
  // A function without a reservation has an answer without members.
  'lambda:GetFunctionConcurrency': { members: [] },
  'lambda:GetFunctionConfiguration': { members: ['FunctionArn'], absent: ['ResourceNotFoundException'] },
  'lambda:GetPolicy': { members: ['Policy'], absent: ['ResourceNotFoundException'] },
  'logs:DescribeLogGroups': { members: ['logGroups'], token: ['nextToken', 'nextToken'] },
  'logs:FilterLogEvents': {
    members: ['events'],
    token: ['nextToken', 'nextToken'],
    absent: ['ResourceNotFoundException'],
  },
  'secretsmanager:DescribeSecret': { members: ['ARN'], absent: ['ResourceNotFoundException'] },
  'secretsmanager:GetResourcePolicy': { members: ['ARN'], absent: ['ResourceNotFoundException'] },
  'secretsmanager:ListSecretVersionIds': {
    ...paged('Versions', ['MaxResults', 100]),
    absent: ['ResourceNotFoundException'],
  },
  'secretsmanager:ListSecrets': paged('SecretList', ['MaxResults', 100]),
  'sns:GetSubscriptionAttributes': { members: ['Attributes'], absent: ['NotFound', 'NotFoundException'] },
  'sns:GetTopicAttributes': { members: ['Attributes'], absent: ['NotFound', 'NotFoundException'] },
  'sns:ListSubscriptionsByTopic': {
    ...paged('Subscriptions'),
    absent: ['NotFound', 'NotFoundException'],
  },
  'ssm:DescribeAutomationExecutions': paged('AutomationExecutionMetadataList', ['MaxResults', 50]),
  'ssm:DescribeDocument': { members: ['Document'], absent: ['InvalidDocument'] },
  'ssm:ListCommandInvocations': { ...paged('CommandInvocations', ['MaxResults', 50]), absent: ['InvalidCommandId'] },
  'sts:GetCallerIdentity': { members: ['Account', 'Arn'], action: null },
});

const further = new Map<string, OperationRule>();

/** Lets a run also call an operation that an extension declares. What stands in the allow-list stays as it is there. */
export function allowFurther(operation: string, rule: OperationRule): void {
  if (!Object.hasOwn(operations, operation)) further.set(operation, rule);
}

/** Every operation that may be called, with what is known about it. */
export function allowed(): ReadonlyMap<string, OperationRule> {
  return new Map([...Object.entries(operations), ...further]);
}

/** What the allow-list says about an operation. @throws Error for one that may not be called: a defect */
export function ruleOf(operation: string): OperationRule {
  const rule = Object.hasOwn(operations, operation)
    ? operations[operation as keyof typeof operations]
    : further.get(operation);
  if (!rule) throw new Error(`${operation} is not in the allow-list`);
  return rule;
}
