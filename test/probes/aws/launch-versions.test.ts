import { describe, expect, it } from 'vitest';
import { launchVersions } from '../../../src/probes/aws/launch-versions.ts';

const id = 'lt-0a1b2c3d4e5f60001';
const version = (number: number, isDefault = false, template = id) => ({
  LaunchTemplateId: template,
  VersionNumber: number,
  DefaultVersion: isDefault,
  LaunchTemplateData: { ImageId: `ami-${number}` },
});
const spec = (wanted?: string, template = id) => ({ LaunchTemplateId: template, ...(wanted && { Version: wanted }) });
const instance = (number: string, template = id) => ({ InstanceId: 'i-1', LaunchTemplate: spec(number, template) });

function gather(group: object, answers: Readonly<Record<string, object[]>>, warmPool: object[] = []) {
  const aws = {
    read: async (
      operation: string,
      input: { LaunchTemplateId?: string; LaunchTemplateName?: string; Versions: string[] },
    ) => {
      if (operation === 'autoscaling:DescribeLaunchConfigurations')
        return { LaunchConfigurations: answers['configurations'] };
      const all = (answers[input.LaunchTemplateId ?? input.LaunchTemplateName ?? ''] ?? []) as ReturnType<
        typeof version
      >[];
      const fits = ({ VersionNumber: number, DefaultVersion }: ReturnType<typeof version>) =>
        input.Versions.includes(`${number}`) ||
        (input.Versions.includes('$Default') && DefaultVersion) ||
        (input.Versions.includes('$Latest') && number === Math.max(...all.map(({ VersionNumber }) => VersionNumber)));
      return { LaunchTemplateVersions: all.filter(fits) };
    },
  };
  return launchVersions.gather(aws as never, { group, warmPool } as never, {} as never);
}

describe('the launch template versions in use', () => {
  it.each<[string, object, object[], string[]]>([
    ['a number', { LaunchTemplate: spec('2') }, [version(2), version(1)], ['ami-2', 'ami-1']],
    ['the latest', { LaunchTemplate: spec('$Latest') }, [version(1, true), version(4)], ['ami-4', 'ami-1']],
    ['the default', { LaunchTemplate: spec('$Default') }, [version(1), version(4, true)], ['ami-4', 'ami-1']],
    ['no version, which is the default', { LaunchTemplate: spec() }, [version(1, true), version(4)], ['ami-1']],
  ])('%s, and that of the instance', async (_, group, versions, images) => {
    const found = await gather({ ...group, Instances: [instance('1')] }, { [id]: versions });
    expect(found.map(({ data }) => data.ImageId).sort()).toEqual([...images].sort());
    expect(found.filter(({ next }) => next).map(({ data }) => data.ImageId)).toEqual([images[0]]);
  });

  it('are those of a mixed instances policy and of each override too', async () => {
    const other = 'lt-0f1a000000000001';
    const policy = {
      LaunchTemplate: {
        LaunchTemplateSpecification: spec('2'),
        Overrides: [{ InstanceType: 't4g.large' }, { LaunchTemplateSpecification: spec('$Latest', other) }],
      },
    };
    const group = { MixedInstancesPolicy: policy, Instances: [instance('2')] };
    const found = await gather(group, { [id]: [version(2)], [other]: [version(9, false, other)] });
    expect(found.map(({ subject }) => subject).sort()).toEqual([`${id} version 2`, `${other} version 9`].sort());
  });

  it('are those of warm instances too', async () => {
    const group = { LaunchTemplate: spec('2'), Instances: [instance('2')] };
    const found = await gather(group, { [id]: [version(2), version(1)] }, [{ ...instance('1'), InstanceId: 'i-warm' }]);
    expect(found.find(({ data }) => data.ImageId === 'ami-1')?.usedBy).toEqual(['i-warm']);
  });

  it('are a launch configuration in the words of a template', async () => {
    const old = { LaunchConfigurationName: 'old', AssociatePublicIpAddress: true, IamInstanceProfile: 'profile' };
    const group = {
      LaunchConfigurationName: 'old',
      Instances: [{ InstanceId: 'i-1', LaunchConfigurationName: 'old' }],
    };
    const [found] = await gather(group, { configurations: [old] });
    expect(found).toMatchObject({ subject: 'launch configuration old', usedBy: ['the group', 'i-1'], next: true });
    expect(found?.data.NetworkInterfaces?.[0]?.AssociatePublicIpAddress).toBe(true);
    expect(found?.data.IamInstanceProfile).toEqual({ Name: 'profile' });
  });

  it.each<[string, object, object, string]>([
    [
      'a version that is not described',
      { LaunchTemplate: spec('2'), Instances: [instance('2')] },
      { [id]: [version(1)] },
      'truncated',
    ],
    [
      'no default among them',
      { LaunchTemplate: spec(), Instances: [instance('1')] },
      { [id]: [version(1)] },
      'truncated',
    ],
    [
      'a launch configuration that is not described',
      { LaunchConfigurationName: 'old', Instances: [] },
      { configurations: [] },
      'truncated',
    ],
    [
      'an instance that nobody knows the template of',
      { LaunchTemplate: spec('1'), Instances: [{ InstanceId: 'i-1' }] },
      { [id]: [version(1)] },
      'not_found',
    ],
    ['a group that launches from nothing', { Instances: [instance('1')] }, { [id]: [version(1)] }, 'bad_response'],
    [
      'a version that says nothing',
      { LaunchTemplate: spec('1'), Instances: [] },
      { [id]: [{ ...version(1), LaunchTemplateData: undefined }] },
      'bad_response',
    ],
  ])('%s is no answer', async (_, group, answers, reason) => {
    await expect(gather(group, answers as Record<string, object[]>)).rejects.toMatchObject({ reason });
  });
});
