import type { AwsOperation } from '../../src/ports/aws.ts';

export interface Exchange {
  readonly operation: AwsOperation;
  readonly input: object;
  readonly output: object;
}

const group = 'arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:1:autoScalingGroupName/openclaw';
const day = new Date('2026-03-01T00:00:00.000Z');

/** One typical exchange a service, as a recording would hold it. */
export const exchanges: readonly Exchange[] = [
  {
    operation: 'ec2:DescribeInstances',
    input: { Filters: [{ Name: 'tag:app', Values: ['openclaw', 'a b'] }], MaxResults: 50, NextToken: 'page 2/=' },
    output: {
      Reservations: [
        {
          ReservationId: 'r-1',
          Groups: [],
          Instances: [
            {
              InstanceId: 'i-1',
              LaunchTime: day,
              EbsOptimized: false,
              AmiLaunchIndex: 0,
              State: { Code: 16, Name: 'running' },
              SecurityGroups: [
                { GroupId: 'sg-1', GroupName: 'a' },
                { GroupId: 'sg-2', GroupName: 'b' },
              ],
              Tags: [],
            },
          ],
        },
      ],
      NextToken: 'page 3',
    },
  },
  { operation: 'ec2:DescribeInstances', input: {}, output: { Reservations: [] } },
  {
    operation: 'autoscaling:DescribeAutoScalingGroups',
    input: { AutoScalingGroupNames: ['openclaw'], Filters: [{ Name: 'tag-key', Values: ['app'] }] },
    output: {
      AutoScalingGroups: [
        { AutoScalingGroupName: 'openclaw', AutoScalingGroupARN: group, MinSize: 1, CreatedTime: day, Instances: [] },
      ],
    },
  },
  { operation: 'autoscaling:DescribeAutoScalingGroups', input: { AutoScalingGroupNames: [] }, output: {} },
  {
    operation: 'elbv2:DescribeTargetGroups',
    input: { TargetGroupArns: ['arn:1', 'arn:2'], Marker: 'm' },
    output: { TargetGroups: [{ TargetGroupName: 't', HealthCheckEnabled: true, Port: 443 }], NextMarker: 'n' },
  },
  {
    operation: 'iam:GetPolicyVersion',
    input: { PolicyArn: 'arn:p', VersionId: 'v1' },
    output: { PolicyVersion: { VersionId: 'v1', Document: '%7B%22Version%22%3A%222012-10-17%22%7D' } },
  },
  {
    operation: 'sns:GetTopicAttributes',
    input: { TopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms' },
    output: { Attributes: { Policy: '{"Statement":[]}', SubscriptionsConfirmed: '1', 'a<b>': '' } },
  },
  { operation: 'sns:GetTopicAttributes', input: { TopicArn: 'arn' }, output: { Attributes: {} } },
  {
    operation: 'sts:GetCallerIdentity',
    input: {},
    output: { UserId: 'AIDA', Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/clawcheck' },
  },
  {
    operation: 'cloudwatch:DescribeAlarms',
    input: { AlarmNames: ['a'], AlarmTypes: ['MetricAlarm'], MaxRecords: 100 },
    output: {
      MetricAlarms: [
        {
          AlarmName: 'a',
          ActionsEnabled: true,
          Threshold: 0.5,
          StateUpdatedTimestamp: new Date('2026-03-01T00:00:00.125Z'),
          Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }],
        },
      ],
      CompositeAlarms: [],
    },
  },
  {
    operation: 'logs:FilterLogEvents',
    input: { logGroupName: '/openclaw/gateway', startTime: 1_772_323_200_000, logStreamNames: ['a'], limit: 5 },
    output: { events: [{ message: 'é "x" \\ \u0001', timestamp: 1_772_323_200_123 }], nextToken: 't' },
  },
  {
    operation: 'secretsmanager:DescribeSecret',
    input: { SecretId: 'openclaw/token' },
    output: {
      ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:openclaw/token-AbCdEf',
      RotationEnabled: true,
      LastRotatedDate: day,
      VersionIdsToStages: { v1: ['AWSCURRENT'], v2: ['AWSPREVIOUS', 'OLD'] },
    },
  },
  {
    operation: 'ssm:DescribeDocument',
    input: { Name: 'openclaw-restore' },
    output: { Document: { Name: 'openclaw-restore', CreatedDate: day, Parameters: [] } },
  },
  {
    operation: 'budgets:DescribeBudgets',
    input: { AccountId: '111122223333', MaxResults: 10 },
    output: {
      Budgets: [{ BudgetName: 'b', BudgetType: 'COST', TimeUnit: 'MONTHLY', CostFilters: { Service: ['x'] } }],
    },
  },
  {
    operation: 'cloudtrail:DescribeTrails',
    input: { trailNameList: ['t'], includeShadowTrails: false },
    output: { trailList: [{ Name: 't', IsMultiRegionTrail: true, LogFileValidationEnabled: false }] },
  },
  {
    operation: 'efs:DescribeFileSystems',
    input: { FileSystemId: 'fs-1', MaxItems: 10, Marker: 'a/b+c' },
    output: {
      FileSystems: [
        { FileSystemId: 'fs-1', Encrypted: true, CreationTime: day, SizeInBytes: { Value: 6144 }, Tags: [] },
      ],
      NextMarker: 'm',
    },
  },
  {
    operation: 'backup:ListRecoveryPointsByResource',
    input: { ResourceArn: 'arn:aws:elasticfilesystem:eu-central-1:1:file-system/fs-1', MaxResults: 2 },
    output: { RecoveryPoints: [{ RecoveryPointArn: 'arn:r', CreationDate: day, BackupSizeBytes: 1 }] },
  },
  {
    operation: 'backup:ListRestoreJobs',
    input: { ByCreatedAfter: day, ByStatus: 'COMPLETED' },
    output: { RestoreJobs: [] },
  },
  {
    operation: 'lambda:GetFunctionConfiguration',
    input: { FunctionName: 'rotate', Qualifier: '$LATEST' },
    output: {
      FunctionArn: 'arn:l',
      LastModified: '2026-03-01T00:00:00.000+0000',
      Environment: { Variables: { A: 'b' } },
    },
  },
];
