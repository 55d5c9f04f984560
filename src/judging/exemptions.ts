import { type Judgement, undetermined } from '../model/check.ts';
import { type BranchRules, type Bypass, bypassHidden } from '../probes/git/branch-rules.ts';

/** Who is exempt from the rules of a branch and is not approved, as texts for evidence. */
export function unapproved({ adminsExempt, bypass }: BranchRules, approved: readonly string[]): string[] {
  const others = bypass?.filter(
    ({ name, id }) => !approved.includes(id) && !(name !== undefined && approved.includes(name)),
  );
  return [...(adminsExempt ? ['administrators'] : []), ...(others?.map(nameOf) ?? ['those who are not shown'])];
}

/** As `judge` says; where it passes only if nobody may bypass the rules whose exemptions are hidden, nobody knows. */
export function unlessHidden<F extends string>(
  rules: readonly BranchRules[],
  judge: (rules: readonly BranchRules[]) => Judgement<F>,
): Judgement<F> {
  const judgement = judge(rules);
  const open = rules.map((rule) => ({ ...rule, bypass: rule.bypass ?? [] }));
  if (judgement.outcome !== 'fail' || judge(open).outcome === 'fail') return judgement;
  const { reason, message, next } = bypassHidden();
  return undetermined(reason, `${message}; ${next}`);
}

function nameOf({ name, id }: Bypass): string {
  return name === undefined ? id : `${name} (${id})`;
}
