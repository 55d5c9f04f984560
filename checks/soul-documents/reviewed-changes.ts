import { unapproved, unlessHidden } from '../../src/judging/exemptions.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { type BranchRules, branchRules } from '../../src/probes/git/branch-rules.ts';
import { head } from '../../src/probes/git/head.ts';
import { workflowApprovals } from '../../src/probes/git/workflow-approvals.ts';

export default check({
  title: 'A change of the soul documents needs a reviewed pull request',
  failureTitle: 'The soul documents can be changed without a review',
  why: 'Whoever can push to the deployed branch alone can rewrite what the agent is.',
  trap: 'A protection exists and is taken to bind administrators and those who may bypass it; or the one review that it demands may be of a workflow, which whoever opens the pull request brings along.',
  remediation:
    'Protect the deployed branch with a rule or ruleset: an approving review, no exemption for administrators, no force push, no deletion, an empty bypass list. Do not let GitHub Actions approve pull requests.',
  needs: { rules: branchRules, head, workflows: workflowApprovals },
  judge({ rules, head, workflows }, { environment }) {
    const { minimumReviews = 1, approvedBypass = [] } = environment.git ?? {};
    const none: Finding<'rules'> = {
      fact: 'rules',
      subject: `branch ${head.branch}`,
      expected: `a rule that demands ${minimumReviews} approving reviews`,
      observed: rules.length === 0 ? 'no rule at all' : `${rules.map(({ from }) => from).join(', ')}, without reviews`,
      ok: false,
    };
    // Rules add up: one that demands all of it without exemption is enough, whatever the others leave open.
    const judge = (ofWorkflows: (rule: BranchRules) => boolean) =>
      unlessHidden(rules, (rules) => {
        const candidates = rules
          .filter(({ reviews }) => reviews !== undefined)
          .map((rule) => findings(rule, rules, minimumReviews, approvedBypass, ofWorkflows(rule)));
        const best = candidates.sort((a, b) => wrong(a) - wrong(b))[0];
        return judgeAll(best ?? [none]);
      });
    const judgement = judge(() => workflows === true);
    if (workflows instanceof ProbeError && judge(() => true).outcome !== judgement.outcome) {
      return undetermined(workflows.reason, [workflows.message, workflows.next].filter(Boolean).join('; '));
    }
    if (workflows !== true || judge(({ byOwners }) => !byOwners).outcome === judgement.outcome) return judgement;
    const message = 'workflows may approve pull requests, and whether each document has a code owner is not read';
    return undetermined('not_found', `${message}; do not let GitHub Actions approve`);
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
  ofWorkflow: boolean,
): Finding<'rules'>[] {
  const exempt = unapproved(rule, approved);
  const binding = all.filter((r) => unapproved(r, approved).length === 0);
  const force = binding.find((r) => r.forbidsForcePush);
  const deletion = binding.find((r) => r.forbidsDeletion);
  const { reviews = 0 } = rule;
  const stale = rule.dismissesStale ? 'stale reviews are dismissed' : 'stale reviews stay valid';
  const one = ofWorkflow && reviews > 0 ? ', of which a workflow may give one' : '';
  const seen = (expected: string, observed: string, ok: boolean): Finding<'rules'> => {
    return { fact: 'rules', subject: rule.from, expected, observed, ok };
  };
  return [
    seen(
      `at least ${minimum} approving reviews of people`,
      `${reviews}${one}; ${stale}`,
      reviews - (one ? 1 : 0) >= minimum,
    ),
    seen('nobody exempt but whom git.approvedBypass names', exempt.join(', ') || 'nobody', exempt.length === 0),
    seen('no force push, for anybody', force ? `forbidden by ${force.from}` : 'possible', force !== undefined),
    seen(
      'no deletion, after which anything can be pushed',
      deletion ? `forbidden by ${deletion.from}` : 'possible',
      deletion !== undefined,
    ),
  ];
}
