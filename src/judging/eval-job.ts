import type { EvalWorkflow, WorkflowJob, WorkflowStep } from '../probes/files/eval-workflow.ts';

/** Whether a job runs promptfoo, and whether a failing case makes it fail. */

const runsEval = /(?:^|[\s;&|("'/])promptfoo(?:@[^\s;&|]+)?(?:\s+--)?\s+eval(?:uate)?(?=[\s;&|)]|$)/;
const action = /^promptfoo\/promptfoo-action@/;

/** The jobs that run the evaluations. */
export function evalJobs({ jobs }: EvalWorkflow): WorkflowJob[] {
  return jobs.filter((job) => job.steps.some(isEvalStep));
}

export function isEvalStep({ run, uses }: WorkflowStep): boolean {
  return (uses !== undefined && action.test(uses)) || (run !== undefined && linesOf(run).some((l) => runsEval.test(l)));
}

/** Why a failing case would not fail the job when the workflow runs for `event`; empty when it would. */
export function whyItCannotFail(job: WorkflowJob, workflow: EvalWorkflow, event: string): string[] {
  const why: string[] = [];
  if (isSet(job.continueOnError)) why.push(`job ${job.id} has continue-on-error`);
  for (const needed of [job, ...neededBy(job, workflow)]) {
    if (!alwaysTrue(needed.condition, event)) why.push(`job ${needed.id} may be skipped: if: ${needed.condition}`);
  }
  const steps = job.steps.filter(isEvalStep);
  const sound = steps.filter((step) => whyStepCannotFail(step, event).length === 0);
  // Each step that evaluates has to count: another one may hold other skills.
  if (sound.length < steps.length || steps.length === 0) {
    why.push(...steps.flatMap((step) => whyStepCannotFail(step, event)));
  }
  return why;
}

function neededBy(job: WorkflowJob, { jobs }: EvalWorkflow, seen: WorkflowJob[] = []): WorkflowJob[] {
  for (const id of job.needs) {
    const needed = jobs.find((j) => j.id === id);
    if (needed && !seen.includes(needed)) {
      seen.push(needed);
      neededBy(needed, { jobs } as EvalWorkflow, seen);
    }
  }
  return seen;
}

function whyStepCannotFail(step: WorkflowStep, event: string): string[] {
  const why: string[] = [];
  const say = (what: string) => why.push(`step ${step.name}: ${what}`);
  if (isSet(step.continueOnError)) say('continue-on-error');
  if (!alwaysTrue(step.condition, event)) say(`may be skipped: if: ${step.condition}`);
  for (const name of ['PROMPTFOO_FAILED_TEST_EXIT_CODE', 'PROMPTFOO_PASS_RATE_THRESHOLD']) {
    const value = step.env[name];
    const lax = name.endsWith('CODE')
      ? value !== undefined && Number(value) === 0
      : value !== undefined && Number(value) < 100;
    if (lax || step.run?.includes(name)) say(`${name} is set`);
  }
  if (step.run !== undefined) for (const reason of swallows(step.run, step.shell)) say(reason);
  return why;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 'false';
}

/** Lines without comments, continued lines joined. */
function linesOf(script: string): string[] {
  return script
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** What in the script lets it go on, or end well, after promptfoo has failed. */
export function swallows(script: string, shell: string | undefined): string[] {
  const lines = linesOf(script);
  const at = lines.map((line, i) => (runsEval.test(line) ? i : -1)).filter((i) => i >= 0);
  const why: string[] = [];
  if (shell !== undefined && !/^(bash|sh)$/.test(shell)) why.push(`shell ${shell} may go on after a failure`);
  if (lines.some((line) => /(^|[;&]\s*)set\s+\+[a-z]*e|set\s+\+o\s+errexit/.test(line))) why.push('set +e');
  if (lines.some((line) => /(^|[;&\s])trap\s/.test(line))) why.push('trap');
  const pipefail = shell === 'bash' || lines.some((line) => /set\s+-[a-z]*o\s+pipefail/.test(line));
  for (const i of at) {
    const line = lines[i] ?? '';
    const after = line.slice(line.search(runsEval));
    if (/\|\|/.test(after)) why.push('|| after promptfoo');
    else if (/\|/.test(after) && !pipefail) why.push('a pipe without pipefail after promptfoo');
    if (/(^|[^&>])&(?![&>\d])/.test(after)) why.push('promptfoo in the background');
    if (/&&/.test(after) && i !== lines.length - 1) why.push('&& after promptfoo, with more lines to come');
    if (/^(if|elif|while|until|!)\s/.test(line) || /[;&|]\s*(if|while|until|!)\s/.test(line))
      why.push('promptfoo in a condition');
    if (/\$\(|`/.test(line.slice(0, line.search(runsEval) + 1))) why.push('promptfoo in a substitution');
  }
  return [...new Set(why)];
}

const sure = (event: string) =>
  new Set([
    'true',
    'always()',
    'success()',
    '!cancelled()',
    `github.event_name=='${event}'`,
    ...['push', 'pull_request', 'schedule', 'workflow_dispatch']
      .filter((other) => other !== event)
      .map((other) => `github.event_name!='${other}'`),
  ]);

/** Whether a condition surely holds for the event; of anything else than the plain cases it is not said. */
export function alwaysTrue(condition: string | undefined, event: string): boolean {
  if (condition === undefined) return true;
  const text = condition
    .replaceAll(/^\s*\$\{\{|\}\}\s*$/g, '')
    .replaceAll(/\s+/g, '')
    .replaceAll('"', "'");
  const known = sure(event);
  return text.split('||').some((either) => either.split('&&').every((atom) => known.has(atom)));
}

/** The name of the status check of a job; undefined where only the git host knows it. */
export function checkNameOf({ name, hasMatrix, calls }: WorkflowJob): string | undefined {
  return hasMatrix || calls !== undefined || name.includes('${{') ? undefined : name;
}
