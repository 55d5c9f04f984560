import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/demo/scenario.ts';
import { runScenario, statusesOf } from '../support/rig.ts';

/** What a run is about can be empty, another one, or gone while it runs. Nothing then passes that speaks about it. */
const aboutInstances = [
  'infrastructure/runs-in-asg',
  'infrastructure/private-subnets',
  'infrastructure/no-public-ip',
  'infrastructure/no-inbound-rules',
  'infrastructure/health-check-is-gateway',
  'infrastructure/storage-encrypted',
  'infrastructure/environments-separate',
  'network/no-public-ingress',
  'network/egress-allowlisted',
  'network/ssh-not-public',
];

const prodGroup = (scenario: Scenario) =>
  scenario.aws
    .filter((e) => e.operation === 'autoscaling:DescribeAutoScalingGroups')
    .map((e) => (e.output as { AutoScalingGroups: Record<string, unknown>[] }).AutoScalingGroups[0])
    .find((g) => g?.['AutoScalingGroupName'] === 'openclaw-prod') as Record<string, unknown>;

const exchange = (scenario: Scenario, operation: string) =>
  scenario.aws.find((e) => e.operation === operation) as unknown as { output: Record<string, unknown> };

describe('no check about the instances passes', () => {
  it.each<[string, (scenario: Scenario) => void]>([
    ['when the group is empty', (s) => Object.assign(prodGroup(s), { DesiredCapacity: 0, MinSize: 0, Instances: [] })],
    [
      'when the group has just replaced the instance that EC2 describes',
      (s) => {
        const [member] = prodGroup(s)['Instances'] as object[];
        Object.assign(prodGroup(s), { Instances: [{ ...member, InstanceId: 'i-0f1a00000000000ff' }] });
        s.aws = s.aws.filter((e) => e.operation !== 'ec2:DescribeInstances');
        s.aws.push({ operation: 'ec2:DescribeInstances', output: { Reservations: [] } });
      },
    ],
    ...['InstanceId', 'LifecycleState'].map((member): [string, (scenario: Scenario) => void] => [
      `when one more of its instances is described without ${member}`,
      (s) => {
        const instances = prodGroup(s)['Instances'] as object[];
        instances.push({ ...instances[0], InstanceId: 'i-0f1a00000000000ff', [member]: undefined });
      },
    ]),
    [
      'when the group is in another region',
      (s) => {
        const arn = String(prodGroup(s)['AutoScalingGroupARN']).replace('eu-west-1', 'us-east-1');
        Object.assign(prodGroup(s), { AutoScalingGroupARN: arn });
      },
    ],
    [
      'when the group does not exist here',
      (s) => {
        s.aws.unshift({
          operation: 'autoscaling:DescribeAutoScalingGroups',
          output: { AutoScalingGroups: [] },
        });
      },
    ],
    [
      'when the credentials are of another account',
      (s) => Object.assign(exchange(s, 'sts:GetCallerIdentity').output, { Account: '210987654321' }),
    ],
    [
      'when EC2 describes instances and interfaces of another account',
      (s) => {
        const lists = s.aws.flatMap(({ output }) => {
          const { NetworkInterfaces = [], Reservations = [] } = (output ?? {}) as Record<string, object[]>;
          return [...NetworkInterfaces, ...Reservations];
        });
        for (const item of lists) Object.assign(item, { OwnerId: '210987654321' });
      },
    ],
  ])('%s', async (_, change) => {
    const statuses = statusesOf(await runScenario([], { areas: ['infrastructure', 'network'], change }));
    const passed = aboutInstances.filter((id) => statuses[id] === 'pass');
    expect(passed).toEqual([]);
  });
});
