import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { type EvalCase, isConstant } from '../../judging/eval-case.ts';
import { ProbeError } from '../../model/reason.ts';

export type Dict = Readonly<Record<string, unknown>>;

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const malformed = (what: string) =>
  new ProbeError('bad_response', `a promptfoo configuration ${what}`, { next: 'Run promptfoo validate on it.' });

/**
 * YAML or JSON as promptfoo reads it: of YAML 1.2 whatever the file says of its version, with `<<`. Aliases are bounded,
 * and a key that is there twice is an error, not the last one.
 */
export function parseData(text: string, what: string, merge = true): unknown {
  const document = parseDocument(text, { schema: 'core', resolveKnownTags: false, merge, prettyErrors: false });
  if (document.errors.length + document.warnings.length > 0) {
    throw new ProbeError('bad_response', `${what} is neither YAML nor JSON`, { next: 'Mend the file.' });
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new ProbeError('bad_response', `${what} has too many aliases`);
  }
}

/** `file://x` or `x` as named in `from`, as a path below the folder of the environment file. */
export function resolvePath(reference: string, from: string): string {
  return posix.join(posix.dirname(from), reference.replace(/^file:\/\//, ''));
}

/** Local references (`$ref: '#/…'`) in a list of assertions, replaced by what they name. */
export function dereference(value: unknown, root: unknown, depth = 0): unknown {
  if (depth > 20) throw malformed('has references in a circle');
  if (Array.isArray(value)) return value.map((item) => dereference(item, root, depth + 1));
  if (!isDict(value)) return value;
  const reference = value['$ref'];
  if (typeof reference !== 'string') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dereference(item, root, depth + 1)]));
  }
  if (!reference.startsWith('#/')) throw malformed('has a $ref to another file, which is not followed');
  let target: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    target = isDict(target) && Object.hasOwn(target, part) ? target[part] : undefined;
  }
  if (target === undefined) throw malformed('has a $ref to something that is not there');
  return dereference(target, root, depth + 1);
}

function dictOr(value: unknown, what: string): Dict {
  if (value === undefined || value === null) return {};
  if (!isDict(value)) throw malformed(`has ${what} that is not a mapping`);
  return value;
}

function listOr(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed(`has ${what} that is not a list`);
  return value;
}

/** One case of each combination of the values that are lists, as promptfoo runs them. */
export function casesOf(test: Dict, defaults: Dict, from: string): EvalCase[] {
  const metadata = { ...dictOr(defaults['metadata'], 'metadata'), ...dictOr(test['metadata'], 'metadata') };
  const options = dictOr(test['options'], 'options');
  const inherited = options['disableDefaultAsserts'] === true ? [] : listOr(defaults['assert'], 'an assert');
  const { transform, postprocess } = { ...dictOr(defaults['options'], 'options'), ...options };
  const threshold = test['threshold'] ?? defaults['threshold'];
  const vars = { ...dictOr(defaults['vars'], 'vars'), ...dictOr(test['vars'], 'vars') };
  return combinations(vars).map((vars) => ({
    from,
    description: text(test['description']),
    skill: text(metadata['skill']),
    kind: text(metadata['case']),
    commit: text(metadata['commit']),
    vars,
    asserts: [...inherited, ...listOr(test['assert'], 'an assert')],
    threshold: typeof threshold === 'number' ? threshold : undefined,
    scoring: test['assertScoringFunction'] || defaults['assertScoringFunction'],
    given: givenBy(test['providerOutput'] ?? defaults['providerOutput'], transform ?? postprocess),
    exact: true,
  }));
}

function givenBy(output: unknown, transform: unknown): string | undefined {
  if (output !== undefined && output !== null) return 'its output is in the case, so the agent is not asked';
  return isConstant(transform) ? 'its transform puts a constant in the place of the output' : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function combinations(vars: Dict): Dict[] {
  let all: Dict[] = [{}];
  for (const [key, value] of Object.entries(vars)) {
    const values = Array.isArray(value) && value.length > 0 ? value : [value];
    all = all.flatMap((sofar) => values.map((one) => ({ ...sofar, [key]: one })));
    if (all.length > 10_000) throw malformed('has more than 10,000 combinations of values in one case');
  }
  return all;
}
