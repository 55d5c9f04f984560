import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { registry } from '../../checks/index.ts';
import type { Check, JudgeContext } from '../../src/model/check.ts';
import { judge } from '../../src/runner/judge.ts';

/** Facts that one judgement of one check was made on, and what it came to. Holds where nothing is mutated. */
export interface Recorded {
  readonly check: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly context: JudgeContext;
  readonly status: string;
  readonly reason: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a check of any facts
type AnyCheck = Check<any>;

/** Every check by id, also those that another area holds. */
export function allChecks(): readonly [id: string, check: AnyCheck][] {
  return Object.entries(registry).flatMap(([area, { checks }]) =>
    Object.entries(checks).map(([name, check]): [string, AnyCheck] => [`${area}/${name}`, check]),
  );
}

/** Notes every distinct judgement that is made from now on. `of` narrows it to some checks. */
export function recordJudgements(of: (id: string) => boolean): Recorded[] {
  const recorded: Recorded[] = [];
  const seen = new Set<string>();
  for (const [id, check] of allChecks()) {
    if (!of(id)) continue;
    const original = check.judge;
    const recording: AnyCheck['judge'] = (facts, context) => {
      const key = createHash('sha256')
        .update(serialize([id, facts, context]))
        .digest('hex');
      if (!seen.has(key)) {
        seen.add(key);
        const again = { ...check, judge: original };
        // What is recorded must not change with what the run does to it later.
        const [ownFacts, ownContext] = deserialize(serialize([facts, context]));
        recorded.push({ check: id, facts: ownFacts, context: ownContext, ...verdictOn(again, ownFacts, ownContext) });
      }
      return original.call(check, facts, context);
    };
    Object.assign(check, { judge: recording });
  }
  return recorded;
}

/** What the runner makes of a check on these facts, each of which was looked at and answered. */
export function verdictOn(
  check: AnyCheck,
  facts: Readonly<Record<string, unknown>>,
  context: JudgeContext,
): { readonly status: string; readonly reason: string | undefined } {
  const at = context.now;
  const gathered = Object.entries(facts).map(([name, value]) => {
    return [name, { ok: true as const, value, at, looks: [{ at: name, answer: 'answered' }] }];
  });
  const { status, reason, evidence } = judge(check, Object.fromEntries(gathered), context);
  if (status !== 'unknown' && evidence.length === 0) throw new Error(`${status} shows nothing`);
  return { status, reason: reason?.code };
}
