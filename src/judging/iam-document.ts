import { ProbeError } from '../model/reason.ts';

/** The patterns of an element, or of its `Not…` form. */
export interface Patterns {
  readonly not: boolean;
  readonly patterns: readonly string[];
}

export interface Condition {
  /** As written, such as `StringEqualsIfExists`. */
  readonly operator: string;
  /** Lower case: keys are compared without regard to case. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  /** Undefined in a resource policy that names none: the resource that it is attached to. */
  readonly resources: Patterns | undefined;
  /** Undefined in an identity policy. `AWS` principals only, `*` for everyone; services and federations are dropped. */
  readonly principals: Patterns | undefined;
  /** Whether it is for those whom an identity provider vouches for. */
  readonly federated?: boolean;
  readonly conditions: readonly Condition[];
}

/** A policy document, normalised. */
export interface Policy {
  /** Where it comes from: `inline <name>`, or the ARN of the managed policy or resource. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

export type PolicyKind = 'identity' | 'resource' | 'trust';

const statementKeys = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];

/**
 * Reads a policy document, URL-encoded as the IAM API gives it or plain as other services and emulators do.
 * @param kind a resource policy names principals, an identity policy resources, a trust policy no resource
 * @throws ProbeError `bad_response` for anything that is not of the policy grammar: a policy that is not understood
 * is never one that allows nothing
 */
export function parsePolicy(text: string | undefined, name: string, kind: PolicyKind): Policy {
  const document = object(json(text));
  for (const key of Object.keys(document)) if (!['Version', 'Id', 'Statement'].includes(key)) throw malformed();
  const { Statement: statement } = document;
  if (statement === undefined || statement === null) throw malformed();
  const list = Array.isArray(statement) ? statement : [statement];
  return { name, statements: list.map((s) => parseStatement(object(s), kind)) };
}

function json(text: string | undefined): unknown {
  let plain = text?.trim() ?? '';
  try {
    for (let round = 0; round < 2 && /^(%7b|%20|%0a)/i.test(plain); round += 1)
      plain = decodeURIComponent(plain).trim();
    return JSON.parse(plain);
  } catch {
    throw malformed();
  }
}

function parseStatement(s: Readonly<Record<string, unknown>>, kind: PolicyKind): Statement {
  for (const key of Object.keys(s)) if (!statementKeys.includes(key)) throw malformed();
  const { Effect: effect } = s;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed();
  const actions = patternsOf(s, 'Action');
  const resources = patternsOf(s, 'Resource');
  const principals = principalsOf(s);
  if (!actions) throw malformed();
  if (kind === 'identity' ? !resources || principals : !principals) throw malformed();
  if (kind === 'trust' && resources) throw malformed();
  const federated = Object.hasOwn(Object(s['Principal']), 'Federated') && { federated: true };
  return { effect, actions, resources, principals, ...federated, conditions: conditionsOf(s['Condition']) };
}

function patternsOf(s: Readonly<Record<string, unknown>>, element: string): Patterns | undefined {
  const [plain, negated] = [s[element], s[`Not${element}`]];
  if (plain !== undefined && negated !== undefined) throw malformed();
  if (plain === undefined && negated === undefined) return undefined;
  return { not: negated !== undefined, patterns: texts(plain ?? negated) };
}

function principalsOf(s: Readonly<Record<string, unknown>>): Patterns | undefined {
  const [plain, negated] = [s['Principal'], s['NotPrincipal']];
  if (plain !== undefined && negated !== undefined) throw malformed();
  const given = plain ?? negated;
  if (given === undefined) return undefined;
  const not = negated !== undefined;
  if (typeof given === 'string') {
    if (given !== '*') throw malformed();
    return { not, patterns: ['*'] };
  }
  const known = object(given);
  for (const type of Object.keys(known)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type)) throw malformed();
  }
  return { not, patterns: known['AWS'] === undefined ? [] : texts(known['AWS']) };
}

function conditionsOf(given: unknown): Condition[] {
  if (given === undefined || given === null) return [];
  return Object.entries(object(given)).flatMap(([operator, keys]) =>
    Object.entries(object(keys)).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: texts(values, true),
    })),
  );
}

function texts(value: unknown, scalars = false): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (scalars && (typeof item === 'boolean' || typeof item === 'number')) return String(item);
    throw malformed();
  });
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>;
}

function malformed(): ProbeError {
  return new ProbeError('bad_response', 'a policy document is not of the grammar of IAM policies');
}
