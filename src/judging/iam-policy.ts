import { type Context, conditionsHold, unknownContext } from './iam-condition.ts';
import type { Patterns, Policy, Statement } from './iam-document.ts';
import { all, any, matchAction, matchArn, not, type Tri } from './iam-match.ts';

/** Who asks. Nobody has no identity policies: whoever reaches the resource without signing. */
export type Principal =
  | { readonly kind: 'role'; readonly arn: string; readonly account: string }
  | { readonly kind: 'anonymous' };

export interface Request {
  readonly action: string;
  /** An ARN; undefined asks whether there is any resource at all. */
  readonly resource: string | undefined;
  readonly context?: Context;
}

/** The identity policies of a principal, and the boundary that bounds them. */
export interface IdentityPolicies {
  readonly policies: readonly Policy[];
  readonly boundary: Policy | undefined;
}

/**
 * Whether identity policies allow a request: `maybe` where it hangs on a condition or variable that is not known. An
 * explicit deny that surely applies always wins; one that only may apply never counts as a denial (`maybe` remains).
 */
export function identityAllows({ policies, boundary }: IdentityPolicies, request: Request): Tri {
  const statements = policies.flatMap((p) => p.statements);
  const bound = boundary ? decision(boundary.statements, request) : 'yes';
  return all(decision(statements, request), bound);
}

/**
 * Whether a role may do it, given the resource's own policy too: in one account either may allow it, and a deny in any
 * wins. A grant of the resource's policy counts even outside the boundary, which does not bound every such grant.
 */
export function roleAllows(
  role: IdentityPolicies & { readonly arn: string; readonly account: string },
  resourcePolicy: Policy | undefined,
  request: Request,
): Tri {
  const principal: Principal = { kind: 'role', arn: role.arn, account: role.account };
  const statements = [...role.policies, ...(role.boundary ? [role.boundary] : [])].flatMap((p) => p.statements);
  const granted = any(identityAllows(role, request), resourceGrants(resourcePolicy, principal, request));
  const denied = any(denies(statements, request), resourceDenies(resourcePolicy, principal, request));
  return all(granted, not(denied));
}

/** Whether a resource's policy alone lets the principal do it. */
export function resourceAllows(policy: Policy | undefined, principal: Principal, request: Request): Tri {
  return all(resourceGrants(policy, principal, request), not(resourceDenies(policy, principal, request)));
}

/** The statement's fit to a request, without its effect. */
export function applies(statement: Statement, { action, resource, context }: Request): Tri {
  const actions = fits(statement.actions, action, matchAction);
  if (actions === 'no') return 'no';
  const conditions = conditionsHold(statement.conditions, context ?? unknownContext);
  const resources = resource === undefined ? anyResource(statement) : fits(statement.resources, resource, matchArn);
  return all(actions, resources, conditions);
}

function decision(statements: readonly Statement[], request: Request): Tri {
  const allowed = any(...statements.filter((s) => s.effect === 'Allow').map((s) => applies(s, request)));
  return all(allowed, not(denies(statements, request)));
}

function denies(statements: readonly Statement[], request: Request): Tri {
  return any(...statements.filter((s) => s.effect === 'Deny').map((s) => applies(s, request)));
}

function resourceGrants(policy: Policy | undefined, principal: Principal, request: Request): Tri {
  const allows = (policy?.statements ?? []).filter((s) => s.effect === 'Allow');
  return any(...allows.map((s) => all(applies(s, request), grantedTo(s.principals, principal))));
}

function resourceDenies(policy: Policy | undefined, principal: Principal, request: Request): Tri {
  const denials = (policy?.statements ?? []).filter((s) => s.effect === 'Deny');
  return any(...denials.map((s) => all(applies(s, request), deniedTo(s.principals, principal))));
}

/** An allow for the account only lets its identity policies decide, so it grants nothing by itself. */
function grantedTo(principals: Patterns | undefined, principal: Principal): Tri {
  if (!principals) return 'maybe';
  const meant = any(...principals.patterns.map((p) => (p === '*' ? 'yes' : isPrincipal(p, principal))));
  if (!principals.not) return meant;
  return meant === 'yes' ? 'no' : 'maybe';
}

function deniedTo(principals: Patterns | undefined, principal: Principal): Tri {
  if (!principals || principals.not) return 'maybe';
  const meant = (p: string) => (p === '*' || isAccount(p, principal) ? 'yes' : isPrincipal(p, principal));
  return any(...principals.patterns.map(meant));
}

/** One session of a role (`arn:aws:sts::<account>:assumed-role/<role>/<session>`) may be the one that asks. */
function isPrincipal(pattern: string, principal: Principal): Tri {
  if (principal.kind === 'anonymous') return 'no';
  if (pattern === principal.arn) return 'yes';
  const name = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  return pattern.includes(`:sts::${principal.account}:assumed-role/${name}/`) ? 'maybe' : 'no';
}

function isAccount(pattern: string, principal: Principal): boolean {
  if (principal.kind === 'anonymous') return false;
  return pattern === principal.account || pattern.endsWith(`:iam::${principal.account}:root`);
}

function fits(given: Patterns | undefined, value: string, match: (pattern: string, value: string) => Tri): Tri {
  if (!given) return 'yes';
  const matched = any(...given.patterns.map((p) => match(p, value)));
  return given.not ? not(matched) : matched;
}

/** Whether a statement reaches some resource (an allow), or surely every resource (a deny). */
function anyResource({ effect, resources }: Statement): Tri {
  if (!resources) return 'yes';
  const everything = resources.patterns.includes('*');
  if (resources.not) return everything ? 'no' : effect === 'Allow' ? 'yes' : 'maybe';
  return effect === 'Allow' || everything ? 'yes' : 'maybe';
}
