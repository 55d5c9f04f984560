import { type Finding, type Judgement, judgeAll, undetermined } from '../model/check.ts';
import type { EvalConfig } from '../probes/files/eval-configs.ts';
import type { EvalWorkflow, WorkflowJob } from '../probes/files/eval-workflow.ts';
import { evalJobs, isEvalStep, ofBranch } from './eval-job.ts';

/**
 * What findings about the workflow come to: nothing good where its files are not those of the branch, or its answers may
 * be those of an earlier run.
 */
export function judgeEvals<F extends string>(
  workflow: EvalWorkflow,
  configs: readonly EvalConfig[],
  branch: Parameters<typeof ofBranch>[1],
  findings: readonly Finding<F>[],
): Judgement<F> {
  return unlessCached(workflow, configs, ofBranch(workflow.files, branch, judgeAll(findings)));
}

/**
 * As `judge` says; but a job that passes by the answers to an earlier run says nothing of what is to be merged: where
 * promptfoo's cache is kept for the next run and not turned off.
 */
function unlessCached<F extends string>(
  workflow: EvalWorkflow,
  configs: readonly EvalConfig[],
  judgement: Judgement<F>,
): Judgement<F> {
  const job = evalJobs(workflow).find(keepsAnswers);
  const off = configs.length > 0 && configs.every(({ uncached }) => uncached === true);
  if (judgement.outcome !== 'pass' || !job || off) return judgement;
  const message = `job ${job.id} keeps the cache of promptfoo for the next run, so its answers may be those of an earlier one; evaluate with --no-cache`;
  return undetermined('no_control', message, judgement.evidence);
}

function keepsAnswers({ keepsFiles, steps }: WorkflowJob): boolean {
  const kept = steps.some(
    ({ uses = '', inputs }) => /^actions\/cache(\/restore)?@/.test(uses) && /promptfoo/.test(String(inputs['path'])),
  );
  return steps.filter(isEvalStep).some(({ run, called, env, inputs }) => {
    const text = [run ?? '', ...called.scripts.map((script) => script.text)].join('\n');
    const off = [env['PROMPTFOO_CACHE_ENABLED'], inputs['no-cache'] === true ? false : undefined].map(String);
    const fresh =
      /--no-cache|--repeat[= ]+[2-9]|PROMPTFOO_CACHE_ENABLED=["']?(false|0)|\scache\s+clear|\b(docker|podman)\s+run\b/.test(
        text,
      );
    return (kept || keepsFiles) && !fresh && !off.includes('false');
  });
}
