import { unapproved } from '../../src/judging/exemptions.ts';
import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { type BranchRules, branchRules } from '../../src/probes/git/branch-rules.ts';
import { head } from '../../src/probes/git/head.ts';

export default check({
  title: 'A change of the soul documents needs a reviewed pull request',
  failureTitle: 'The soul documents can be changed without a review',
  why: 'Whoever can push to the deployed branch alone can rewrite what the agent is.',
  trap: 'A protection exists and is taken to bind administrators and those who may bypass it.',
  remediation:
    'Protect the deployed branch with a rule or ruleset: an approving review, no exemption for administrators, no force push, no deletion, an empty bypass list.',
  needs: { rules: branchRules, head },
  judge({ rules, head }, { environment }) {
    const { minimumReviews = 1, approvedBypass = [] } = environment.git ?? {};
    const none: Finding<'rules'> = {
      fact: 'rules',
      subject: `branch ${head.branch}`,
      expected: `a rule that demands ${minimumReviews} approving reviews`,
      observed: rules.length === 0 ? 'no rule at all' : `${rules.map(({ from }) => from).join(', ')}, without reviews`,
      ok: false,
    };
    // Rules add up: one that demands all of it without exemption is enough, whatever the others leave open.
    const candidates = rules
      .filter(({ reviews }) => reviews !== undefined)
      .map((rule) => findings(rule, rules, minimumReviews, approvedBypass));
    const best = candidates.sort((a, b) => wrong(a) - wrong(b))[0];
    return judgeAll(best ?? [none]);
  },
});

function wrong(findings: readonly Finding<'rules'>[]): number {
  return findings.filter(({ ok }) => !ok).length;
}

function findings(
  rule: BranchRules,
  all: readonly BranchRules[],
  minimum: number,
  approved: readonly string[],
): Finding<'rules'>[] {
  const exempt = unapproved(rule, approved);
  const binding = all.filter((r) => unapproved(r, approved).length === 0);
  const force = binding.find((r) => r.forbidsForcePush);
  const deletion = binding.find((r) => r.forbidsDeletion);
  const stale = rule.dismissesStale ? 'stale reviews are dismissed' : 'stale reviews stay valid';
  const seen = (expected: string, observed: string, ok: boolean): Finding<'rules'> => {
    return { fact: 'rules', subject: rule.from, expected, observed, ok };
  };
  return [
    seen(`at least ${minimum} approving reviews`, `${rule.reviews ?? 0}; ${stale}`, (rule.reviews ?? 0) >= minimum),
    seen('nobody exempt but whom git.approvedBypass names', exempt.join(', ') || 'nobody', exempt.length === 0),
    seen('no force push, for anybody', force ? `forbidden by ${force.from}` : 'possible', force !== undefined),
    seen(
      'no deletion, after which anything can be pushed',
      deletion ? `forbidden by ${deletion.from}` : 'possible',
      deletion !== undefined,
    ),
  ];
}
