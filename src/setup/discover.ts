import { ProbeError } from '../model/reason.ts';
import type { AwsPort } from '../ports/aws.ts';
import { asProbeError } from '../runner/gather.ts';
import { namesProduct, type Ranked, rank } from './choose.ts';

/** What was found of each kind, and why one kind could not be looked at. Names and ids only: no value of a secret. */
export interface Discovery {
  readonly fileSystems: Ranked<string>;
  readonly workspaceAccessPoint: string | undefined;
  readonly secrets: Ranked<string>;
  readonly monitoringSecret: string | undefined;
  readonly logGroups: readonly LogGroup[];
  /** Log groups of OpenClaw that may belong to the deployment, too. */
  readonly otherLogGroups: readonly string[];
  readonly alarms: Ranked<Alarm>;
  readonly alertFunction: string | undefined;
  readonly vault: string | undefined;
  readonly budget: string | undefined;
  readonly killSwitch: string | undefined;
  /** One line for each kind that could not be looked at. */
  readonly lost: readonly string[];
}

export interface LogGroup {
  readonly name: string;
  readonly kind: 'gateway' | 'session';
}

export interface Alarm {
  readonly name: string;
  readonly metric: string;
  readonly topics: readonly string[];
}

/** What the user named; it is taken as it is, and steers what else is chosen. */
export interface Named {
  readonly group?: string | undefined;
  readonly fileSystem?: string | undefined;
  readonly alarm?: string | undefined;
}

/** Looks, and gives `without` where that is not possible; what was lost is a line in `lost`. */
async function look<T>(lost: string[], what: string, work: () => Promise<T>, without: T): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asProbeError(thrown, 'init');
    if (error.reason === 'credentials') throw error;
    lost.push(`${what}: ${error.message}${error.next ? `. ${error.next}` : ''}`);
    return without;
  }
}

const none = { chosen: undefined, candidates: [] };

/** The Auto Scaling Groups that may be that of a gateway. Which one it is decides what else is looked for. */
export async function discoverGroups(aws: AwsPort): Promise<Ranked<string> & Pick<Discovery, 'lost'>> {
  const lost: string[] = [];
  const groups = await look(lost, 'Auto Scaling Groups', () => groupsOf(aws), none);
  return { ...groups, lost };
}

/**
 * Looks for what belongs to a deployment, with operations of the allow-list. What cannot be looked at is named, and the
 * rest goes on.
 */
export async function discover(aws: AwsPort, named: Named): Promise<Discovery> {
  const lost: string[] = [];
  const deployment = named.group ?? 'openclaw';
  const [fileSystems, secrets, logNames, alarms, budget, killSwitch] = await Promise.all([
    look(lost, 'file systems', () => fileSystemsOf(aws, deployment), none),
    look(lost, 'secrets', () => secretsOf(aws, deployment), none),
    look(lost, 'log groups', () => logGroupsOf(aws, deployment), []),
    look(lost, 'alarms', () => alarmsOf(aws, deployment), none),
    look(lost, 'budgets', () => budgetOf(aws, deployment), undefined),
    look(lost, 'the kill switch', () => killSwitchOf(aws, deployment), undefined),
  ]);
  const fileSystem = named.fileSystem ?? fileSystems.chosen;
  const alarm = named.alarm === undefined ? alarms.chosen : alarms.candidates.find(({ name }) => name === named.alarm);
  const secret = rank(secrets.candidates, (name) => name, deployment, { hints: ['gateway', 'agent', 'main'] });
  const monitoring = secrets.candidates.filter((name) => /monitor|alert/i.test(name) && name !== secret.chosen);
  const [workspaceAccessPoint, vault, alertFunction] = await Promise.all([
    look(lost, 'access points', () => accessPointOf(aws, fileSystem), undefined),
    look(lost, 'recovery points', () => vaultOf(aws, fileSystem), undefined),
    look(lost, 'subscriptions of the alarm', () => alertFunctionOf(aws, alarm, deployment), undefined),
  ]);
  const logGroups = likelyLogGroups(logNames);
  const monitoringSecret = rank(monitoring, (name) => name, deployment).chosen;
  return {
    fileSystems,
    workspaceAccessPoint,
    secrets: secret,
    monitoringSecret,
    logGroups,
    otherLogGroups: logNames.filter((name) => !logGroups.some((taken) => taken.name === name)),
    alarms,
    alertFunction,
    vault,
    budget,
    killSwitch,
    lost: lost.sort(),
  };
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';

async function groupsOf(aws: AwsPort): Promise<Ranked<string>> {
  const { AutoScalingGroups = [] } = await aws.read('autoscaling:DescribeAutoScalingGroups', {});
  const tagged = AutoScalingGroups.filter(({ AutoScalingGroupName, Tags = [] }) =>
    namesProduct(AutoScalingGroupName, ...Tags.flatMap(({ Key, Value }) => [Key, Value])),
  );
  const all = (tagged.length > 0 ? tagged : AutoScalingGroups).map((g) => g.AutoScalingGroupName).filter(isText);
  const ranked = rank(all, (name) => name, 'prod production', { lone: true });
  return all.length === 1 ? { chosen: all[0], candidates: all } : ranked;
}

async function fileSystemsOf(aws: AwsPort, deployment: string): Promise<Ranked<string>> {
  const { FileSystems = [] } = await aws.read('efs:DescribeFileSystems', {});
  const named = FileSystems.map(({ FileSystemId, Name, Tags = [] }) => ({
    id: FileSystemId ?? '',
    name: [Name, ...Tags.map(({ Value }) => Value)].filter(isText).join(' '),
  })).filter(({ id }) => id !== '');
  const { chosen, candidates } = rank(named, ({ name }) => name, deployment, { lone: true });
  return { chosen: chosen?.id, candidates: candidates.map(({ id }) => id) };
}

async function accessPointOf(aws: AwsPort, FileSystemId: string | undefined): Promise<string | undefined> {
  if (FileSystemId === undefined) return undefined;
  const { AccessPoints = [] } = await aws.read('efs:DescribeAccessPoints', { FileSystemId });
  const fitting = AccessPoints.filter(({ Name, RootDirectory }) => /workspace/i.test(`${Name} ${RootDirectory?.Path}`));
  return fitting.length === 1 ? fitting[0]?.AccessPointId : undefined;
}

async function secretsOf(aws: AwsPort, deployment: string): Promise<Ranked<string>> {
  const { SecretList = [] } = await aws.read('secretsmanager:ListSecrets', {});
  const names = SecretList.map(({ Name }) => Name).filter(isText);
  const { candidates } = rank(names, (name) => name, deployment);
  return { chosen: undefined, candidates };
}

async function logGroupsOf(aws: AwsPort, deployment: string): Promise<string[]> {
  const { logGroups = [] } = await aws.read('logs:DescribeLogGroups', {});
  const names = logGroups.map(({ logGroupName }) => logGroupName).filter(isText);
  return [...rank(names, (name) => name, deployment).candidates].filter((name) => namesProduct(name));
}

/** The likeliest log group of each kind that a deployment has one of. */
function likelyLogGroups(names: readonly string[]): LogGroup[] {
  return (['gateway', 'session'] as const).flatMap((kind) => {
    const name = names.find((candidate) => candidate.toLowerCase().includes(kind));
    return name === undefined ? [] : [{ name, kind }];
  });
}

async function alarmsOf(aws: AwsPort, deployment: string): Promise<Ranked<Alarm>> {
  const { MetricAlarms = [] } = await aws.read('cloudwatch:DescribeAlarms', {});
  const alarms = MetricAlarms.flatMap(({ AlarmName, Namespace, MetricName, AlarmActions = [] }) =>
    AlarmName && Namespace && MetricName
      ? [
          {
            name: AlarmName,
            metric: `${Namespace}/${MetricName}`,
            topics: AlarmActions.filter((arn) => arn.split(':')[2] === 'sns'),
          },
        ]
      : [],
  );
  return rank(alarms, ({ name, metric }) => `${name} ${metric}`, deployment, {
    hints: ['health', 'unhealth', 'gateway'],
  });
}

/** The Lambda function that hears of the alarm, where one stands out. */
async function alertFunctionOf(
  aws: AwsPort,
  alarm: Alarm | undefined,
  deployment: string,
): Promise<string | undefined> {
  const functions = await Promise.all(
    (alarm?.topics ?? []).map(async (TopicArn) => {
      const found = await aws.find('sns:ListSubscriptionsByTopic', { TopicArn });
      return (found?.Subscriptions ?? []).flatMap(({ Protocol, Endpoint }) =>
        Protocol === 'lambda' ? [Endpoint?.split(':')[6]] : [],
      );
    }),
  );
  const names = [...new Set(functions.flat().filter(isText))];
  return rank(names, (name) => name, deployment, { hints: ['alert', 'notify', 'page'], lone: true }).chosen;
}

/** The vault that holds the recovery points of the file system, where it is one. */
async function vaultOf(aws: AwsPort, fileSystem: string | undefined): Promise<string | undefined> {
  if (fileSystem === undefined) return undefined;
  const found = await aws.read('efs:DescribeFileSystems', { FileSystemId: fileSystem });
  const ResourceArn = found.FileSystems?.[0]?.FileSystemArn;
  if (!ResourceArn) throw new ProbeError('bad_response', 'the file system was described without its ARN');
  const { RecoveryPoints = [] } = await aws.read('backup:ListRecoveryPointsByResource', { ResourceArn });
  const vaults = [...new Set(RecoveryPoints.map(({ BackupVaultName }) => BackupVaultName).filter(isText))];
  return vaults.length === 1 ? vaults[0] : undefined;
}

async function budgetOf(aws: AwsPort, deployment: string): Promise<string | undefined> {
  const { Budgets = [] } = await aws.read('budgets:DescribeBudgets', { AccountId: aws.account });
  const names = Budgets.map(({ BudgetName }) => BudgetName).filter(isText);
  return rank(names, (name) => name, deployment).chosen;
}

/** By the usual names only: the allow-list has no operation that lists documents or functions. */
async function killSwitchOf(aws: AwsPort, deployment: string): Promise<string | undefined> {
  for (const Name of [`${deployment}-kill-switch`, `${deployment}-stop`, 'openclaw-kill-switch']) {
    if (await aws.find('ssm:DescribeDocument', { Name })) return Name;
    if (await aws.find('lambda:GetFunctionConfiguration', { FunctionName: Name })) return Name;
  }
  return undefined;
}
