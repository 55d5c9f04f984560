import { type Context, conditionsHold } from './iam-condition.ts';
import { parsePolicy } from './iam-document.ts';
import { all, any, matchAction, matchArn, not, type Tri } from './iam-match.ts';

export interface ServiceRequest {
  /** Such as `sns.amazonaws.com`. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** The ARN of what the service acts for. */
  readonly source: string;
  readonly account: string;
  /** What else is known of the request, by condition key in lower case. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Whether the policy of a resource lets an AWS service do something on behalf of a resource of the account. */
export function policyGrantsService(policy: string | undefined, request: ServiceRequest): Tri {
  if (policy === undefined) return 'no';
  const { statements } = parsePolicy(policy, request.resource, 'resource');
  const given = (JSON.parse(policy) as { Statement: unknown }).Statement;
  const raw: readonly unknown[] = Array.isArray(given) ? given : [given];
  const context = contextOf(request);
  const judged = statements.map((statement, i) => {
    const { actions, resources, conditions, effect } = statement;
    const action = any(...actions.patterns.map((p) => matchAction(p, request.action)));
    const resource = resources ? any(...resources.patterns.map((p) => matchArn(p, request.resource))) : 'yes';
    const fit = all(
      isMeant(raw[i], request.service),
      actions.not ? not(action) : action,
      resources?.not ? not(resource) : resource,
      conditionsHold(conditions, context),
    );
    return { effect, fit };
  });
  const of = (effect: string) => any(...judged.filter((j) => j.effect === effect).map((j) => j.fit));
  return all(of('Allow'), not(of('Deny')));
}

function isMeant(statement: unknown, service: string): Tri {
  const { Principal: plain, NotPrincipal: negated } = statement as Record<string, unknown>;
  if (negated !== undefined) return 'maybe';
  if (plain === '*') return 'yes';
  const { AWS: aws, Service: services } = plain as Record<string, unknown>;
  const has = (value: unknown, wanted: string) => value === wanted || (Array.isArray(value) && value.includes(wanted));
  return has(aws, '*') || has(services, service) ? 'yes' : 'no';
}

function contextOf({ service, source, account, context }: ServiceRequest): Context {
  const known: Readonly<Record<string, readonly string[]>> = {
    ...context,
    'aws:sourcearn': [source],
    'aws:sourceaccount': [account],
    'aws:sourceowner': [account],
    'aws:securetransport': ['true'],
    'aws:principalisawsservice': ['true'],
    'aws:principalservicename': [service],
  };
  return (key) => (Object.hasOwn(known, key) ? known[key] : undefined);
}
