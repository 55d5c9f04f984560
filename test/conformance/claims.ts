import noPublicIp from '../../checks/infrastructure/no-public-ip.ts';
import selfHealingOn from '../../checks/infrastructure/self-healing-on.ts';
import storageEncrypted from '../../checks/infrastructure/storage-encrypted.ts';
import alarmOnHealth from '../../checks/monitoring/alarm-on-health.ts';
import noPublicIngress from '../../checks/network/no-public-ingress.ts';
import type { Environment } from '../../src/environment/schema.ts';
import { parsePolicy } from '../../src/judging/iam-document.ts';
import { identityAllows } from '../../src/judging/iam-policy.ts';
import { outsiders } from '../../src/judging/outside-access.ts';
import { powers, sweeping } from '../../src/judging/role-powers.ts';
import type { JudgeContext, Judgement } from '../../src/model/check.ts';
import type { AwsProbe, ProbeContext } from '../../src/model/probe.ts';
import type { AwsPort } from '../../src/ports/aws.ts';
import { alarm } from '../../src/probes/aws/alarm.ts';
import { elasticAddresses } from '../../src/probes/aws/elastic-addresses.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { group, namedGroups } from '../../src/probes/aws/group.ts';
import { interfaces, vpcInterfaces } from '../../src/probes/aws/interfaces.ts';
import { prefixLists } from '../../src/probes/aws/prefix-lists.ts';
import { type Rule, type RuleSet, securityGroups } from '../../src/probes/aws/security-groups.ts';
import { goodEnvironment } from '../support/rig.ts';

export type Verdict = 'PASS' | 'FAIL';

/** One recorded scenario of the peer, with the ids of this replay. */
export interface Scenario {
  readonly check: string;
  readonly test: string;
  readonly calls: readonly { readonly op: string; readonly params: Record<string, unknown>; readonly resp?: unknown }[];
  readonly expect: readonly { readonly status: string; readonly resource: string; readonly why: string }[];
}

export interface Question {
  readonly aws: AwsPort;
  /** Name, id or ARN of the resource, of this replay. */
  readonly resource: string;
  readonly scenario: Scenario;
}

/** What clawcheck says of the resource. Throws where it could not look. */
export type Claim = (question: Question) => Promise<Verdict>;

/** What a probe gathers in production, from the facts given. */
function gather<T>(probe: AwsProbe<T>, aws: AwsPort, facts: object, environment = environmentFor({})): Promise<T> {
  const context: ProbeContext = {
    environment,
    others: [],
    now: new Date(),
    nonce: '0'.repeat(32),
    signal: new AbortController().signal,
  };
  return probe.gather(aws, facts as never, context);
}

function environmentFor(changes: Record<string, unknown>): Environment {
  return goodEnvironment({ 'network.approvedRanges': [], 'infrastructure.approvedInbound': [], ...changes });
}

function judged(
  check: { judge(facts: never, context: JudgeContext): Judgement<string> },
  facts: object,
): Judgement<string> {
  const judgement = check.judge(facts as never, { environment: environmentFor({}), others: [], now: new Date() });
  if (judgement.outcome === 'undetermined') throw new Error(judgement.message);
  return judgement;
}

const verdict = (good: boolean): Verdict => (good ? 'PASS' : 'FAIL');

/** Ports by the names of the peer's checks, where these have no numbers in them. */
const portsByName: Readonly<Record<string, readonly number[]>> = {
  cassandra: [7000, 7001, 7199, 9042, 9160],
  cifs: [139, 445],
  elasticsearch_kibana: [5601, 9200, 9300],
  ftp: [20, 21],
  kafka: [9092],
  kerberos: [88, 464, 749, 750],
  ldap: [389, 636],
  memcached: [11211],
  mongodb: [27017, 27018],
  mysql: [3306],
  oracle: [1521, 2483, 2484],
  postgresql: [5432],
  rdp: [3389],
  redis: [6379],
  sqlserver: [1433, 1434],
  ssh: [22],
  telnet: [23],
  high_risk_tcp_ports: [25, 110, 135, 143, 445, 3000, 4333, 5000, 5500, 8080, 8088],
};

function portsOf(check: string): readonly number[] {
  const name = /_(?:instance_port|to)_(.+?)(?:_exposed_to_internet)?$/.exec(check)?.[1] ?? '';
  return portsByName[name] ?? [...name.matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

/** Whether `network/no-public-ingress` fails for security groups, by those of their rules that let one of the ports in. */
async function publicIngress(aws: AwsPort, groups: readonly string[], ports: readonly number[]): Promise<Verdict> {
  const eni = { id: 'eni-1', instance: 'i-1', subnet: 'subnet-1', vpc: 'vpc-1', securityGroups: groups };
  const found = await gather(securityGroups, aws, { expectedGroups: [], interfaces: [eni], launchVersions: [] });
  const covers = ({ protocol, ports: range }: Rule) =>
    ports.length === 0 ||
    (['all', 'tcp'].includes(protocol) && range !== null && ports.some((p) => p >= range[0] && p <= range[1]));
  const sets: RuleSet[] = found.map((set) => ({ ...set, inbound: set.inbound.filter(covers) }));
  const facts = {
    securityGroups: sets,
    prefixLists: await gather(prefixLists, aws, { securityGroups: sets }),
    loadBalancers: { all: [], fronts: [], unread: [] },
  };
  return verdict(judged(noPublicIngress, facts).outcome === 'pass');
}

async function instanceOf(aws: AwsPort, id: string) {
  const { Reservations } = await aws.read('ec2:DescribeInstances', { InstanceIds: [id] });
  const found = Reservations?.flatMap(({ Instances }) => Instances ?? []).find(({ InstanceId }) => InstanceId === id);
  if (!found) throw new Error('the instance is not there');
  return found;
}

const ofSecurityGroup: Claim = ({ aws, resource, scenario: { check } }) => {
  const everyPort = /to_any_port|to_all_ports|wide_open/.test(check);
  return publicIngress(aws, [resource], everyPort ? [] : portsOf(check));
};

const ofInstancePort: Claim = async ({ aws, resource, scenario: { check } }) => {
  const { SecurityGroups } = await instanceOf(aws, resource);
  return publicIngress(
    aws,
    (SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    portsOf(check),
  );
};

const publicAddress: Claim = async ({ aws, resource }) => {
  const instances = [await instanceOf(aws, resource)];
  const facts = {
    instances,
    interfaces: await gather(interfaces, aws, {
      instances,
      vpcInterfaces: await gather(vpcInterfaces, aws, { instances }),
    }),
    elasticAddresses: await gather(elasticAddresses, aws, {}),
    launchVersions: [],
    subnets: [],
    routes: [],
    routeTables: { vpcs: [], tables: [] },
  };
  return verdict(judged(noPublicIp, facts).outcome === 'pass');
};

const fileSystemEncrypted: Claim = async ({ aws, resource }) => {
  const environment = environmentFor({ 'soulDocuments.fileSystemId': resource });
  const facts = {
    instances: [{ InstanceId: 'i-1', RootDeviceName: '/dev/xvda' }],
    volumes: [{ id: 'vol-1', on: 'i-1', encrypted: true }],
    launchVersions: [{ subject: 'lt-1', next: true, data: {} }],
    templateSnapshots: [],
    imageSnapshots: [],
    fileSystem: await gather(fileSystem, aws, {}, environment),
    defaultEncryption: true,
  };
  return verdict(judged(storageEncrypted, facts).outcome === 'pass');
};

const zones: Claim = async ({ aws, resource }) => {
  const environment = environmentFor({
    'infrastructure.autoScalingGroup': resource,
    'aws.account': aws.account,
    'aws.region': aws.region,
  });
  const found = await gather(group, aws, { namedGroups: await gather(namedGroups, aws, {}, environment) }, environment);
  const judgement = judged(selfHealingOn, { group: found, warmPool: [], scalingActivities: [] });
  return verdict(
    !(judgement.outcome === 'fail' && judgement.evidence.some(({ expected }) => expected.includes('zones'))),
  );
};

const alarmActions: Claim = async ({ aws, resource }) => {
  const environment = environmentFor({ 'monitoring.alarm': resource });
  const facts = { alarm: await gather(alarm, aws, {}, environment), alarmMutes: 0, group: {} };
  const judgement = judged(alarmOnHealth, {
    ...facts,
    group: { AutoScalingGroupName: 'g', TargetGroupARNs: [], Instances: [] },
  });
  return verdict(
    !(judgement.outcome === 'fail' && judgement.evidence.some(({ expected }) => expected.includes('alarm action'))),
  );
};

const secretPolicy: Claim = async ({ aws, resource }) => {
  const { ARN, ResourcePolicy } = await aws.read('secretsmanager:GetResourcePolicy', { SecretId: resource });
  if (!ResourcePolicy) return 'PASS';
  return verdict(outsiders(parsePolicy(ResourcePolicy, ARN ?? resource, 'resource'), aws.account).length === 0);
};

/** The document of a policy, as a call of the scenario put it: the resource is the policy's name, or holder and name. */
function policyOf({ resource, scenario }: Question) {
  const name = resource.split('/').at(-1);
  const put = scenario.calls.find(({ params }) => params['PolicyName'] === name && params['PolicyDocument']);
  if (!put) throw new Error('no call made the policy');
  return parsePolicy(String(put.params['PolicyDocument']), `policy ${name}`, 'identity');
}

const administrative: Claim = async (question) => verdict(sweeping([policyOf(question)]).length === 0);

const escalating: Claim = async (question) => {
  const policies = [policyOf(question)];
  const rights = powers['give itself or others rights'] ?? [];
  const may = rights.filter(
    (action) => identityAllows({ policies, boundary: undefined }, { action, resource: undefined }) !== 'no',
  );
  return verdict(may.length === 0);
};

/** By name of the peer's check; `*` stands for anything. The first that fits. */
export const claims: readonly (readonly [pattern: string, claim: Claim])[] = [
  ['ec2_securitygroup_allow_ingress_from_internet_to_*', ofSecurityGroup],
  ['ec2_securitygroup_allow_wide_open_public_ipv4', ofSecurityGroup],
  ['ec2_instance_port_*_exposed_to_internet', ofInstancePort],
  ['ec2_instance_public_ip', publicAddress],
  ['efs_encryption_at_rest_enabled', fileSystemEncrypted],
  ['autoscaling_group_multiple_az', zones],
  ['cloudwatch_alarm_actions_alarm_state_configured', alarmActions],
  ['secretsmanager_has_restrictive_resource_policy', secretPolicy],
  ['iam_inline_policy_no_administrative_privileges', administrative],
  ['iam_*_allows_privilege_escalation', escalating],
  ['iam_no_custom_policy_permissive_role_assumption', escalating],
];
