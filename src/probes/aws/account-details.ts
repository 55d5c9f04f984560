import type { ManagedPolicyDetail, RoleDetail } from '@aws-sdk/client-iam';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { demand } from './demand.ts';

/** Who may do what in the account, as IAM lists it in one go. */
export interface AccountDetails {
  readonly users: readonly { readonly name: string; readonly path: string }[];
  readonly roles: readonly RoleDetail[];
  /** Managed policies: those of the account, and those of AWS that are in use. */
  readonly policies: readonly ManagedPolicyDetail[];
}

/** Of all kinds together. A role with its policies takes some KB, so a page stays far below what an answer may have. */
const perPage = 400;

/**
 * The users, roles and managed policies of the account with their documents: one call for a few hundred of them, where
 * reading a role by itself takes four calls and two for each of its policies. Users and roles come in the same pages, so
 * a list that was cut short lacks the roles of the deployment.
 */
export const accountDetails = awsProbe({
  id: 'aws/account-details',
  gather: (aws) => readAccountDetails(aws),
});

/** For a probe that can do without in most deployments. */
export async function readAccountDetails(aws: AwsPort): Promise<AccountDetails> {
  const answer = await aws.read('iam:GetAccountAuthorizationDetails', {
    Filter: ['User', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'],
    MaxItems: perPage,
  });
  const roles = demand(answer.RoleDetailList, 'the roles of the account');
  if (roles.length === 0) throw new ProbeError('truncated', 'IAM listed no role, and every account has some');
  return {
    users: demand(answer.UserDetailList, 'the users of the account').map(({ UserName, Path }) => ({
      name: demand(UserName, 'the name of a user'),
      path: Path ?? '/',
    })),
    roles,
    policies: demand(answer.Policies, 'the policies of the account'),
  };
}

/** The names of the roles in an instance profile. @throws ProbeError where it has no single one */
export function roleOfProfile({ roles }: AccountDetails, profile: string): string {
  const found = roles.filter(({ InstanceProfileList }) =>
    (InstanceProfileList ?? []).some(({ InstanceProfileName }) => InstanceProfileName === profile),
  );
  const [role] = found;
  if (!role || found.length > 1) throw new ProbeError('empty_subject', 'an instance profile has no single role');
  return demand(role.RoleName, 'the name of a role');
}
