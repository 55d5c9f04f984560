import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';
import { type RolePolicies, readRole, roleNameOf } from './role-policies.ts';

/**
 * The role of every instance of the group, and of the next one (the launch template's profile): usually one. An
 * instance without a profile is a ProbeError, because then nobody knows whose permissions it uses.
 */
export const instanceRoles = awsProbe({
  id: 'aws/instance-roles',
  needs: { instances, launchVersions },
  async gather(aws, { instances, launchVersions }): Promise<readonly RolePolicies[]> {
    const profiles = [
      ...instances.map(({ IamInstanceProfile: profile }) => profileName(profile?.Arn)),
      ...launchVersions
        .filter(({ next }) => next)
        .map(({ data: { IamInstanceProfile: profile } }) => profile?.Name ?? profileName(profile?.Arn)),
    ];
    const roles = [...new Set(profiles)].map(async (profile) => {
      const { InstanceProfile } = await aws.read('iam:GetInstanceProfile', { InstanceProfileName: profile });
      const [role, ...others] = InstanceProfile?.Roles ?? [];
      if (!role || others.length > 0) throw new ProbeError('empty_subject', 'an instance profile has no single role');
      return roleNameOf(role.Arn);
    });
    const names = [...new Set(await Promise.all(roles))];
    return Promise.all(names.map((name) => readRole(aws, name)));
  },
});

function profileName(arn: string | undefined): string {
  const [, name] = /:instance-profile\/(?:.*\/)?([^/]+)$/.exec(arn ?? '') ?? [];
  if (!name) {
    throw new ProbeError('empty_subject', 'an instance, or its launch template, has no instance profile', {
      next: 'Give the launch template an instance profile whose role reads only its own secret.',
    });
  }
  return name;
}
