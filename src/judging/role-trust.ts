import { knownOf } from './iam-condition.ts';
import type { Policy } from './iam-document.ts';
import { all, any, type Tri } from './iam-match.ts';
import { identityAllows, type Principal, type Request, resourceAllows } from './iam-policy.ts';
import type { RoleOf } from './secret-access.ts';

/** A role and who may take it on; undefined where that is not of the grammar of IAM policies. */
export interface TrustedRole {
  readonly arn: string;
  readonly trust: Policy | undefined;
}

/**
 * Whether a role may take on another of its account. A trust policy that names it, or everyone, is enough by itself:
 * within an account no identity policy is needed then. One that names the account leaves it to the identity policies.
 */
export function mayTakeOn(role: RoleOf, other: TrustedRole): Tri {
  if (!other.trust) return 'maybe';
  const known = knownOf(role);
  const request: Request = {
    action: 'sts:AssumeRole',
    resource: other.arn,
    context: (key) => {
      const value = known[key];
      // Credentials of a role never carry a second factor.
      return value === undefined ? (key === 'aws:multifactorauthpresent' ? null : undefined) : [value];
    },
  };
  const isLetIn = (arn: string): Tri => {
    const principal: Principal = { kind: 'role', arn, account: role.account };
    return resourceAllows(other.trust, principal, request);
  };
  const account = any(isLetIn(role.arn.replace(/:role\/.*$/, ':root')), isLetIn(role.account));
  return any(isLetIn(role.arn), all(account, identityAllows(role, request)));
}
