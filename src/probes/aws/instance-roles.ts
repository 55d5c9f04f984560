import type { LaunchTemplateIamInstanceProfileSpecification } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { accountDetails, roleOfProfile } from './account-details.ts';
import { distinct } from './demand.ts';
import { instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';
import { type RolePolicies, readRole } from './role-policies.ts';

/**
 * The role of every instance of the group, and of the next one (the launch template's profile): usually one. An
 * instance without a profile is a ProbeError, because then nobody knows whose permissions it uses.
 */
export const instanceRoles = awsProbe({
  id: 'aws/instance-roles',
  needs: { instances, launchVersions, accountDetails },
  async gather(aws, { instances, launchVersions, accountDetails }): Promise<readonly RolePolicies[]> {
    const profiles = [
      ...instances.map(({ IamInstanceProfile: profile }) => profileName(profile?.Arn)),
      ...launchVersions
        .filter(({ next }) => next)
        .map(({ data: { IamInstanceProfile: profile } }) => launchProfile(profile)),
    ];
    const names = distinct(distinct(profiles).map((profile) => roleOfProfile(accountDetails, profile)));
    return Promise.all(names.map((name) => readRole(aws, accountDetails, name)));
  },
});

/** The name of the instance profile that a launch template gives. @throws ProbeError where there is none */
export function launchProfile(profile: LaunchTemplateIamInstanceProfileSpecification | undefined): string {
  return profile?.Name || profileName(profile?.Arn);
}

/** The name of an instance profile at the end of its ARN. @throws ProbeError where there is none */
export function profileName(arn: string | undefined): string {
  const [, name] = /:instance-profile\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? [];
  if (!name) {
    throw new ProbeError('empty_subject', 'an instance, or its launch template, has no instance profile', {
      next: 'Give the launch template an instance profile whose role reads only its own secret.',
    });
  }
  return name;
}
