import type { Condition, Policy, Statement } from './iam-document.ts';

/** Keys that say who asks or from where, and the values that bound a grant to everyone. */
const bounding: Readonly<Record<string, (value: string, account: string) => boolean>> = {
  'aws:principalaccount': (value, account) => value === account,
  'aws:principalarn': (value, account) => value.split(':')[4] === account,
  'aws:sourceaccount': (value, account) => value === account,
  'aws:sourcearn': (value, account) => value.split(':')[4] === account,
  'aws:sourcevpc': (value) => /^vpc-[0-9a-f]+$/.test(value),
  'aws:sourcevpce': (value) => /^vpce-[0-9a-f]+$/.test(value),
};
const boundingOperators = /^(?:ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/**
 * Whom outside the account a resource policy lets in: `everyone`, or all of an organization, where a grant to `*` is
 * bounded by no condition on who asks, and each other account by its number. Denials are not weighed: a grant to strangers is wrong with them too.
 */
export function outsiders(policy: Policy, account: string): readonly string[] {
  const allows = policy.statements.filter(({ effect }) => effect === 'Allow');
  return [...new Set(allows.flatMap((statement) => outsidersOf(statement, account)))];
}

function outsidersOf({ principals, federated, conditions }: Statement, account: string): string[] {
  if (federated) return ['those whom an identity provider vouches for'];
  if (!principals) return [];
  if (principals.not) return ['everyone but some'];
  return principals.patterns.flatMap((pattern) => {
    if (pattern === '*') {
      const ofOrganization = conditions.some(({ key }) => key.startsWith('aws:principalorg'));
      return conditions.some((c) => bounds(c, account)) ? [] : [ofOrganization ? 'an organization' : 'everyone'];
    }
    const [, other] = /^(\d{12})$/.exec(pattern) ?? /^arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(pattern) ?? [];
    if (other === account) return [];
    // A principal that was deleted stays as its unique id and lets nobody in.
    if (!other && /^A[A-Z]{3}[A-Z0-9]{12,}$/.test(pattern)) return [];
    return [other ? `account ${other}` : 'a principal that is not of this account'];
  });
}

function bounds({ operator, key, values }: Condition, account: string): boolean {
  const test = bounding[key];
  if (!test || !boundingOperators.test(operator)) return false;
  return values.length > 0 && values.every((value) => test(value, account));
}
