import { type Check, isNonEmpty, type JudgeContext, type Judgement, type Observation } from '../model/check.ts';
import { sources } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import type { CheckResult, Evidence, ReasonDetail } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { asProbeError, type Gathered, isHostScoped } from './gather.ts';

/** What a check came to on the deployment, or on one host of it, before waivers and attestations. */
export interface Outcome {
  readonly status: 'pass' | 'fail' | 'unknown';
  readonly reason: ReasonDetail | null;
  readonly evidence: readonly Evidence[];
  readonly controls: readonly Evidence[];
}

// biome-ignore lint/suspicious/noExplicitAny: a check of any facts
export type AnyCheck = Check<any>;

/**
 * Judges one check on gathered facts. The only place where `unknown` is made: a fact that could not be observed, a
 * judgement that could not decide, a defect in the check, and a pass that nothing supports.
 */
export function judge(
  check: AnyCheck,
  facts: Readonly<Record<string, Gathered>>,
  context: JudgeContext,
  instance?: string,
): Outcome {
  const lost = Object.values(facts).find((fact) => !fact.ok);
  if (lost && !lost.ok) return unknown(lost.error);
  const values = Object.fromEntries(Object.entries(facts).map(([name, f]) => [name, f.ok ? f.value : undefined]));
  let judgement: Judgement<string>;
  try {
    judgement = check.judge(values, context);
  } catch (thrown) {
    return unknown(asProbeError(thrown, 'check'));
  }
  const cite = (observation: Observation) => citation(check, facts, observation, instance);
  const evidence = judgement.evidence.map(cite);
  switch (judgement.outcome) {
    case 'undetermined':
      return { ...unknown(new ProbeError(judgement.reason, judgement.message)), evidence };
    case 'fail':
      return { status: 'fail', reason: null, evidence, controls: [] };
    case 'pass': {
      const controls = [...judgement.controls.map(cite), ...looksOf(check, facts, instance)];
      if (!isNonEmpty(evidence)) return unknown(new ProbeError('empty_subject', 'nothing was found to judge'));
      if (!isNonEmpty(controls))
        return unknown(new ProbeError('no_control', 'nothing shows that the opposite would have been seen'));
      return { status: 'pass', reason: null, evidence, controls };
    }
  }
}

export function unknown(error: ProbeError): Outcome {
  const { reason: code, message, next, action } = error;
  return {
    status: 'unknown',
    reason: { code, message: inert(message), ...(next && { next }), ...(action && { action }) },
    evidence: [],
    controls: [],
  };
}

/** One outcome for all hosts: any failure fails, any unknown is unknown, and no host at all is unknown. */
export function merge(outcomes: readonly Outcome[]): Outcome {
  const worst =
    outcomes.find((o) => o.status === 'fail') ?? outcomes.find((o) => o.status === 'unknown') ?? outcomes[0];
  if (!worst) return unknown(new ProbeError('empty_subject', 'there is no instance to look at'));
  const alike = outcomes.filter((o) => o.status === worst.status);
  return {
    status: worst.status,
    reason: worst.reason,
    evidence: once(alike.flatMap((o) => o.evidence)),
    controls: once(alike.flatMap((o) => o.controls)),
  };
}

/** What is of no single host stands behind the judgement of each, and is told once. */
function once(all: readonly Evidence[]): Evidence[] {
  const told = new Set<string>();
  return all.filter(({ instance, subject, expected, observed, source, observedAt }) => {
    if (instance !== undefined) return true;
    const text = [source, observedAt, subject, expected, observed].join('\n');
    return !told.has(text) && told.add(text);
  });
}

function citation(
  check: AnyCheck,
  facts: Readonly<Record<string, Gathered>>,
  seen: Observation,
  instance?: string,
): Evidence {
  const fact = facts[seen.fact];
  const kind = check.needs[seen.fact]?.kind as keyof typeof sources | undefined;
  if (!fact || !kind) throw new Error(`evidence cites ${seen.fact}, which the check does not need`);
  return {
    subject: inert(seen.subject),
    expected: inert(seen.expected),
    observed: inert(seen.observed),
    source: sources[kind],
    observedAt: fact.at.toISOString(),
    ...(instance && isHostScoped(check.needs[seen.fact]) && { instance }),
  };
}

/** The answered looks behind the facts of a check, as controls: what is judged was really seen. */
function looksOf(check: AnyCheck, facts: Readonly<Record<string, Gathered>>, instance?: string): Evidence[] {
  return Object.entries(facts).flatMap(([name, fact]) => {
    const controls =
      looked.get(fact) ?? fact.looks.map(({ at, answer }) => citation(check, facts, look(name, at, answer)));
    looked.set(fact, controls);
    return instance && isHostScoped(check.needs[name])
      ? controls.map((control) => ({ ...control, instance }))
      : controls;
  });
}

/** The same fact stands behind many checks. */
const looked = new WeakMap<Gathered, readonly Evidence[]>();

function look(fact: string, subject: string, observed: string): Observation {
  return { fact, subject, expected: 'an answer', observed };
}

/** The result of a check as it stands in the report, before waivers and attestations. */
export function resultOf(id: string, check: AnyCheck, outcome: Outcome): CheckResult {
  const [first] = outcome.evidence;
  return {
    id,
    title: check.title,
    status: outcome.status,
    headline: outcome.status === 'fail' ? check.failureTitle : check.title,
    reason: outcome.reason,
    expected: first?.expected ?? check.title,
    observed: first?.observed ?? outcome.reason?.message ?? '',
    evidence: outcome.evidence,
    controls: outcome.controls,
    remediation: check.remediation,
    waiver: null,
    attestation: null,
    notApplicable: null,
  };
}
