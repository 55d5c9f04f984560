import type { Check, JudgeContext, Judgement } from '../../src/model/check.ts';
import type { Facts, Needs } from '../../src/model/probe.ts';
import { goodEnvironment, goodOthers, now } from './rig.ts';

/** Judges literal facts, given as far as the check reads them. `changes` alters the good environment by dotted path. */
export function judgeFacts<N extends Needs>(
  check: Check<N>,
  facts: { readonly [K in keyof Facts<N>]: unknown },
  changes: Readonly<Record<string, unknown>> = {},
): Judgement<keyof N & string> {
  const context: JudgeContext = { environment: goodEnvironment(changes), others: goodOthers(), now };
  const judgement = check.judge(facts as Facts<N>, context);
  if (judgement.outcome !== 'undetermined' && judgement.evidence.length === 0)
    throw new Error(`${judgement.outcome} shows nothing`);
  return judgement;
}
