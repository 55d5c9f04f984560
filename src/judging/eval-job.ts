import { posix } from 'node:path';
import { type Finding, type Judgement, undetermined } from '../model/check.ts';
import type { EvalConfig } from '../probes/files/eval-configs.ts';
import type { EvalDotenv } from '../probes/files/eval-dotenv.ts';
import type { EvalWorkflow, WorkflowJob, WorkflowStep } from '../probes/files/eval-workflow.ts';
import type { Head } from '../probes/git/head.ts';
import type { TreeEntry } from '../probes/git/tree.ts';
import { notOnBranch, type ReadFile } from './branch-files.ts';
import {
  callOf,
  configArguments,
  evaluates,
  goesOn,
  linesBeforeEval,
  linesOf,
  stopping,
  swallows,
} from './eval-script.ts';
import { filterPattern, type TriggerFilter } from './workflow-filter.ts';

/** Whether a job runs promptfoo, and whether a failing case makes it fail. */

const action = /^promptfoo\/promptfoo-action@/;

/** The jobs that run the evaluations. */
export function evalJobs({ jobs }: EvalWorkflow): WorkflowJob[] {
  return jobs.filter((job) => job.steps.some(isEvalStep));
}

export function isEvalStep({ run, uses, called }: WorkflowStep): boolean {
  if (uses !== undefined && action.test(uses)) return true;
  return [run ?? '', ...called.scripts.map(({ text }) => text)].some(evaluates);
}

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

/**
 * The configurations, and `.env` files of the branch, that set a variable by which promptfoo ends well although a case
 * failed, and the configurations that are never run.
 */
export function configFindings(
  workflow: EvalWorkflow,
  configs: readonly EvalConfig[],
  dotenv: readonly EvalDotenv[],
): Finding<'dotenv' | 'configs'>[] {
  const named = namedConfigs(evalJobs(workflow));
  const ofConfigs = configs.map(({ path, env, narrowed = [] }): Finding<'configs'> => {
    const lax = [
      ...laxVariables(env).map((name) => `env sets ${name}`),
      ...narrowed.map((name) =>
        /envPath$/.test(name) ? `${name} sets what is not read here` : `${name} leaves cases out`,
      ),
    ];
    const run = !named || named.some((pattern) => filterPattern(pattern).test(path));
    return {
      fact: 'configs',
      subject: path,
      expected: `evaluated by ${workflow.path}, with an exit status that tells`,
      observed: [...(run ? [] : ['not among the configurations that it names']), ...lax].join('; ') || 'it is',
      ok: run && lax.length === 0,
    };
  });
  const ofFiles = dotenv.map(({ path: subject, env }): Finding<'dotenv'> => {
    const lax = laxVariables(env);
    const expected = 'an exit status of promptfoo that tells';
    return { fact: 'dotenv', subject, expected, observed: lax.join(', ') || 'as it is', ok: lax.length === 0 };
  });
  return [...ofConfigs, ...ofFiles];
}

/** The configurations that the steps of jobs name, as patterns; undefined where a script makes them up. */
function namedConfigs(jobs: readonly WorkflowJob[]): readonly string[] | undefined {
  const all = jobs.flatMap(({ steps, matrix }) =>
    (combinationsOf(matrix ?? {}) ?? [{}]).flatMap((values) =>
      steps.filter(isEvalStep).map(({ run, called, inputs, folder }) => {
        if (run === undefined)
          return typeof inputs['config'] === 'string' ? [filled(inputs['config'], values)] : undefined;
        if (called.scripts.length > 0) return undefined;
        return configArguments(filled(run, values))?.map((path) => posix.join(folder, path));
      }),
    ),
  );
  return all.some((one) => !one || one.some((path) => path.includes('$')))
    ? undefined
    : all.flatMap((one) => one ?? []);
}

/** A text with the values of one combination of a matrix in it. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (all, key: string) => values[key] ?? all);
}

/**
 * As `judge` says; but where it passes, the files that it is about have to be those of the branch: what is only here
 * runs nowhere.
 */
export function ofBranch<F extends string>(
  files: readonly ReadFile[],
  { tree, head }: { readonly tree: readonly TreeEntry[]; readonly head: Head },
  judgement: Judgement<F>,
): Judgement<F> {
  const other = judgement.outcome === 'pass' ? notOnBranch(files, tree) : undefined;
  if (other === undefined) return judgement;
  const message = `${other} is not here as commit ${head.commit.slice(0, 12)} of ${head.branch} has it, so what runs there was not judged; run from a clean checkout of that branch`;
  return undetermined('conflict', message, judgement.evidence);
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
  const types = workflow.pullRequest?.types;
  if (isSet(job.continueOnError)) why.push(`job ${job.id} has continue-on-error`);
  for (const needed of [job, ...neededBy(job, workflow)]) {
    if (!alwaysTrue(needed.condition, event, types))
      why.push(`job ${needed.id} may be skipped: if: ${needed.condition}`);
  }
  for (const { uses = '', inputs } of event === 'pull_request' ? job.steps : []) {
    const { ref, path } = inputs;
    const another = ref && path === undefined && !ofPullRequest.test(String(ref));
    if (another && /^actions\/checkout@/.test(uses)) why.push(`checks out ${ref}, not what is to be merged`);
  }
  const before = job.steps.slice(0, job.steps.findIndex(isEvalStep) + 1).map(({ run = '' }) => run);
  if (event === 'pull_request' && linesBeforeEval(before.join('\n')).some((line) => ofBase.test(line)))
    why.push('git checks out another branch than what is to be merged');
  const written = job.steps.flatMap(({ run, called }) => [run ?? '', ...called.scripts.map(({ text }) => text)]);
  for (const name of exitNames) if (written.some((text) => text.includes(name))) why.push(`a step sets ${name}`);
  const steps = job.steps.filter(isEvalStep);
  const sound = steps.filter((step) => whyStepCannotFail(step, event, types).length === 0);
  // Each step that evaluates has to count: another one may hold other skills.
  if (sound.length < steps.length || steps.length === 0) {
    why.push(...steps.flatMap((step) => whyStepCannotFail(step, event, types)));
  }
  return why;
}

/** What a pull request is checked out by. */
const ofPullRequest =
  /github\.(?:sha|ref|head_ref|event\.(?:pull_request\.(?:head|merge_commit_sha)|number))\b|refs\/pull\//;

/** Git with the branch that a pull request goes into, and not with single files of it. */
const ofBase =
  /\bgit\s+(?:checkout|switch|reset\s+--hard)\s(?!(?:.*\s)?(?:--|-[bBcC])\s|.*head_ref)[^;&|]*(?:\bmain\b|\bmaster\b|origin\/|base_ref|base\.(?:ref|sha))/i;

/** The jobs whose failure would skip this one, unless it starts whatever came of them. */
export function mustPassBefore(job: WorkflowJob, workflow: EvalWorkflow): WorkflowJob[] {
  const [atoms = [], ...others] = atomsOf(job.condition);
  const starts =
    others.length === 0 &&
    atoms.some((atom) => atom === 'always()' || atom === '!cancelled()') &&
    !atoms.includes('success()');
  return starts ? [] : neededBy(job, workflow);
}

/**
 * Whether a job that starts in any case fails wherever one that it needs has failed: then it is enough that this one is
 * required. `unclear` where it looks at the results in another way.
 */
export function failsWith(guard: WorkflowJob, { id }: WorkflowJob): 'yes' | 'no' | 'unclear' {
  const need = guard.needs.find((one) => id === one || id.startsWith(`${one}/`));
  const starts = atomsOf(guard.condition).every((either) => either.join() === 'always()');
  if (need === undefined || guard.condition === undefined || !starts || isSet(guard.continueOnError)) return 'no';
  const [result, success] = [`"?\\$\\{\\{\\s*needs\\.${need}\\.result\\s*\\}\\}"?`, '["\']?success["\']?'];
  const asked = new RegExp(
    `^(?:(?:\\[\\[?|test)\\s+${result}\\s+==?\\s+${success}(?:\\s+\\]\\]?)?(?:\\s*\\|\\|\\s*exit\\s+[1-9])?$|if\\s+\\[\\[?\\s+${result}\\s+!=\\s+${success}\\s+\\]\\]?\\s*;\\s*then\\b(?:(?!\\b(?:fi|else)\\b).)*exit\\s+[1-9])`,
  );
  const failed = [
    `needs.${need}.result=='failure'`,
    `needs.${need}.result!='success'`,
    "contains(needs.*.result,'failure')",
  ];
  const fails = guard.steps.some(({ uses = '', run = '', inputs, shell = 'bash', condition, continueOnError }) => {
    if (isSet(continueOnError) || !stopping.test(shell)) return false;
    const always = alwaysTrue(condition, '');
    if (/^re-actors\/alls-green@/.test(uses)) {
      return (
        always &&
        /toJSON\(needs\)/i.test(String(inputs['jobs'])) &&
        !JSON.stringify({ ...inputs, jobs: '' }).includes(need)
      );
    }
    if (!always)
      return (
        atomsOf(condition).some(([one = '', more]) => !more && failed.includes(one)) &&
        /(^|\n)\s*exit\s+[1-9]\d*\s*$/.test(run)
      );
    return linesOf(run).some(
      (line, i, lines) => asked.test([line, ...lines.slice(i + 1)].join(' ')) || asked.test(line),
    );
  });
  return fails ? 'yes' : JSON.stringify(guard.steps).includes('needs') ? 'unclear' : 'no';
}

/** The jobs that have to end well before it starts, those of a called workflow among them. */
function neededBy(job: WorkflowJob, { jobs }: Pick<EvalWorkflow, 'jobs'>, seen: WorkflowJob[] = []): WorkflowJob[] {
  for (const id of job.needs) {
    for (const needed of jobs.filter((one) => one.id === id || one.id.startsWith(`${id}/`))) {
      if (seen.includes(needed)) continue;
      seen.push(needed);
      neededBy(needed, { jobs }, seen);
    }
  }
  return seen;
}

const exitNames = ['PROMPTFOO_FAILED_TEST_EXIT_CODE', 'PROMPTFOO_PASS_RATE_THRESHOLD'] as const;

/** Variables by which promptfoo ends well although a case failed, among those of an environment. */
export function laxVariables(env: Readonly<Record<string, unknown>>): string[] {
  return exitNames.filter((name) => {
    const value = env[name];
    if (value === undefined || value === null) return false;
    // What an expression comes to is not known here.
    return name.endsWith('CODE') ? !(Number(value) > 0) : !(Number(value) >= 100);
  });
}

function whyStepCannotFail(step: WorkflowStep, event: string, types: TriggerFilter['types']): string[] {
  const why: string[] = [];
  const say = (what: string) => why.push(`step ${step.name}: ${what}`);
  if (isSet(step.continueOnError)) say('continue-on-error');
  if (!alwaysTrue(step.condition, event, types)) say(`may be skipped: if: ${step.condition}`);
  for (const name of laxVariables(step.env)) say(`${name} is set`);
  if (step.run === undefined) {
    for (const reason of actionFaults(step, event)) say(reason);
    return why;
  }
  if (event === 'schedule' && onlyChanged(step))
    say('evaluates what git diff names, and on a schedule nothing has changed');
  if (evaluates(step.run)) for (const reason of swallows(step.run, step.shell)) say(reason);
  const { scripts } = step.called;
  // From the script that evaluates back to the step: nothing on the way may go on after it.
  let inner = scripts.filter(({ text }) => evaluates(text));
  for (const { call, text, stops } of inner) {
    for (const reason of [...swallows(text, undefined), ...goesOn(text, stops)]) say(`${call}: ${reason}`);
  }
  for (let depth = 0; inner.length > 0 && depth < scripts.length; depth += 1) {
    const calls = inner.map(({ call }) => call);
    const around = (text: string) => calls.filter((call) => text.includes(call)).map(callOf);
    for (const call of around(step.run)) for (const reason of swallows(step.run, step.shell, call)) say(reason);
    inner = scripts.filter(({ text }) => around(text).length > 0 && !evaluates(text));
    for (const { call, text, stops } of inner) {
      for (const by of around(text)) {
        for (const reason of [...swallows(text, undefined, by), ...goesOn(text, stops, by)]) say(`${call}: ${reason}`);
      }
    }
  }
  return why;
}

/** Whether a step asks git what has changed, and not how it was started. */
function onlyChanged({ run = '', called, env }: WorkflowStep): boolean {
  const text = [run, ...called.scripts.map((script) => script.text), JSON.stringify(env)].join('\n');
  return /\bgit\s+diff\s.*--(?:name-only|name-status|diff-filter)/.test(text) && !/event_name/i.test(text);
}

/** The action evaluates what it is told to watch, and lets through as much as it is told to. */
function actionFaults({ inputs }: WorkflowStep, event: string): string[] {
  const given = (name: string) =>
    inputs[name] === undefined || inputs[name] === '' ? undefined : String(inputs[name]);
  const why: string[] = [];
  if (event === 'pull_request' && given('prompts') !== undefined && given('force-run') !== 'true') {
    why.push('runs only where a file of its input prompts changed; leave that out or set force-run');
  }
  if (given('fail-on-threshold') !== undefined && !(Number(given('fail-on-threshold')) >= 100)) {
    why.push('fail-on-threshold lets failures through');
  }
  if (given('env-files') !== undefined) why.push('env-files sets what is not read here');
  if (given('repeat-min-pass') !== undefined) why.push('repeat-min-pass lets failures through');
  return why;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 'false';
}

const sure = (event: string, types: TriggerFilter['types']) =>
  new Set([
    // Without that type, what is skipped for a draft is never run.
    ...(types?.includes('ready_for_review') ? ['draft==false', 'draft!=true'] : []).map(
      (is) => `github.event.pull_request.${is}`,
    ),
    ...(types?.includes('ready_for_review') ? ['!github.event.pull_request.draft'] : []),
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
export function alwaysTrue(condition: string | undefined, event: string, types?: TriggerFilter['types']): boolean {
  if (condition === undefined) return true;
  const known = sure(event, types);
  return atomsOf(condition).some((either) => either.every((atom) => known.has(atom)));
}

/** The parts of a condition without blanks: one of the lists holds, where all in it do. */
function atomsOf(condition = ''): string[][] {
  let text = condition
    .replaceAll(/^\s*\$\{\{|\}\}\s*$/g, '')
    .replaceAll(/\s+/g, '')
    .replaceAll('"', "'");
  for (let last = ''; last !== text; ) {
    last = text;
    text = text.replaceAll(/(^|[(|&])\(((?:[^()|]|\w\(\))*)\)(?=$|[)|&])/g, '$1$2');
  }
  return text.split('||').map((either) => either.split('&&'));
}

/** The names of the status checks of a job, one for each combination of its matrix; undefined where only GitHub knows. */
export function checkNamesOf({ name, matrix }: WorkflowJob): readonly string[] | undefined {
  if (matrix === undefined) return name.includes('${{') ? undefined : [name];
  const combinations = combinationsOf(matrix);
  if (!combinations) return undefined;
  const names = combinations.map((values) => {
    if (!name.includes('${{')) return `${name} (${Object.values(values).join(', ')})`;
    return filled(name, values);
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
