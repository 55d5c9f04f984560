import type { Condition } from './iam-document.ts';
import { all, any, glob, matchArn, not, type Tri } from './iam-match.ts';

/**
 * What is known of a request: the values of a key (lower case), null where the request surely has no such key, and
 * undefined where it is not known.
 */
export type Context = (key: string) => readonly string[] | null | undefined;

/** Nothing is known: every condition may hold or not. */
export const unknownContext: Context = () => undefined;

/** What is known of whatever a role asks for, by condition key. */
export function knownOf(role: {
  arn: string;
  account: string;
  id?: string;
  tags?: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  const { arn, account, id, tags = {} } = role;
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value])),
    // The session of an instance is named after it.
    ...(id && { 'aws:userid': `${id}:i-00000000000000000` }),
    'aws:principalarn': arn,
    'aws:principalaccount': account,
    'aws:principaltype': 'AssumedRole',
    'aws:securetransport': 'true',
  };
}

/** Whether all conditions of a statement hold. What is not understood is `maybe`. */
export function conditionsHold(conditions: readonly Condition[], context: Context): Tri {
  return all(...conditions.map((condition) => holds(condition, context)));
}

function holds({ operator, key, values }: Condition, context: Context): Tri {
  const known = context(key);
  if (known === undefined || operator.includes(':')) return 'maybe';
  const [, name = '', ifExists] = /^(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') {
    return any(...values.map((v): Tri => ((v.toLowerCase() === 'true') === (known === null) ? 'yes' : 'no')));
  }
  const test = tests[name];
  if (!test) return 'maybe';
  if (known === null) return ifExists || test.negated ? 'yes' : 'no';
  const wanted = values.map((value) => resolved(value, context));
  const equal = any(...known.flatMap((k) => wanted.map((v) => (v.includes('${') ? 'maybe' : test.equal(v, k)))));
  return test.negated ? not(equal) : equal;
}

/** With the policy variables whose value is known; a wildcard in such a value is none. */
function resolved(value: string, context: Context): string {
  return value.replaceAll(/\$\{([^},]+)\}/g, (variable, key: string) => {
    const [only, ...more] = context(key.toLowerCase()) ?? [];
    return only === undefined || more.length > 0 || /[*?]/.test(only) ? variable : only;
  });
}

interface Test {
  readonly negated: boolean;
  equal(wanted: string, known: string): Tri;
}

const tri = (equal: boolean): Tri => (equal ? 'yes' : 'no');
const same = (a: string, b: string): Tri => tri(a === b);
const sameIgnoringCase = (a: string, b: string): Tri => tri(a.toLowerCase() === b.toLowerCase());
const like = (pattern: string, text: string): Tri => tri(glob(pattern, text));

const tests: Readonly<Record<string, Test>> = Object.assign(Object.create(null), {
  StringEquals: { negated: false, equal: same },
  StringNotEquals: { negated: true, equal: same },
  StringEqualsIgnoreCase: { negated: false, equal: sameIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, equal: sameIgnoringCase },
  StringLike: { negated: false, equal: like },
  StringNotLike: { negated: true, equal: like },
  ArnEquals: { negated: false, equal: matchArn },
  ArnLike: { negated: false, equal: matchArn },
  ArnNotEquals: { negated: true, equal: matchArn },
  ArnNotLike: { negated: true, equal: matchArn },
  Bool: { negated: false, equal: sameIgnoringCase },
});
