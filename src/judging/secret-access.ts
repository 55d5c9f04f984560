import { type Context, knownOf } from './iam-condition.ts';
import type { Policy } from './iam-document.ts';
import { glob, type Tri } from './iam-match.ts';
import { type IdentityPolicies, identityAllows, type Request, roleAllows } from './iam-policy.ts';

/** What this file needs of a role and of a secret. */
export type RoleOf = IdentityPolicies & { readonly arn: string; readonly account: string };

export interface SecretOf {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: Policy | undefined;
}

/** What a role may do with a secret. */
export interface Access {
  /** `maybe`: it hangs on a condition that cannot be seen from here. */
  readonly allowed: Tri;
  /** By the role's own policies alone: what the policy simulation of IAM can be compared with. */
  readonly byIdentity: Tri;
}

export const readAction = 'secretsmanager:GetSecretValue';

export function readAccess(role: RoleOf, secret: SecretOf): Access {
  const request: Request = { action: readAction, resource: secret.arn, context: contextOf(role, secret) };
  return { allowed: roleAllows(role, secret.policy, request), byIdentity: identityAllows(role, request) };
}

/**
 * A secret that does not exist, in the account and region of another: whoever may read it may read any that is made
 * there. It keeps the question open where no second secret exists.
 */
export function strangerTo(secret: { readonly arn: string }): SecretOf {
  const place = secret.arn.split(':').slice(0, 6).join(':');
  return { arn: `${place}:clawcheck-no-such-secret-Zz0Yy9`, tags: {}, policy: undefined };
}

/**
 * Secrets of other regions and accounts that statements of the role name, of which no list is read: one that fits each
 * pattern, and one of another region, for statements that name what they leave out.
 */
export function strangersElsewhere({ policies }: RoleOf, own: { readonly arn: string }): SecretOf[] {
  const place = (arn: string) => arn.split(':').slice(3, 5);
  const [region = '', account = ''] = place(own.arn);
  const named = policies.flatMap(({ statements }) =>
    statements.flatMap(({ effect, resources }) => (effect === 'Allow' && !resources?.not && resources?.patterns) || []),
  );
  const away = named.filter((pattern) => {
    const [r = '', a = ''] = place(pattern);
    return /^arn:[^:]+:secretsmanager:/.test(pattern) && !(glob(r, region) && glob(a, account));
  });
  const samples = away.map((pattern) => pattern.replaceAll('*', '0').replaceAll('?', '0'));
  const beyond = strangerTo({ arn: own.arn.replace(`:${region}:`, ':elsewhere-1:') }).arn;
  return [...new Set([...samples, beyond])].map((arn) => ({ arn, tags: {}, policy: undefined }));
}

function contextOf(role: RoleOf, secret: SecretOf): Context {
  const known: Readonly<Record<string, string>> = {
    ...knownOf(role),
    'aws:resourceaccount': secret.arn.split(':')[4] ?? '',
  };
  const tags = new Map(Object.entries(secret.tags).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => {
    const [, tag] = /^(?:aws|secretsmanager):resourcetag\/(.+)$/.exec(key) ?? [];
    const value = tag === undefined ? known[key] : tags.get(tag);
    if (value !== undefined) return [value];
    return tag === undefined ? undefined : null;
  };
}
