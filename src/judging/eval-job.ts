import { type Finding, type Judgement, undetermined } from '../model/check.ts';
import type { EvalWorkflow, WorkflowJob, WorkflowStep } from '../probes/files/eval-workflow.ts';

/** Whether a job runs promptfoo, and whether a failing case makes it fail. */

const runsEval = /(?:^|[\s;&|("'/])promptfoo(?:@[^\s;&|]+)?(?:\s+--)?\s+eval(?:uate)?(?=[\s;&|)]|$)/;
const action = /^promptfoo\/promptfoo-action@/;

/** The jobs that run the evaluations. */
export function evalJobs({ jobs }: EvalWorkflow): WorkflowJob[] {
  return jobs.filter((job) => job.steps.some(isEvalStep));
}

export function isEvalStep({ run, uses, called }: WorkflowStep): boolean {
  if (uses !== undefined && action.test(uses)) return true;
  return [run ?? '', ...called.scripts.map(({ text }) => text)].some(evaluates);
}

const evaluates = (script: string) => linesOf(script).some((line) => runsEval.test(line));

/** What the workflow calls and could not be read, where no job is seen that evaluates: it may be in there. */
export function unseenIn(workflow: EvalWorkflow): readonly string[] {
  if (evalJobs(workflow).length > 0) return [];
  return [...new Set(workflow.jobs.flatMap((job) => [...job.unread, ...job.steps.flatMap((s) => s.called.unread)]))];
}

/** Whether a job runs the evaluations and fails with them when the workflow starts for `event`. */
export function evalFinding(workflow: EvalWorkflow, event: string): Finding<'workflow'> {
  const jobs = evalJobs(workflow);
  const faults = jobs.map((job) => whyItCannotFail(job, workflow, event));
  return {
    fact: 'workflow',
    subject: workflow.path,
    expected: 'a job runs promptfoo eval and fails with it',
    observed:
      jobs.length === 0
        ? 'no step runs promptfoo eval'
        : faults.flat().join('; ') || jobs.map(({ id }) => id).join(', '),
    ok: jobs.length > 0 && faults.every((why) => why.length === 0),
  };
}

/** Judges nothing where what the workflow calls cannot be read; else as `judge` says. */
export function unlessUnseen<F extends string>(workflow: EvalWorkflow, judge: () => Judgement<F>): Judgement<F> {
  const [first, ...more] = unseenIn(workflow);
  if (first === undefined) return judge();
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  return undetermined(
    'not_found',
    `no step runs promptfoo eval, but ${first}${others} cannot be read from here; call promptfoo eval in a step of ${workflow.path}`,
  );
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
  if (step.run === undefined) return why;
  if (evaluates(step.run)) for (const reason of swallows(step.run, step.shell)) say(reason);
  const { scripts } = step.called;
  // From the script that evaluates back to the step: nothing on the way may go on after it.
  let inner = scripts.filter(({ text }) => evaluates(text));
  for (const { call, text, stops } of inner) {
    for (const reason of [...swallows(text, undefined), ...goesOn(text, runsEval, stops)]) say(`${call}: ${reason}`);
  }
  for (let depth = 0; inner.length > 0 && depth < scripts.length; depth += 1) {
    const calls = inner.map(({ call }) => call);
    const around = (text: string) => calls.filter((call) => text.includes(call)).map(literally);
    for (const call of around(step.run)) for (const reason of swallows(step.run, step.shell, call)) say(reason);
    inner = scripts.filter(({ text }) => around(text).length > 0 && !evaluates(text));
    for (const { call, text, stops } of inner) {
      for (const by of around(text)) {
        for (const reason of [...swallows(text, undefined, by), ...goesOn(text, by, stops)]) say(`${call}: ${reason}`);
      }
    }
  }
  return why;
}

/** A shell that does not stop at a failure has its status from the last command alone. */
function goesOn(script: string, what: RegExp, stops: boolean): string[] {
  const lines = linesOf(script);
  const at = lines.findIndex((line) => what.test(line));
  const last = at === lines.length - 1 && !/;\s*\S/.test(lines[at]?.slice(lines[at].search(what)) ?? '');
  return stops || at < 0 || last ? [] : ['goes on after a failure, without set -e'];
}

function literally(text: string): RegExp {
  return new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
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

/** What in the script lets it go on, or end well, after promptfoo, or what calls it, has failed. */
export function swallows(script: string, shell: string | undefined, what: RegExp = runsEval): string[] {
  const lines = linesOf(script);
  const at = lines.map((line, i) => (what.test(line) ? i : -1)).filter((i) => i >= 0);
  const why: string[] = [];
  if (shell !== undefined && !/^(bash|sh)$/.test(shell)) why.push(`shell ${shell} may go on after a failure`);
  if (lines.some((line) => /(^|[;&]\s*)set\s+\+[a-z]*e|set\s+\+o\s+errexit/.test(line))) why.push('set +e');
  if (lines.some((line) => /(^|[;&\s])trap\s/.test(line))) why.push('trap');
  const pipefail = shell === 'bash' || lines.some((line) => /set\s+-[a-z]*o\s+pipefail/.test(line));
  for (const i of at) {
    const line = lines[i] ?? '';
    const after = line.slice(line.search(what));
    if (/\|\|/.test(after)) why.push('|| after promptfoo');
    else if (/\|/.test(after) && !pipefail) why.push('a pipe without pipefail after promptfoo');
    if (/(^|[^&>])&(?![&>\d])/.test(after)) why.push('promptfoo in the background');
    if (/&&/.test(after) && i !== lines.length - 1) why.push('&& after promptfoo, with more lines to come');
    if (/^(if|elif|while|until|!)\s/.test(line) || /[;&|]\s*(if|while|until|!)\s/.test(line))
      why.push('promptfoo in a condition');
    if (/\$\(|`/.test(line.slice(0, line.search(what) + 1))) why.push('promptfoo in a substitution');
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

/** The names of the status checks of a job, one for each combination of its matrix; undefined where only GitHub knows. */
export function checkNamesOf({ name, matrix }: WorkflowJob): readonly string[] | undefined {
  if (matrix === undefined) return name.includes('${{') ? undefined : [name];
  const combinations = combinationsOf(matrix);
  if (!combinations) return undefined;
  const names = combinations.map((values) => {
    if (!name.includes('${{')) return `${name} (${Object.values(values).join(', ')})`;
    return name.replaceAll(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (all, key: string) => values[key] ?? all);
  });
  return names.some((one) => one.includes('${{')) ? undefined : names;
}

/** Only of plain lists of texts and numbers: what `include`, `exclude` and expressions make of it is GitHub's. */
function combinationsOf(matrix: unknown): readonly Readonly<Record<string, string>>[] | undefined {
  if (typeof matrix !== 'object' || matrix === null || Array.isArray(matrix)) return undefined;
  let all: Record<string, string>[] = [{}];
  for (const [key, values] of Object.entries(matrix)) {
    const plain = Array.isArray(values) && values.length > 0 && values.every((v) => /^(string|number)$/.test(typeof v));
    if (key === 'include' || key === 'exclude' || !plain) return undefined;
    all = all.flatMap((one) => values.map((value) => ({ ...one, [key]: String(value) })));
    if (all.length > 256 || all.some((one) => Object.values(one).join().includes('${{'))) return undefined;
  }
  return all;
}
