import type { TrustedRole } from '../../judging/role-trust.ts';
import { awsProbe } from '../../model/probe.ts';
import { accountDetails } from './account-details.ts';
import { demand } from './demand.ts';
import { trustOf } from './role-policies.ts';

/** Who may take on each role of the account. */
export const roleTrusts = awsProbe({
  id: 'aws/role-trusts',
  needs: { accountDetails },
  gather: async (_aws, { accountDetails }): Promise<readonly TrustedRole[]> =>
    accountDetails.roles.map((role) => ({ arn: demand(role.Arn, 'the ARN of a role'), trust: trustOf(role) })),
});
