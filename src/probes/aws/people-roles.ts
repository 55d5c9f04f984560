import type { RoleDetail } from '@aws-sdk/client-iam';
import type { Policy } from '../../judging/iam-document.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { type AccountDetails, accountDetails } from './account-details.ts';
import { type RolePolicies, readRole, trustOf } from './role-policies.ts';

export interface PeopleRoles {
  /** Roles that people take on: from the account, from another one, or as users of an identity provider (SAML). */
  readonly roles: readonly RolePolicies[];
  /** How many more there are whose policies cannot be told. */
  readonly unread: number;
  /** IAM users of the account; what they may do is not read. */
  readonly users: number;
}

/** The roles of the account that a person can take on, with what they may do. */
export const peopleRoles = awsProbe({
  id: 'aws/people-roles',
  needs: { accountDetails },
  async gather(aws, { accountDetails }): Promise<PeopleRoles> {
    const known = new Set(accountDetails.policies.map(({ Arn }) => Arn));
    const details = accountDetails.roles.filter((role) => isForPeople(trustOf(role)));
    const listed = details.filter((role) => policiesOf(role).every((arn) => known.has(arn)));
    const read = await Promise.all(listed.map((role) => readOr(aws, accountDetails, role)));
    const roles = read.filter((role) => role !== undefined);
    return { roles, unread: details.length - roles.length, users: accountDetails.users.length };
  },
});

function isForPeople(trust: Policy | undefined): boolean {
  const allows = trust?.statements.filter(({ effect }) => effect === 'Allow') ?? [];
  const bySaml = /^sts:(AssumeRoleWithSAML|\*)$/i;
  return allows.some(
    ({ principals, actions }) =>
      (principals?.patterns.length ?? 0) > 0 ||
      (!actions.not && actions.patterns.some((action) => bySaml.test(action))),
  );
}

function policiesOf({ AttachedManagedPolicies = [], PermissionsBoundary }: RoleDetail): (string | undefined)[] {
  const boundary = PermissionsBoundary ? [PermissionsBoundary.PermissionsBoundaryArn] : [];
  return [...AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn), ...boundary];
}

/** The roles of a large account are many people's; one that is not of the grammar says nothing about the others. */
async function readOr(aws: AwsPort, details: AccountDetails, role: RoleDetail): Promise<RolePolicies | undefined> {
  try {
    return await readRole(aws, details, role.RoleName ?? '');
  } catch (thrown) {
    if (thrown instanceof ProbeError) return undefined;
    throw thrown;
  }
}
