import {
  checkNamesOf,
  configFindings,
  evalJobs,
  failsWith,
  mustPassBefore,
  unlessUnseen,
  whyItCannotFail,
} from '../../src/judging/eval-job.ts';
import { judgeEvals } from '../../src/judging/eval-judgement.ts';
import { unapproved, unlessHidden } from '../../src/judging/exemptions.ts';
import { check, type Finding, fail, undetermined } from '../../src/model/check.ts';
import { evalConfigs } from '../../src/probes/files/eval-configs.ts';
import { evalDotenv } from '../../src/probes/files/eval-dotenv.ts';
import { evalWorkflow } from '../../src/probes/files/eval-workflow.ts';
import { branchRules } from '../../src/probes/git/branch-rules.ts';
import { head } from '../../src/probes/git/head.ts';
import { tree } from '../../src/probes/git/tree.ts';

/** The app that reports the jobs of workflows on github.com. */
const actionsApp = 15368;

export default check({
  title: 'A failing evaluation blocks the merge',
  failureTitle: 'A failing evaluation does not block the merge',
  why: 'A red run that can be merged is a remark, not a gate.',
  trap: 'A status check is required: under a name that the job does not have, or not of administrators; or the job is skipped after another that failed, and counts as passed.',
  remediation:
    'Make the job that runs the evaluations a required status check of the deployed branch, under the exact name of the job.',
  needs: { workflow: evalWorkflow, rules: branchRules, configs: evalConfigs, dotenv: evalDotenv, head, tree },
  judge({ workflow, rules, configs, dotenv, head, tree }, { environment }) {
    const { workflow: path, requiredCheck } = environment.skills;
    const jobs = workflow ? evalJobs(workflow) : [];
    if (!workflow || jobs.length === 0) {
      const observed = workflow ? 'no step runs promptfoo eval' : 'the file does not exist';
      const none = fail([{ fact: 'workflow', subject: path, expected: 'a job that runs promptfoo eval', observed }]);
      return workflow ? unlessUnseen(workflow, () => none) : none;
    }
    const approved = environment.git?.approvedBypass ?? [];
    const onGithub = environment.git?.api === 'https://api.github.com';
    return unlessHidden(rules, (rules) => {
      const required = rules.flatMap((rule) => rule.requiredChecks.map((one) => ({ ...one, rule })));
      const binds = ({ app, rule }: (typeof required)[number]) =>
        unapproved(rule, approved).length === 0 && (app === undefined || app === actionsApp || !onGithub);
      const findings: Finding<'workflow' | 'rules' | 'configs' | 'dotenv'>[] = configFindings(
        workflow,
        configs,
        dotenv,
      );
      const whole = rules.find(
        (rule) => rule.requiredWorkflows?.includes(workflow.path) && unapproved(rule, approved).length === 0,
      );
      const isBinding = (name: string) => required.some((one) => one.name === name && binds(one));
      // A job that is skipped because one before it failed counts as passed: the one before has to be required too.
      for (const job of new Set(whole ? jobs : jobs.flatMap((one) => [one, ...mustPassBefore(one, workflow)]))) {
        const evaluates = jobs.includes(job);
        // One job that fails with all others, and is the required one.
        const guards = workflow.jobs.filter(
          (one) => failsWith(one, job) !== 'no' && checkNamesOf(one)?.every(isBinding),
        );
        const guard = guards.find((one) => failsWith(one, job) === 'yes');
        const names = whole ? [job.name] : checkNamesOf(guard ?? job);
        if (!whole && !guard && guards[0] && !names?.every(isBinding)) {
          const message = `job ${guards[0].id} is required and starts after ${job.id}, and whether it fails with that is not worked out here; compare the result with success, or fail if: contains(needs.*.result, 'failure')`;
          return undetermined('not_found', message);
        }
        if (names === undefined) {
          return undetermined(
            'not_found',
            `job ${job.id} has a matrix or an expression in its name that is not worked out here, so the name of its status check is not known; evaluate in one job of fixed name, and start it after none but such`,
          );
        }
        const faults = evaluates ? whyItCannotFail(job, workflow, 'pull_request') : [];
        if (evaluates)
          findings.push({
            fact: 'workflow',
            subject: `${path}, job ${job.id}`,
            expected: 'fails when a case fails',
            observed: faults.join('; ') || 'it does',
            ok: faults.length === 0,
          });
        if (evaluates && requiredCheck !== undefined && jobs.length === 1) {
          findings.push({
            fact: 'workflow',
            subject: `${path}, job ${job.id}`,
            expected: `is named ${requiredCheck}, as skills.requiredCheck says`,
            observed: names.join(', '),
            ok: names.length === 1 && names[0] === requiredCheck,
          });
        }
        for (const name of names) {
          const same = required.filter((one) => one.name === name);
          const binding = same.filter(binds);
          findings.push({
            fact: 'rules',
            subject: `branch ${head.branch}`,
            expected: `requires the status check ${name}, of everybody${evaluates ? '' : ': where it fails, the evaluations are skipped'}`,
            observed: whole
              ? `the whole workflow is required by ${whole.from}`
              : binding[0]
                ? `required by ${binding[0].rule.from}`
                : same[0]
                  ? `required by ${same[0].rule.from}, exempt: ${unapproved(same[0].rule, approved).join(', ') || `app ${same[0].app} reports it`}`
                  : `requires ${required.map((one) => one.name).join(', ') || 'no status check'}`,
            ok: whole !== undefined || binding.length > 0,
          });
        }
      }
      return judgeEvals(workflow, configs, { tree, head }, findings);
    });
  },
});
