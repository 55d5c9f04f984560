import { ago } from '../../src/judging/age.ts';
import { configFindings, evalFinding, unlessUnseen } from '../../src/judging/eval-job.ts';
import { judgeEvals } from '../../src/judging/eval-judgement.ts';
import { startsForBranch, startsForPath } from '../../src/judging/workflow-filter.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { evalDotenv } from '../../src/probes/files/eval-dotenv.ts';
import { evalWorkflow } from '../../src/probes/files/eval-workflow.ts';
import { repositorySkills } from '../../src/probes/files/skills.ts';
import { head } from '../../src/probes/git/head.ts';
import { tree } from '../../src/probes/git/tree.ts';
import { pullRequestDays, workflowHistory } from '../../src/probes/git/workflow-runs.ts';

type Fact = 'workflow' | 'history' | 'configs' | 'dotenv';

export default check({
  title: 'Each pull request that touches a skill runs the evaluations',
  failureTitle: 'A pull request can change a skill without a run of the evaluations that can fail',
  why: 'What is not tried on the change itself is tried on the customers.',
  trap: 'A workflow exists; its paths leave out scripts, its failure is swallowed, or the git host has disabled it.',
  remediation:
    'Let the workflow start on pull_request for every path below the skills folder, and run promptfoo eval in a job without continue-on-error, || true or a condition; docs/skills.md has one.',
  needs: {
    workflow: evalWorkflow,
    history: workflowHistory,
    skills: repositorySkills,
    configs: evalConfigs,
    dotenv: evalDotenv,
    head,
    tree,
  },
  judge({ workflow, history, skills, configs, dotenv, head, tree }, { environment, now }) {
    const path = environment.skills.workflow;
    if (!workflow) {
      return fail([{ fact: 'workflow', subject: path, expected: 'a workflow', observed: 'the file does not exist' }]);
    }
    const findings: Finding<Fact>[] = [];
    const see = (fact: Fact, subject: string, expected: string, observed: string, ok: boolean) =>
      findings.push({ fact, subject, expected, observed, ok });
    const filter = workflow.pullRequest;
    see('workflow', path, 'starts on pull_request', `starts on ${workflow.events.join(', ')}`, filter !== undefined);
    if (filter) {
      const paths = skills.skills.flatMap(({ folder, files }) =>
        files.map((file) => [skills.directory, folder, file.path].filter(Boolean).join('/')),
      );
      paths.push(`${skills.directory}/a-new-skill/SKILL.md`, `${skills.directory}/a-new-skill/scripts/deep/er/x.sh`);
      const missed = paths.find((p) => !startsForPath(p, filter));
      see(
        'workflow',
        path,
        `starts for every path in ${skills.directory}`,
        missed ? `not for ${missed}` : 'it does',
        !missed,
      );
      const { branch } = head;
      const into = startsForBranch(branch, filter);
      see('workflow', path, `starts for pull requests into ${branch}`, into ? 'it does' : 'it does not', into);
      const types = filter.types ?? ['opened', 'synchronize', 'reopened'];
      const all = ['opened', 'synchronize'].every((type) => types.includes(type));
      see('workflow', path, 'starts when a pull request is opened and when it changes', types.join(', '), all);
    }
    findings.push(evalFinding(workflow, 'pull_request'), ...configFindings(workflow, configs, dotenv));
    const known = history !== undefined && history.path === workflow.path;
    see(
      'history',
      path,
      'active on the git host',
      known ? history.state : 'not known there',
      known && history.state === 'active',
    );
    const judgement = unlessUnseen(workflow, () => judgeAll(findings));
    if (judgement.outcome !== 'pass' || !history) return judgement;
    const ran = history.onPullRequest.find(({ conclusion }) => conclusion === 'success' || conclusion === 'failure');
    if (!ran) {
      return undetermined(
        'empty_subject',
        `the workflow has not run to its end on a pull request within ${pullRequestDays} days, so nothing shows that it does`,
        judgement.evidence,
      );
    }
    see('history', path, 'has run on a pull request', `${ran.conclusion} ${ago(ran.createdAt, now)}`, true);
    return judgeEvals(workflow, configs, { tree, head }, findings);
  },
});
