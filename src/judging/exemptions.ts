import type { BranchRules, Bypass } from '../probes/git/branch-rules.ts';

/** Who is exempt from the rules of a branch and is not approved, as texts for evidence. */
export function unapproved({ adminsExempt, bypass }: BranchRules, approved: readonly string[]): string[] {
  const others = bypass.filter(
    ({ name, id }) => !approved.includes(id) && !(name !== undefined && approved.includes(name)),
  );
  return [...(adminsExempt ? ['administrators'] : []), ...others.map(nameOf)];
}

function nameOf({ name, id }: Bypass): string {
  return name === undefined ? id : `${name} (${id})`;
}
