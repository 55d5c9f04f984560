import type { Check, JudgeContext, Judgement } from '../../src/model/check.ts';
import type { Facts, Needs } from '../../src/model/probe.ts';
import { reasons } from '../../src/model/reason.ts';
import { goodEnvironment, goodOthers, now } from './rig.ts';

/** Judges literal facts, given as far as the check reads them. `changes` alters the good environment by dotted path. */
export function judgeFacts<N extends Needs>(
  check: Check<N>,
  facts: { readonly [K in keyof Facts<N>]: unknown },
  changes: Readonly<Record<string, unknown>> = {},
): Judgement<keyof N & string> {
  const context: JudgeContext = { environment: goodEnvironment(changes), others: goodOthers(), now };
  const judgement = check.judge(facts as Facts<N>, context);
  demandForm(check, judgement);
  return judgement;
}

/** A verdict shows what it rests on, cites only facts that the check reads, and gives a reason that there is. */
function demandForm(check: Check, judgement: Judgement<string>): void {
  const cited = [...judgement.evidence, ...(judgement.outcome === 'pass' ? judgement.controls : [])];
  const foreign = cited.find(({ fact }) => !Object.hasOwn(check.needs, fact));
  if (foreign) throw new Error(`evidence cites ${foreign.fact}, which the check does not need`);
  if (judgement.outcome === 'undetermined') {
    if (!Object.hasOwn(reasons, judgement.reason)) throw new Error(`${judgement.reason} is no reason`);
  } else if (judgement.evidence.length === 0) {
    throw new Error(`${judgement.outcome} shows nothing`);
  }
}
