import type { AutoScalingGroup, LaunchConfiguration, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateVersion, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand, distinct } from './demand.ts';
import { type Group, group } from './group.ts';
import { warmPool } from './warm-pool.ts';

/** What instances are launched from: one version of a launch template, or a launch configuration of the old kind. */
export interface LaunchVersion {
  /** `lt-0123456789abcdef0 version 3` or `launch configuration NAME`. */
  readonly subject: string;
  /** `the group`, `the group (override)`, or the ids of instances that run from it. */
  readonly usedBy: readonly string[];
  /** Whether the next instance of the group can be launched from it. */
  readonly next: boolean;
  /** A launch configuration is given in the words of a launch template. */
  readonly data: ResponseLaunchTemplateData;
}

interface Use {
  readonly by: string;
  readonly next: boolean;
  readonly template: LaunchTemplateSpecification;
  /** The image that an override takes in the place of the template's. */
  readonly image?: string | undefined;
}

/**
 * Every launch template version in use: of the group, of its mixed instances policy and each override, and that of
 * each instance, with `$Latest` and `$Default` resolved by EC2. Each version that is used must be found.
 */
export const launchVersions = awsProbe({
  id: 'aws/launch-versions',
  needs: { group, warmPool },
  gather: (aws, { group, warmPool }) => launchVersionsOf(aws, group, [...group.Instances, ...warmPool]),
});

/** The versions that a group launches from, and those that the given members of it were launched from. */
export async function launchVersionsOf(
  aws: AwsPort,
  group: AutoScalingGroup,
  members: readonly Member[],
): Promise<readonly LaunchVersion[]> {
  const uses = [...usesOf(group), ...members.flatMap(useOfInstance)];
  const legacy = members.filter((i) => i.LaunchConfigurationName);
  const names = distinct([group.LaunchConfigurationName, ...legacy.map((i) => i.LaunchConfigurationName)]);
  const unknown = members.filter((i) => !i.LaunchTemplate && !i.LaunchConfigurationName);
  if (unknown.length > 0) {
    throw new ProbeError('not_found', 'AWS does not say what an instance of the group was launched from', {
      next: 'Replace instances that were attached by hand, or whose launch template is gone, by an instance refresh.',
    });
  }
  if (!uses.some(({ next }) => next) && !group.LaunchConfigurationName) {
    throw new ProbeError('bad_response', 'the group was described without what it launches instances from');
  }
  const keys = distinct(uses.map(({ template }) => keyOf(template)));
  const [templates, configurations] = await Promise.all([
    Promise.all(
      keys.map((key) =>
        versionsOf(
          aws,
          key,
          uses.filter(({ template }) => keyOf(template) === key),
        ),
      ),
    ),
    configurationsOf(aws, names),
  ]);
  return [
    ...templates.flat(),
    ...configurations.map((c) => ({
      subject: `launch configuration ${c.LaunchConfigurationName}`,
      usedBy: [
        ...(group.LaunchConfigurationName === c.LaunchConfigurationName ? ['the group'] : []),
        ...legacy.filter((i) => i.LaunchConfigurationName === c.LaunchConfigurationName).map((i) => `${i.InstanceId}`),
      ],
      next: group.LaunchConfigurationName === c.LaunchConfigurationName,
      data: asTemplate(c),
    })),
  ];
}

type Member = Group['Instances'][number];

/** Each launch template that a group names. */
export function usesOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): Use[] {
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  const overrides = (mixed?.Overrides ?? []).flatMap(({ LaunchTemplateSpecification: own, ImageId: image }) => {
    const template = own ?? (image === undefined ? undefined : mixed?.LaunchTemplateSpecification);
    return template ? [{ by: 'the group (override)', next: true, template, image }] : [];
  });
  return [
    ...(LaunchTemplate ? [{ by: 'the group', next: true, template: LaunchTemplate }] : []),
    ...(mixed?.LaunchTemplateSpecification
      ? [{ by: 'the group', next: true, template: mixed.LaunchTemplateSpecification }]
      : []),
    ...overrides,
  ];
}

function useOfInstance(instance: Member): Use[] {
  const { InstanceId, LaunchTemplate } = instance;
  return LaunchTemplate ? [{ by: `${InstanceId}`, next: false, template: LaunchTemplate }] : [];
}

/** By id where the id is known: a name can be given to another template later. */
function keyOf({ LaunchTemplateId, LaunchTemplateName }: LaunchTemplateSpecification): string {
  return LaunchTemplateId ?? demand(LaunchTemplateName, 'the launch template of the group or an instance');
}

async function versionsOf(aws: AwsPort, key: string, uses: readonly Use[]): Promise<LaunchVersion[]> {
  const wanted = distinct(uses.map(({ template }) => versionOf(template)));
  const name = key.startsWith('lt-') ? { LaunchTemplateId: key } : { LaunchTemplateName: key };
  // Which version an alias stands for, the answer does not say: each is asked for alone.
  const [aliases, numbers] = [true, false].map((alias) => wanted.filter((v) => v.startsWith('$') === alias));
  const asked = [...(aliases ?? []).map((alias) => [alias]), ...(numbers?.length ? [numbers] : [])];
  const answers = await Promise.all(
    asked.map((Versions) => aws.read('ec2:DescribeLaunchTemplateVersions', { ...name, Versions })),
  );
  const found = new Map(
    asked.flatMap((versions, i) => {
      const described = answers[i]?.LaunchTemplateVersions ?? [];
      return versions.map((version) => [version, pick(described, version)] as const);
    }),
  );
  const versions = new Map<string, { version: LaunchTemplateVersion; image: string | undefined; uses: Use[] }>();
  for (const use of uses) {
    const version = demand(found.get(versionOf(use.template)), 'a launch template version');
    const { image } = use;
    const number = demand(version.VersionNumber, `the number of a version of ${key}`);
    const subject = `${key} version ${number}${image === undefined ? '' : ` with ${image}`}`;
    const entry = versions.get(subject) ?? { version, image, uses: [] };
    entry.uses.push(use);
    versions.set(subject, entry);
  }
  return [...versions].map(([subject, { version, image, uses }]) => {
    const data = demand(version.LaunchTemplateData, `what ${subject} says`);
    return {
      subject,
      usedBy: distinct(uses.map(({ by }) => by)),
      next: uses.some(({ next }) => next),
      data: image === undefined ? data : { ...data, ImageId: image },
    };
  });
}

/** Without a version, Auto Scaling uses the default one. */
function versionOf({ Version }: LaunchTemplateSpecification): string {
  return Version || '$Default';
}

/** The version that was asked for: by its number, or the only one where an alias was asked for. */
function pick(described: readonly LaunchTemplateVersion[], wanted: string): LaunchTemplateVersion {
  const version = wanted.startsWith('$')
    ? described.length === 1 && (wanted !== '$Default' || described[0]?.DefaultVersion)
      ? described[0]
      : undefined
    : described.find(({ VersionNumber }) => String(VersionNumber) === wanted);
  if (version && Number.isInteger(version.VersionNumber) && Number(version.VersionNumber) > 0) return version;
  throw new ProbeError('truncated', 'EC2 did not describe every launch template version in use');
}

async function configurationsOf(aws: AwsPort, names: readonly string[]): Promise<readonly LaunchConfiguration[]> {
  if (names.length === 0) return [];
  const { LaunchConfigurations } = await aws.read('autoscaling:DescribeLaunchConfigurations', {
    LaunchConfigurationNames: [...names],
  });
  return names.map((name) => {
    const found = LaunchConfigurations?.find((c) => c.LaunchConfigurationName === name);
    if (!found) throw new ProbeError('truncated', 'Auto Scaling did not describe every launch configuration in use');
    return found;
  });
}

function asTemplate(c: LaunchConfiguration): ResponseLaunchTemplateData {
  const profile = c.IamInstanceProfile;
  const data = {
    ImageId: c.ImageId,
    NetworkInterfaces: [
      { DeviceIndex: 0, AssociatePublicIpAddress: c.AssociatePublicIpAddress, Groups: c.SecurityGroups },
    ],
    BlockDeviceMappings: c.BlockDeviceMappings?.map(({ NoDevice, ...mapping }) => ({
      ...mapping,
      ...(NoDevice && { NoDevice: '' }),
    })),
    MetadataOptions: c.MetadataOptions,
    UserData: c.UserData,
    ...(profile && { IamInstanceProfile: profile.startsWith('arn:') ? { Arn: profile } : { Name: profile } }),
  };
  return data as ResponseLaunchTemplateData;
}
