import type { Environment } from '../environment/schema.ts';
import type { Facts, Needs } from './probe.ts';
import type { Reason } from './reason.ts';

export type NonEmpty<T> = readonly [T, ...T[]];

/**
 * One thing that was seen. `fact` names the need that it was read from, so source and time follow from the probe and
 * cannot be misstated. Texts are short; the report makes them ASCII.
 */
export interface Observation<F extends string = string> {
  readonly fact: F;
  /** What was looked at: an ARN, an id, a path. */
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
}

/** An observation and whether it is as it should be. */
export interface Finding<F extends string = string> extends Observation<F> {
  readonly ok: boolean;
}

export interface Pass<F extends string> {
  readonly outcome: 'pass';
  readonly evidence: NonEmpty<Observation<F>>;
  /** What shows that the opposite would have been seen: needed wherever the claim is a negative. */
  readonly controls: readonly Observation<F>[];
}

export interface Fail<F extends string> {
  readonly outcome: 'fail';
  readonly evidence: NonEmpty<Observation<F>>;
}

/** All facts are there and still do not decide it: a control failed, two sources disagree, the set is empty. */
export interface Undetermined<F extends string> {
  readonly outcome: 'undetermined';
  readonly reason: Reason;
  readonly message: string;
  readonly evidence: readonly Observation<F>[];
}

export type Judgement<F extends string> = Pass<F> | Fail<F> | Undetermined<F>;

export interface JudgeContext {
  readonly environment: Environment;
  /** The other environments of the file. */
  readonly others: readonly Environment[];
  /** The start of the run: the only clock that a check may read. */
  readonly now: Date;
}

export interface Check<N extends Needs = Needs> {
  /** The good state, as a claim. */
  readonly title: string;
  /** The headline when it does not hold. */
  readonly failureTitle: string;
  readonly why: string;
  /** What a shallower look takes for a pass, and this check does not. */
  readonly trap?: string;
  readonly remediation: string;
  /** A person may state this where no machine can see it; it turns `unknown` into `attested`, never a failure. */
  readonly attestable?: boolean;
  readonly needs: N;
  judge(facts: Facts<N>, context: JudgeContext): Judgement<keyof N & string>;
}

/** Declares a check: an identity function that lets the types of the facts follow from `needs`. */
export function check<const N extends Needs>(definition: Check<N>): Check<N> {
  return definition;
}

export interface Area {
  readonly title: string;
  readonly why: string;
  /** By name, in the order of the report. The id of a check is `<area>/<name>`, and its file has that name. */
  // biome-ignore lint/suspicious/noExplicitAny: the checks of an area need different facts
  readonly checks: Readonly<Record<string, Check<any>>>;
}

export function area(definition: Area): Area {
  return definition;
}

export function pass<const F extends string>(
  evidence: NonEmpty<Observation<F>>,
  controls: readonly Observation<NoInfer<F>>[] = [],
): Pass<F> {
  return { outcome: 'pass', evidence, controls };
}

export function fail<const F extends string>(evidence: NonEmpty<Observation<F>>): Fail<F> {
  return { outcome: 'fail', evidence };
}

export function undetermined<const F extends string>(
  reason: Reason,
  message: string,
  evidence: readonly Observation<F>[] = [],
): Undetermined<F> {
  return { outcome: 'undetermined', reason, message, evidence };
}

/**
 * The usual judgement: every finding must be as it should be. No finding at all is `empty_subject`, never a pass.
 * A failure shows what is wrong first, and only that.
 */
export function judgeAll<const F extends string>(
  findings: readonly Finding<F>[],
  more: { readonly empty?: string; readonly controls?: readonly Observation<NoInfer<F>>[] } = {},
): Judgement<F> {
  const wrong = findings.filter((finding) => !finding.ok).map(withoutOk);
  if (isNonEmpty(wrong)) return fail(wrong);
  const right = findings.map(withoutOk);
  if (isNonEmpty(right)) return pass(right, more.controls ?? []);
  return undetermined('empty_subject', more.empty ?? 'nothing was found that this could be judged on');
}

export function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}

function withoutOk<F extends string>({ fact, subject, expected, observed }: Finding<F>): Observation<F> {
  return { fact, subject, expected, observed };
}
