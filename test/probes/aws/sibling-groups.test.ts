import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import { siblingGroups } from '../../../src/probes/aws/sibling-groups.ts';
import { goodEnvironment, goodOthers } from '../../support/rig.ts';

const profile = (name: string) => ({ Arn: `arn:aws:iam::123456789012:instance-profile/${name}` });
const role = (name: string) => ({ RoleName: name, InstanceProfileList: [{ InstanceProfileName: name }] });
const instance = (id: string, name: string) => ({ InstanceId: id, IamInstanceProfile: profile(name) });
const group = (name: string, ids: string[], template: string) => ({
  AutoScalingGroupName: name,
  Instances: ids.map((InstanceId) => ({ InstanceId })),
  LaunchTemplate: { LaunchTemplateId: template, Version: '1' },
});

interface Region {
  readonly groups: readonly ReturnType<typeof group>[];
  readonly instances: readonly ReturnType<typeof instance>[];
}

/** An account with what each region has; the deployment is in eu-west-1, and the other environment where it is said. */
function gather(region: string, regions: Readonly<Record<string, Region>>, account = '123456789012') {
  const asked: string[] = [];
  const port = (here: string): object => ({
    region: here,
    account: '123456789012',
    inRegion: port,
    async read(operation: string, input: { AutoScalingGroupNames: string[]; Filters: { Values: string[] }[] }) {
      asked.push(`${here} ${operation}`);
      const there = regions[here];
      if (!there) throw new ProbeError('access_denied', `${operation} is refused in ${here}`);
      if (operation === 'autoscaling:DescribeAutoScalingGroups') return { AutoScalingGroups: there.groups };
      const ids = input.Filters?.flatMap(({ Values }) => Values);
      if (ids) {
        const Instances = there.instances.filter(({ InstanceId }) => ids.includes(InstanceId));
        return { Reservations: [{ OwnerId: '123456789012', Instances }] };
      }
      const data = { IamInstanceProfile: { Name: 'openclaw-prod' } };
      return { LaunchTemplateVersions: [{ LaunchTemplateId: 'lt-2', VersionNumber: 1, LaunchTemplateData: data }] };
    },
  });
  const own = regions['eu-west-1'];
  const facts = {
    instances: own?.instances.filter(({ InstanceId }) => InstanceId === 'i-own'),
    describedInstances: own?.instances,
    namedGroups: own?.groups,
    launchVersions: [],
    accountDetails: { roles: [role('openclaw-prod'), role('openclaw-staging')] },
  };
  const others = goodOthers().map((o) => ({ ...o, aws: { ...o.aws, region, account } }));
  const context = { environment: goodEnvironment(), others };
  const found = siblingGroups.gather(port('eu-west-1') as never, facts as never, context as never);
  return found.then(({ groups }) => ({ groups, asked }));
}

const own = { groups: [group('openclaw-prod', ['i-own'], 'lt-1')], instances: [instance('i-own', 'openclaw-prod')] };
const there = (name: string, ids = ['i-2']): Region => ({
  groups: [group('openclaw-staging', ids, 'lt-2')],
  instances: ids.map((id) => instance(id, name)),
});

describe('what runs for the other environments of the account', () => {
  it.each<[string, string, Readonly<Record<string, Region>>, unknown]>([
    [
      'of another region, as its own role',
      'us-east-1',
      { 'us-east-1': there('openclaw-staging') },
      ['openclaw-staging'],
    ],
    [
      'of another region, as the role of this one',
      'us-east-1',
      { 'us-east-1': there('openclaw-prod') },
      ['openclaw-prod'],
    ],
    ['of another region, next as the role of this one', 'us-east-1', { 'us-east-1': there('', []) }, ['openclaw-prod']],
    ['nowhere in its region', 'us-east-1', { 'us-east-1': { groups: [], instances: [] } }, undefined],
  ])('is read where it is: %s', async (_, region, regions, roles) => {
    const { groups } = await gather(region, { 'eu-west-1': own, ...regions });
    expect(groups).toEqual([{ environment: 'staging', group: 'openclaw-staging', roles, shared: [] }]);
  });

  it('shares nothing regional with a group of another region, whatever the names', async () => {
    const twin = { ...there('openclaw-staging'), groups: [group('openclaw-staging', ['i-2'], 'lt-1')] };
    expect((await gather('us-east-1', { 'eu-west-1': own, 'us-east-1': twin })).groups).toMatchObject([{ shared: [] }]);
    const near = { groups: [...own.groups, ...twin.groups], instances: [...own.instances, ...twin.instances] };
    expect((await gather('eu-west-1', { 'eu-west-1': near })).groups).toMatchObject([{ shared: ['lt-1'] }]);
  });

  it('is not known where another region refuses to say', async () => {
    await expect(gather('us-east-1', { 'eu-west-1': own })).rejects.toMatchObject({ reason: 'access_denied' });
  });

  it('is not known where an instance of it is not described', async () => {
    const lost = { ...there('openclaw-staging'), instances: [] };
    await expect(gather('us-east-1', { 'eu-west-1': own, 'us-east-1': lost })).rejects.toMatchObject({
      reason: 'truncated',
    });
  });

  it('asks no region of another account', async () => {
    const { groups, asked } = await gather('us-east-1', { 'eu-west-1': own }, '210987654321');
    expect([groups, asked]).toEqual([[], []]);
  });
});
