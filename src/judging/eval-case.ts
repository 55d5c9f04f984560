/** The documented convention for promptfoo cases (docs/skills.md): which skill, which kind, and what really asserts. */

export const caseKinds = ['normal', 'escalate', 'decline', 'edge', 'injection'] as const;
export type CaseKind = (typeof caseKinds)[number];

/** A case with `defaultTest` merged into it, as promptfoo merges it. */
export interface EvalCase {
  /** The file that it stands in. */
  readonly from: string;
  readonly description: string | undefined;
  /** `metadata.skill` */
  readonly skill: string | undefined;
  /** `metadata.case`, whatever it says. */
  readonly kind: string | undefined;
  /** `metadata.commit` */
  readonly commit: string | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly asserts: readonly unknown[];
  readonly threshold: number | undefined;
  /** Why what is judged is not what the agent says; undefined where it is. */
  readonly given?: string | undefined;
  /** What puts its scores together, and says in the end whether it passed: `assertScoringFunction`. */
  readonly scoring?: unknown;
  /** The values of its assertions that are scripts in files, and answer the same whatever the agent says. */
  readonly constant?: readonly string[];
  /** False where `asserts` is our reading of a table's cells, not what promptfoo makes of them. */
  readonly exact: boolean;
}

/** What it is called in evidence. */
export function labelOf({ description, kind, from }: EvalCase): string {
  return `${description ?? kind ?? 'a case without description'} (${from})`;
}

export function isKind(kind: string | undefined): kind is CaseKind {
  return caseKinds.some((k) => k === kind);
}

/** Whether something that the agent says could fail the case. */
export function asserts(one: Pick<EvalCase, 'asserts' | 'threshold' | 'given' | 'constant'>): boolean {
  return one.given === undefined && canFail(one.asserts, one.threshold, one.constant);
}

/** With a threshold, a case or a set passes once its score reaches that: those that always pass must not be enough. */
function canFail(assertions: readonly unknown[], threshold: unknown, constant?: readonly string[]): boolean {
  const real = assertions.filter((one) => isReal(one, constant));
  if (real.length === 0) return false;
  if (typeof threshold !== 'number') return true;
  const sure = weightOf(assertions.filter((one) => !real.includes(one)));
  return sure / (sure + weightOf(real)) < threshold;
}

function weightOf(assertions: readonly unknown[]): number {
  return assertions.reduce<number>((sum, one) => {
    const { weight } = (one ?? {}) as { weight?: unknown };
    return sum + (typeof weight === 'number' ? weight : 1);
  }, 0);
}

/** These measure the call, not the answer; a provider without guardrails passes them. */
const measures = new Set(['latency', 'cost', 'perplexity', 'perplexity-score', 'finish-reason', 'guardrails']);
/** By default the lowest score is enough for these. */
const scored = /^(?:answer-relevance|conversation-relevance|context-(?:faithfulness|recall|relevance))$/;
const texts = new Set(['contains', 'icontains', 'starts-with', 'contains-any', 'icontains-any', 'regex']);
const lists = new Set(['contains-any', 'contains-all', 'icontains-any', 'icontains-all']);
const graded = new Set(['llm-rubric', 'model-graded-closedqa', 'g-eval', 'factuality', 'search-rubric']);
const scripts = new Set(['javascript', 'python', 'ruby']);

/** Whether an assertion can fail. Those that always pass are told apart as far as their text shows it. */
export function isReal(assertion: unknown, constant: readonly string[] = []): boolean {
  if (typeof assertion !== 'object' || assertion === null) return false;
  const { type, value, weight, threshold, assert, transform } = assertion as Readonly<Record<string, unknown>>;
  // promptfoo lets every assertion of weight 0 pass.
  if (typeof type !== 'string' || type === '' || weight === 0) return false;
  if (typeof threshold === 'number' ? threshold <= 0 : scored.test(type)) return false;
  if (type === 'assert-set') return Array.isArray(assert) && canFail(assert, threshold, constant);
  if (isConstant(transform)) return false;
  if (measures.has(type.replace(/^not-/, ''))) return false;
  if (type === 'not-equals') return !isBlank(value);
  if (lists.has(type)) return !isTrivialList(type, value);
  if (type === 'regex') return typeof value === 'string' && !matchesAnything(value);
  if (texts.has(type) || graded.has(type)) return !isBlank(value);
  if (scripts.has(type)) return typeof value === 'string' && !constant.includes(value) && dependsOnOutput(value);
  return true;
}

function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 || value.every(isBlank);
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * One empty entry of a list makes "any" always true; "all" is always true when each is empty. In one text with commas
 * promptfoo drops empty entries.
 */
function isTrivialList(type: string, value: unknown): boolean {
  const entries = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',').filter((entry) => !isBlank(entry))
      : [];
  if (entries.length === 0) return true;
  return type.endsWith('-any') ? entries.some(isBlank) : entries.every(isBlank);
}

/** Whatever an agent says, be it one letter. What a pattern rules out by looking ahead is not worked out here. */
function matchesAnything(pattern: string): boolean {
  try {
    const regex = new RegExp(pattern);
    return !/\(\?<?!/.test(pattern) && ['a', '0 !', 'I cannot do that.'].every((text) => regex.test(text));
  } catch {
    return false;
  }
}

/** Whether a transform puts something of its own in the place of what the agent said, as far as its text shows it. */
export function isConstant(transform: unknown): boolean {
  return typeof transform === 'string' && !/=>|\bfunction\b|\breturn\b/.test(transform) && !dependsOnOutput(transform);
}

/** Code without comments, and with every text in it empty. */
function bared(code: string): string {
  return code
    .replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/(^|\s)(\/\/|#).*$/gm, ' ')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

/** The file that a value names as a script, without the function in it. */
export function scriptOf(value: unknown): string | undefined {
  return typeof value === 'string' ? /^file:\/\/(.+\.(?:[cm]?[jt]s|py|rb))(?::\w+)?$/.exec(value)?.[1] : undefined;
}

/**
 * Whether the functions of a script answer the same whatever the agent says: none looks at what it is given first, or
 * all return that it passed. A script without a function has it from elsewhere.
 */
export function isConstantScript(script: string): boolean {
  const bare = bared(script).replaceAll(/\s+/g, ' ');
  const heads = bare.matchAll(
    /\bfunction\b[^(]*\(\s*([^\s,():=]*)|\bdef\s+\w+(?:\s*\(\s*([^\s,():=]*)|[ ]+(\w+))?|\(\s*([^\s,():=]*)[^()]*\)\s*(?::[^=()]+)?=>|(\w+)\s*=>/g,
  );
  const first = [...heads].map(([, ...names]) => names.find((name) => name !== undefined) ?? '');
  if (first.length === 0 || /\barguments\b/.test(bare)) return false;
  const used = (name: string) =>
    !/^\w*$/.test(name) || (name !== '' && bare.split(new RegExp(`\\b${name}\\b`)).length > 2);
  return !first.some(used) || alwaysPasses(script);
}

/** Whether all that a script returns is that it passed. */
export function alwaysPasses(script: string): boolean {
  const bare = bared(script).replaceAll(/\s+/g, ' ');
  const passed =
    /(?:\breturn\b|=>(?!\s*\{))[\s(]*(?:\{(?:[^{}]*\bpass_?|\s*'')\s*:\s*)?(?:true|True)\b(?!\s*(?:if|and|&|\?|[=!<>]))/g;
  const all = bare.split(/\breturn\b|=>(?!\s*\{)/).length - 1;
  return all > 0 && all === [...bare.matchAll(passed)].length && !/\b(?:throw|raise|assert|expect)/.test(bare);
}

/** A script in a file is looked at where it is read; one in the text has to look at the output. */
function dependsOnOutput(code: string): boolean {
  if (/^file:\/\/\S/.test(code.trim()) || /^package:\S/.test(code.trim())) return true;
  const bare = bared(code).replaceAll(/\bcontext\s*(\?\.|\.)\s*(?:vars|test|config|prompt)\b/g, ' ');
  if (/(\|\||\bor\b)\s*(true|True|1|!0)\b/.test(bare) || /\b(true|True|1)\s*(\|\||\bor\b)/.test(bare)) return false;
  if (/\.length\s*(>=\s*0|>\s*-\s*\d+)\b/.test(bare)) return false;
  return /\b(output|context)\b/.test(bare) && !bare.split(/&&|\band\b/).every(onlyAsksForAnAnswer);
}

/** That there is some answer, or that it is a text: no agent that works fails it. */
function onlyAsksForAnAnswer(part: string): boolean {
  const text = part.replaceAll(/\breturn\b|[;\s]/g, '').replace(/^\((.*)\)$/, '$1');
  const answer = '(?:String\\()?output\\)?(?:\\.(?:trim|strip)\\(\\))?';
  return new RegExp(
    [
      `!*${answer}(?:(?:\\.length)?(?:>0|>=1|!==?0)?)`,
      `(?:Boolean|bool)\\(${answer}\\)`,
      `len\\(${answer}\\)(?:>0|>=1|!=0)?`,
      `${answer}(?:!==?|is ?not)(?:undefined|null|None|''|"")`,
      `typeof${answer}={2,3}''`,
      `isinstance\\(${answer},str\\)`,
    ]
      .map((one) => `^${one}$`)
      .join('|'),
  ).test(text);
}

/** Two cases with the same input are one, however they are labelled. */
export function inputOf({ vars, description }: EvalCase): string {
  return Object.keys(vars).length > 0 ? canonical(vars) : `description ${description ?? ''}`;
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Whether `run` is what promptfoo made of `configured`. Texts with `{{env.X}}` fit whatever the variable held. */
export function isRunOf(configured: EvalCase, run: EvalCase): boolean {
  const { description, skill, kind, vars, asserts, exact } = configured;
  return (
    fits(description ?? null, run.description ?? null) &&
    fits(skill ?? null, run.skill ?? null) &&
    fits(kind ?? null, run.kind ?? null) &&
    fits(vars, run.vars) &&
    (exact ? fits(asserts, run.asserts) : asserts.length === run.asserts.length) &&
    (configured.threshold ?? null) === (run.threshold ?? null)
  );
}

function fits(wanted: unknown, seen: unknown): boolean {
  if (typeof wanted === 'string' && typeof seen === 'string') return wanted === seen || fitsTemplate(wanted, seen);
  if (Array.isArray(wanted)) {
    return Array.isArray(seen) && wanted.length === seen.length && wanted.every((item, i) => fits(item, seen[i]));
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === seen;
  if (typeof seen !== 'object' || seen === null || Array.isArray(seen)) return false;
  const keys = Object.keys(wanted);
  return (
    keys.length === Object.keys(seen).length &&
    keys.every((key) => Object.hasOwn(seen, key) && fits((wanted as never)[key], (seen as never)[key]))
  );
}

function fitsTemplate(wanted: string, seen: string): boolean {
  const parts = wanted.split(/\{\{\s*env\.[^{}]*\}\}/);
  if (parts.length === 1) return false;
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (!seen.startsWith(first) || seen.length < first.length + last.length || !seen.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = seen.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= seen.length - last.length;
}
