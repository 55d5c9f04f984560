import { ago, dayMs, isYoungerThan } from '../../src/judging/age.ts';
import { configFindings, evalFinding, unlessUnseen } from '../../src/judging/eval-job.ts';
import { judgeEvals } from '../../src/judging/eval-judgement.ts';
import { longestGapOfCrons } from '../../src/judging/posix-cron.ts';
import { check, type Finding, fail, undetermined } from '../../src/model/check.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { evalDotenv } from '../../src/probes/files/eval-dotenv.ts';
import { evalWorkflow } from '../../src/probes/files/eval-workflow.ts';
import { head } from '../../src/probes/git/head.ts';
import { tree } from '../../src/probes/git/tree.ts';
import { workflowHistory } from '../../src/probes/git/workflow-runs.ts';

const minutesADay = 1440;

type Fact = 'workflow' | 'history' | 'configs' | 'dotenv';

export default check({
  title: 'The evaluations run on a schedule, and a scheduled run succeeded lately',
  failureTitle: 'The evaluations do not run on a schedule, or no scheduled run succeeded lately',
  why: 'Models and connected services change without a commit; only a run that nobody has to start notices.',
  trap: 'There is a schedule; it is of once a year, its runs fail, are of another branch, or were switched off after inactivity.',
  remediation:
    'Add on.schedule to the workflow of the evaluations, enable it again on the git host if it was disabled, and mend what fails.',
  needs: { workflow: evalWorkflow, history: workflowHistory, configs: evalConfigs, dotenv: evalDotenv, head, tree },
  judge({ workflow, history, configs, dotenv, head, tree }, { environment, now }) {
    const { workflow: path, scheduleMaxAgeDays: days } = environment.skills;
    if (!workflow) {
      return fail([{ fact: 'workflow', subject: path, expected: 'a workflow', observed: 'the file does not exist' }]);
    }
    const findings: Finding<Fact>[] = [];
    const see = (fact: Fact, expected: string, observed: string, ok: boolean) =>
      findings.push({ fact, subject: path, expected, observed, ok });
    const gap = longestGapOfCrons(workflow.crons, now);
    const seldom = gap !== undefined && gap > days * minutesADay;
    see(
      'workflow',
      `has a schedule of at least once in ${days} days`,
      workflow.crons.join(', ') || 'none',
      workflow.crons.length > 0 && !seldom,
    );
    findings.push(evalFinding(workflow, 'schedule'), ...configFindings(workflow, configs, dotenv));
    const known = history !== undefined && history.path === workflow.path;
    see(
      'history',
      'active on the git host',
      known ? history.state : 'not known there',
      known && history.state === 'active',
    );
    // A schedule runs on the default branch only, which need not be the one that is deployed.
    const runs = (history?.onSchedule ?? []).filter(({ branch }) => branch === head.branch);
    const good = runs.find((run) => run.status === 'completed' && run.conclusion === 'success');
    const [newest] = runs;
    const last = newest ? `the newest: ${newest.conclusion ?? newest.status} ${ago(newest.createdAt, now)}` : 'no run';
    see(
      'history',
      `a scheduled run on ${head.branch} succeeded within ${days} days`,
      good ? `succeeded ${ago(good.createdAt, now)}, commit ${good.commit.slice(0, 12)}` : last,
      good !== undefined && isYoungerThan(good.createdAt, days * dayMs, now),
    );
    const judgement = judgeEvals(workflow, configs, { tree, head }, findings);
    if (judgement.outcome === 'pass' && gap === undefined) {
      const message = `how often ${workflow.crons.join(', ')} starts is not understood; write five fields, as in 17 4 * * *`;
      return undetermined('not_found', message, judgement.evidence);
    }
    return unlessUnseen(workflow, () => judgement);
  },
});
