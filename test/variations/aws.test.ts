import { describe, expect, it } from 'vitest';
import { assign, type Scenario } from '../../src/demo/scenario.ts';
import { runScenario, statusesOf } from '../support/rig.ts';

type Change = (scenario: Scenario) => void;

/** Changes the answers of an operation whose input or output has a text in it: dotted paths, null removes. */
const set =
  (operation: string, part: string, changes: Readonly<Record<string, unknown>>): Change =>
  ({ aws }) => {
    const hit = aws.filter((e) => e.operation === operation && e.output && JSON.stringify(e).includes(part));
    expect(hit.length, `${operation} ${part}`).toBeGreaterThan(0);
    for (const { output } of hit) {
      for (const [path, value] of Object.entries(changes)) assign(output, path.split('.'), structuredClone(value));
    }
  };
const group = (changes: Readonly<Record<string, unknown>>) =>
  set(
    'autoscaling:DescribeAutoScalingGroups',
    '"openclaw-prod"',
    Object.fromEntries(Object.entries(changes).map(([path, value]) => [`AutoScalingGroups.0.${path}`, value])),
  );
const template = (changes: Readonly<Record<string, unknown>>) =>
  set(
    'ec2:DescribeLaunchTemplateVersions',
    'lt-0a1b2c3d4e5f60001',
    Object.fromEntries(
      Object.entries(changes).map(([path, value]) => [`LaunchTemplateVersions.0.LaunchTemplateData.${path}`, value]),
    ),
  );
const plan = (changes: Readonly<Record<string, unknown>>) =>
  set(
    'backup:GetBackupPlan',
    'openclaw-daily',
    Object.fromEntries(Object.entries(changes).map(([path, value]) => [`BackupPlan.Rules.0.${path}`, value])),
  );
const selection = (value: object) =>
  set('backup:GetBackupSelection', 'openclaw-efs', {
    BackupSelection: { SelectionName: 'openclaw-efs', IamRoleArn: 'arn:aws:iam::123456789012:role/b', ...value },
  });
const environment =
  (changes: Readonly<Record<string, unknown>>): Change =>
  (scenario) => {
    Object.assign(scenario.environment, changes);
  };

/** The vault without a lock, whose policy denies this to everyone. */
const unlockedVault = (denied: object): Change[] => [
  set('backup:DescribeBackupVault', 'openclaw-prod', { Locked: false, LockDate: null }),
  set('backup:GetBackupVaultAccessPolicy', 'openclaw-prod', {
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Resource: '*', ...denied }],
    }),
  }),
];

const managed = (name: string, actions: readonly string[], resource = '*'): Change[] => {
  const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
  const Document = encodeURIComponent(
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }] }),
  );
  return [
    ({ aws }) => {
      const listed = aws.find((e) => e.operation === 'iam:GetAccountAuthorizationDetails');
      const PolicyVersionList = [{ VersionId: 'v3', Document, IsDefaultVersion: true }];
      assign(listed?.output, ['RoleDetailList', '0', 'AttachedManagedPolicies', '-'], { PolicyName: name, PolicyArn });
      assign(listed?.output, ['Policies', '-'], { Arn: PolicyArn, DefaultVersionId: 'v3', PolicyVersionList });
    },
  ];
};
const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway';
const inline = (statement: object): Change =>
  set('iam:GetAccountAuthorizationDetails', '"PolicyName":"gateway"', {
    'RoleDetailList.0.RolePolicyList.0.PolicyDocument': encodeURIComponent(
      JSON.stringify({ Version: '2012-10-17', Statement: statement }),
    ),
  });
const read = { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] };

const gatewayAlarm = 'openclaw-prod-gateway-unhealthy';
const alarmArn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:';
const composite = (name: string, below: string) => ({
  AlarmName: name,
  AlarmArn: `${alarmArn}${name}`,
  AlarmConfigurationUpdatedTimestamp: '2026-01-08T05:06:07.000Z',
  ActionsEnabled: true,
  AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:openclaw-prod-alerts'],
  AlarmRule: `ALARM("${below}") OR ALARM(cpu)`,
  StateValue: 'OK',
});
/** An alarm of another name has the items of one kind in its history, and may be asked for mute rules. */
const recordedAs =
  (AlarmName: string, kind: string): Change =>
  ({ aws }) => {
    const history = aws.find((e) => e.operation === 'cloudwatch:DescribeAlarmHistory')?.output as {
      AlarmHistoryItems: { AlarmName: string; HistoryItemType: string }[];
    };
    const moved = history.AlarmHistoryItems.filter((item) => item.HistoryItemType === kind);
    history.AlarmHistoryItems = history.AlarmHistoryItems.filter((item) => item.HistoryItemType !== kind);
    const AlarmHistoryItems = moved.map((item) => ({ ...item, AlarmName }));
    aws.unshift(
      { operation: 'cloudwatch:DescribeAlarmHistory', when: { AlarmName }, output: { AlarmHistoryItems } },
      { operation: 'cloudwatch:ListAlarmMuteRules', when: { AlarmName }, output: { AlarmMuteRuleSummaries: [] } },
    );
  };

const metricsGroup =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/openclaw-metrics/0f1a000000000031';

const variations: Readonly<Record<string, readonly Change[]>> = {
  'the newest version of the launch template': [group({ 'LaunchTemplate.Version': '$Latest' })],
  'the default version of the launch template': [group({ 'LaunchTemplate.Version': '$Default' })],
  'a mixed instances policy': [
    group({
      LaunchTemplate: null,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0a1b2c3d4e5f60001', Version: '$Latest' },
          Overrides: [{ InstanceType: 't4g.medium' }, { InstanceType: 't4g.large' }],
        },
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 },
      },
    }),
  ],
  'overrides with images of their own': [
    group({
      LaunchTemplate: null,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0a1b2c3d4e5f60001', Version: '3' },
          Overrides: [
            { InstanceType: 't4g.medium', ImageId: 'ami-0a1b2c3d4e5f60008' },
            { InstanceType: 't3.medium', ImageId: 'ami-0a1b2c3d4e5f60009' },
          ],
        },
      },
    }),
  ],
  'a capacity that is counted in weights': [
    group({
      LaunchTemplate: null,
      MinSize: 2,
      DesiredCapacity: 2,
      MaxSize: 8,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0a1b2c3d4e5f60001', Version: '3' },
          Overrides: [
            { InstanceType: 't4g.medium', WeightedCapacity: '2' },
            { InstanceType: 't4g.large', WeightedCapacity: '4' },
          ],
        },
      },
      'Instances.0.WeightedCapacity': '2',
    }),
  ],
  'security groups named beside the interfaces': [
    template({ NetworkInterfaces: null, SecurityGroupIds: ['sg-0a1b2c3d4e5f60001'] }),
  ],
  'a profile named by its ARN': [
    template({ IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/openclaw-prod' } }),
  ],
  'IMDSv2 without a hop limit in the template': [template({ MetadataOptions: { HttpTokens: 'required' } })],
  'encryption left to the default of the account': [template({ BlockDeviceMappings: null })],
  'encryption left to the image': [
    template({ BlockDeviceMappings: null }),
    set('ec2:GetEbsEncryptionByDefault', '', { EbsEncryptionByDefault: false }),
    set('ec2:DescribeVolumes', 'vol-0a1b2c3d4e5f60001', { 'Volumes.0.SnapshotId': 'snap-0a1b2c3d4e5f60007' }),
    ({ aws }) => {
      const output = { Snapshots: [{ SnapshotId: 'snap-0a1b2c3d4e5f60007', Encrypted: true }] };
      aws.unshift({ operation: 'ec2:DescribeSnapshots', output });
    },
  ],
  'an EBS health check too': [group({ HealthCheckType: 'EBS,ELB' })],
  'a target group attached as a traffic source too': [
    group({
      TrafficSources: [
        {
          Identifier: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/openclaw-prod/6364e712892fd675',
          Type: 'elbv2',
        },
      ],
    }),
  ],
  'IPv6 by an egress-only gateway': [
    set('ec2:DescribeRouteTables', 'rtb-0a1b2c3d4e5f60001', {
      'RouteTables.1.Routes.-': {
        DestinationIpv6CidrBlock: '::/0',
        EgressOnlyInternetGatewayId: 'eigw-0a1b2c3d4e5f60001',
        Origin: 'CreateRoute',
        State: 'active',
      },
    }),
    set('ec2:DescribeNetworkInterfaces', 'eni-0a1b2c3d4e5f60001', {
      'NetworkInterfaces.0.Ipv6Addresses': [{ Ipv6Address: '2a05:d018:1:2::10' }],
    }),
  ],
  'VPC endpoints and no NAT gateway': [
    set('ec2:DescribeRouteTables', 'rtb-0a1b2c3d4e5f60001', {
      'RouteTables.1.Routes.1': {
        DestinationPrefixListId: 'pl-6da54004',
        GatewayId: 'vpce-0a1b2c3d4e5f60001',
        Origin: 'CreateRoute',
        State: 'active',
      },
    }),
  ],
  'an empty association': [
    set('ec2:DescribeNetworkInterfaces', 'eni-0a1b2c3d4e5f60001', { 'NetworkInterfaces.0.Association': {} }),
  ],
  'no IPv6 members at all': [
    set('ec2:DescribeNetworkInterfaces', 'eni-0a1b2c3d4e5f60001', { 'NetworkInterfaces.0.Ipv6Addresses': null }),
    set('ec2:DescribeSubnets', 'subnet-0a1b2c3d4e5f60001', {
      'Subnets.0.Ipv6CidrBlockAssociationSet': null,
      'Subnets.1.Ipv6CidrBlockAssociationSet': null,
    }),
  ],
  'the policies of AWS for CloudWatch and Session Manager': [
    ...managed('CloudWatchAgentServerPolicy', [
      'cloudwatch:PutMetricData',
      'ec2:DescribeVolumes',
      'ec2:DescribeTags',
      'logs:PutLogEvents',
      'logs:PutRetentionPolicy',
      'logs:DescribeLogStreams',
      'logs:DescribeLogGroups',
      'logs:CreateLogStream',
      'logs:CreateLogGroup',
      'xray:PutTraceSegments',
    ]),
    ...managed('AmazonSSMManagedInstanceCore', [
      'ssm:DescribeAssociation',
      'ssm:GetDeployablePatchSnapshotForInstance',
      'ssm:GetDocument',
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:PutInventory',
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:OpenDataChannel',
      'ec2messages:GetMessages',
    ]),
  ],
  'the secret with question marks for its suffix': [inline([{ ...read, Resource: `${secretArn}-??????` }])],
  'one statement that is no list': [inline({ ...read, Resource: `${secretArn}-AbCdEf` })],
  'the secret by an endpoint of the VPC, in its current version': [
    inline({
      ...read,
      Resource: `${secretArn}-AbCdEf`,
      Condition: {
        StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d4e5f60001' },
        'ForAnyValue:StringEquals': { 'secretsmanager:VersionStage': 'AWSCURRENT' },
      },
    }),
    set('iam:SimulatePrincipalPolicy', 'role/openclaw-prod', {
      'EvaluationResults.1.EvalDecision': 'implicitDeny',
      'EvaluationResults.1.MissingContextValues': ['aws:SourceVpce', 'secretsmanager:VersionStage'],
    }),
  ],
  'backup by tag alone': [
    selection({ ListOfTags: [{ ConditionType: 'STRINGEQUALS', ConditionKey: 'backup', ConditionValue: 'daily' }] }),
  ],
  'backup of everything': [selection({ Resources: ['*'] })],
  'backup of everything, with empty lists': [
    selection({
      Resources: ['*'],
      NotResources: [],
      ListOfTags: [],
      Conditions: { StringEquals: [], StringLike: [], StringNotEquals: [], StringNotLike: [] },
    }),
  ],
  'backup at a rate': [plan({ ScheduleExpression: 'rate(12 hours)' })],
  'backup on named days': [plan({ ScheduleExpression: 'cron(30 1 ? JAN-DEC SUN-SAT *)' })],
  'backup on days of the month': [plan({ ScheduleExpression: 'cron(30 1/6 * * ? *)' })],
  'backup kept for ever': [
    plan({ Lifecycle: null }),
    set('backup:DescribeBackupVault', 'openclaw-prod', { MaxRetentionDays: null }),
  ],
  'backup with cold storage and a copy abroad': [
    plan({
      Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 365 },
      CopyActions: [{ DestinationBackupVaultArn: 'arn:aws:backup:eu-central-1:210987654321:backup-vault:copies' }],
    }),
  ],
  'a second rule that runs monthly': [
    set('backup:GetBackupPlan', 'openclaw-daily', {
      'BackupPlan.Rules.-': {
        RuleName: 'monthly',
        RuleId: 'r-monthly',
        TargetBackupVaultName: 'openclaw-prod',
        ScheduleExpression: 'cron(0 3 1 * ? *)',
        Lifecycle: { DeleteAfterDays: 365 },
      },
    }),
  ],
  'a vault in governance mode': [set('backup:DescribeBackupVault', 'openclaw-prod', { LockDate: null })],
  'a vault without a lock, with a policy': [
    set('backup:DescribeBackupVault', 'openclaw-prod', {
      Locked: false,
      LockDate: null,
      MinRetentionDays: null,
      MaxRetentionDays: null,
    }),
  ],
  'no composite alarms in the answer': [set('cloudwatch:DescribeAlarms', 'openclaw-prod', { CompositeAlarms: null })],
  'an alarm on what is unhealthy': [
    set('cloudwatch:DescribeAlarms', 'openclaw-prod', {
      'MetricAlarms.0.MetricName': 'UnHealthyHostCount',
      'MetricAlarms.0.Statistic': 'Maximum',
      'MetricAlarms.0.ComparisonOperator': 'GreaterThanOrEqualToThreshold',
    }),
    environment({ 'monitoring.alarmMetric': 'AWS/ApplicationELB/UnHealthyHostCount' }),
  ],
  'an alarm on a metric of its own': [
    set('cloudwatch:DescribeAlarms', 'openclaw-prod', {
      'MetricAlarms.0.Namespace': 'OpenClaw',
      'MetricAlarms.0.MetricName': 'GatewayReady',
      'MetricAlarms.0.Dimensions': [{ Name: 'AutoScalingGroupName', Value: 'openclaw-prod' }],
    }),
    environment({ 'monitoring.alarmMetric': 'OpenClaw/GatewayReady' }),
  ],
  'an alarm on a metric of its own that does not name the group': [
    set('cloudwatch:DescribeAlarms', 'openclaw-prod', {
      'MetricAlarms.0.Namespace': 'OpenClaw',
      'MetricAlarms.0.MetricName': 'GatewayReady',
      'MetricAlarms.0.Dimensions': [{ Name: 'Environment', Value: 'prod' }],
    }),
    environment({ 'monitoring.alarmMetric': 'OpenClaw/GatewayReady' }),
  ],
  'an alarm that acts through a composite one above it': [
    set('cloudwatch:DescribeAlarms', 'HealthyHostCount', { 'MetricAlarms.0.AlarmActions': [] }),
    set('cloudwatch:DescribeAlarms', 'billing-noise', {
      'CompositeAlarms.-': composite('gateway-pages', gatewayAlarm),
    }),
    recordedAs('gateway-pages', 'Action'),
  ],
  'a composite alarm on two of which one is on the gateway': [
    ({ aws }) => {
      const own = aws.find((e) => e.operation === 'cloudwatch:DescribeAlarms');
      const [metric] = (own?.output as { MetricAlarms: object[] } | undefined)?.MetricAlarms ?? [];
      const hosts = { ...metric, AlarmName: 'gateway-hosts', AlarmArn: `${alarmArn}gateway-hosts`, AlarmActions: [] };
      const CompositeAlarms = [composite(gatewayAlarm, 'gateway-hosts')];
      Object.assign(own ?? {}, { output: { MetricAlarms: [], CompositeAlarms } });
      const MetricAlarms = [{ ...hosts, AlarmName: 'cpu', MetricName: 'CPUUtilization' }, hosts];
      const when = { AlarmNames: ['gateway-hosts', 'cpu'] };
      aws.unshift({ operation: 'cloudwatch:DescribeAlarms', when, output: { MetricAlarms, CompositeAlarms: [] } });
    },
    recordedAs('gateway-hosts', 'StateUpdate'),
  ],
  'an internal network load balancer that nobody is linked to': [
    set('elbv2:DescribeLoadBalancers', 'openclaw-prod', {
      'LoadBalancers.-': {
        LoadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/other/0f1a000000000021',
        LoadBalancerName: 'other',
        Scheme: 'internal',
        Type: 'network',
        VpcId: 'vpc-0a1b2c3d4e5f60001',
      },
    }),
  ],
  'subnets that fall back to a private main table': [
    ({ aws }) => {
      const main = [{ Main: true, RouteTableAssociationId: 'rtbassoc-1', AssociationState: { State: 'associated' } }];
      const tables = aws.find(
        (e) => e.operation === 'ec2:DescribeRouteTables' && !JSON.stringify(e.when).includes('subnet-id'),
      );
      const list = (tables?.output as { RouteTables?: { Associations: unknown[] }[] } | undefined)?.RouteTables ?? [];
      expect(list.length).toBeGreaterThan(1);
      for (const table of list) table.Associations = [];
      Object.assign(list[1] ?? {}, { Associations: main });
      aws.unshift({
        operation: 'ec2:DescribeRouteTables',
        when: {
          Filters: [
            { Name: 'association.subnet-id', Values: ['subnet-0a1b2c3d4e5f60001', 'subnet-0a1b2c3d4e5f60002'] },
          ],
        },
        output: { RouteTables: [] },
      });
    },
  ],
  'log groups of infrequent access': [
    set('logs:DescribeLogGroups', '/openclaw/prod/gateway', { 'logGroups.0.logGroupClass': 'INFREQUENT_ACCESS' }),
  ],
  'an unlocked vault that denies deletion to all but one role': [
    ...unlockedVault({
      Action: ['backup:Delete*', 'backup:Put*', 'backup:UpdateRecoveryPointLifecycle'],
      Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/backup-admin' } },
    }),
  ],
  'secrets named by their ARNs without the characters behind them': [
    environment({
      'credentials.secret': 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway',
      'credentials.foreignSecret': 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/monitoring',
    }),
  ],
  'a trail that leaves out what KMS does': [
    set('cloudtrail:DescribeTrails', 'openclaw', { 'trailList.1.HasCustomEventSelectors': true }),
    ({ aws }) => {
      const FieldSelectors = [
        { Field: 'eventCategory', Equals: ['Management'] },
        { Field: 'eventSource', NotEquals: ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] },
      ];
      const TrailARN = 'arn:aws:cloudtrail:eu-west-1:123456789012:trail/openclaw';
      const output = { TrailARN, AdvancedEventSelectors: [{ Name: 'management', FieldSelectors }] };
      aws.unshift({ operation: 'cloudtrail:GetEventSelectors', output });
    },
  ],
  'runtime files on a second file system': [
    ({ aws, host }) => {
      const second = 'fs-0a1b2c3d4e5f60009';
      const helpers = host['host/root-mounts'];
      if (!Array.isArray(helpers)) throw new Error('root does not see the mounts');
      host['host/root-mounts'] = helpers.map(([key, value]) => [
        key,
        value === 'fs-0a1b2c3d4e5f60001 20050 yes' ? `${second} 20050 yes` : value,
      ]);
      const described = aws.find((e) => e.operation === 'efs:DescribeFileSystems');
      const text = JSON.stringify(described).replaceAll('fs-0a1b2c3d4e5f60001', second);
      aws.unshift(JSON.parse(text) as (typeof aws)[number]);
    },
  ],
  'a subscription of an alias of the alert function': [
    ({ aws }) => {
      const endpoint = 'arn:aws:lambda:eu-west-1:123456789012:function:openclaw-prod-alert';
      const granted = aws.find((e) => e.operation === 'lambda:GetPolicy');
      const output = JSON.parse(JSON.stringify(granted?.output).replaceAll(endpoint, `${endpoint}:live`));
      Object.assign(granted ?? {}, { error: { code: 'ResourceNotFoundException', status: 404 }, output: undefined });
      aws.unshift({ operation: 'lambda:GetPolicy', when: { FunctionName: `${endpoint}:live` }, output });
      assign(
        aws.find((e) => e.operation === 'sns:ListSubscriptionsByTopic')?.output,
        ['Subscriptions', '2', 'Endpoint'],
        `${endpoint}:live`,
      );
    },
  ],
  'an alarm that invokes an alias of the alert function itself': [
    ({ aws }) => {
      const alias = 'arn:aws:lambda:eu-west-1:123456789012:function:openclaw-prod-alert:live';
      const granted = aws.find((e) => e.operation === 'lambda:GetPolicy');
      Object.assign(granted ?? {}, { error: { code: 'ResourceNotFoundException', status: 404 }, output: undefined });
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'lambda.alarms.cloudwatch.amazonaws.com' },
          Action: 'lambda:InvokeFunction',
          Resource: alias,
          Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' } },
        },
      });
      aws.unshift({ operation: 'lambda:GetPolicy', when: { FunctionName: alias }, output: { Policy } });
      const invoked = (e: (typeof aws)[number]) => /^cloudwatch:DescribeAlarm/.test(e.operation);
      for (const e of aws.filter(invoked)) {
        const text = JSON.stringify(e.output).replaceAll(
          'arn:aws:sns:eu-west-1:123456789012:openclaw-prod-alerts',
          alias,
        );
        Object.assign(e, { output: JSON.parse(text) });
      }
    },
  ],
  'a second target group for something else on the instances': [
    group({ 'TargetGroupARNs.-': metricsGroup }),
    set('elbv2:DescribeTargetGroups', 'openclaw-prod', {
      'TargetGroups.-': {
        TargetGroupArn: metricsGroup,
        TargetGroupName: 'openclaw-metrics',
        Protocol: 'HTTP',
        Port: 9100,
        VpcId: 'vpc-0a1b2c3d4e5f60001',
        TargetType: 'instance',
        HealthCheckEnabled: true,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: 'traffic-port',
        HealthCheckPath: '/metrics',
        HealthCheckIntervalSeconds: 30,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
        LoadBalancerArns: [
          'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/openclaw-prod/50dc6c495c0c9188',
        ],
      },
    }),
    ({ aws }) => {
      const TargetHealth = { State: 'healthy' };
      const target = { Target: { Id: 'i-0a1b2c3d4e5f60001', Port: 9100 }, HealthCheckPort: '9100', TargetHealth };
      const when = { TargetGroupArn: metricsGroup };
      aws.unshift({ operation: 'elbv2:DescribeTargetHealth', when, output: { TargetHealthDescriptions: [target] } });
    },
  ],
  'recovery points that are available': [
    set('backup:ListRecoveryPointsByBackupVault', 'openclaw-prod', {
      'RecoveryPoints.0.Status': 'AVAILABLE',
      'RecoveryPoints.1.Status': 'AVAILABLE',
    }),
  ],
  'an unlocked vault that denies deletion to everyone': [...unlockedVault({ Action: ['backup:DeleteRecoveryPoint'] })],
  'an unlocked vault that denies deletion to all but who breaks the glass': [
    ...unlockedVault({
      Action: ['backup:DeleteRecoveryPoint'],
      Condition: { StringNotLike: { 'aws:userId': ['AROABREAKGLASS:*', '123456789012'] } },
    }),
  ],
  'an alarm that is written as a list of one metric': [
    ({ aws }) => {
      const own = aws.find((e) => e.operation === 'cloudwatch:DescribeAlarms');
      const [alarm] = (own?.output as { MetricAlarms: Record<string, unknown>[] } | undefined)?.MetricAlarms ?? [];
      const { Namespace, MetricName, Dimensions, Period, Statistic: Stat } = alarm ?? {};
      const MetricStat = { Metric: { Namespace, MetricName, Dimensions }, Period, Stat };
      const Metrics = [{ Id: 'm1', AccountId: '123456789012', MetricStat, ReturnData: true }];
      const bare = { Namespace: undefined, MetricName: undefined, Period: undefined, Statistic: undefined };
      Object.assign(alarm ?? {}, bare, { Dimensions: [], Metrics });
    },
  ],
  'a budget with dates': [
    set('budgets:DescribeBudgets', 'openclaw-prod', {
      'Budgets.1.TimePeriod': { Start: '2026-01-01T00:00:00Z', End: '2087-06-15T00:00:00Z' },
    }),
  ],
};

/** Other ways to build a good deployment, and other forms of the same answers: every check must still pass. */
describe('variations of the good deployment on AWS', () => {
  it('are compared with a run that is good', async () => {
    expect(Object.values(statusesOf(await runScenario()))).not.toContain('fail');
  });

  it.each(Object.keys(variations))('%s', async (name) => {
    const good = statusesOf(await runScenario());
    const report = await runScenario([], {
      change: (scenario) => {
        for (const change of variations[name] ?? []) change(scenario);
      },
    });
    const wrong = report.areas
      .flatMap(({ checks }) => checks)
      .filter(({ id, status }) => status !== good[id])
      .map(({ id, status, evidence, ...rest }) => ({
        id,
        status,
        rest: JSON.stringify([rest, evidence]).slice(0, 900),
      }));
    expect(wrong).toEqual([]);
  });
});
