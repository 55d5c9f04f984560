import type { ReadFile } from '../../judging/branch-files.ts';
import { isIncluded, type TriggerFilter } from '../../judging/workflow-filter.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';
import { type Dict, isDict, parseData } from './eval-document.ts';
import { notingFiles } from './noting-files.ts';
import { type Called, calledScripts } from './workflow-calls.ts';

export interface WorkflowStep {
  readonly name: string;
  readonly run: string | undefined;
  readonly uses: string | undefined;
  /** What is given to an action. */
  readonly inputs: Dict;
  readonly shell: string | undefined;
  /** Where its script runs, relative to the root of the repository. */
  readonly folder: string;
  readonly condition: string | undefined;
  readonly continueOnError: unknown;
  readonly env: Dict;
  /** What its script starts, as far as it was read. */
  readonly called: Called;
}

export interface WorkflowJob {
  readonly id: string;
  /** As the status check is called, unless a matrix adds to it. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly condition: string | undefined;
  readonly continueOnError: unknown;
  /** Undefined without one. */
  readonly matrix: unknown;
  /** A workflow or action that is used and could not be read. */
  readonly unread: readonly string[];
  readonly steps: readonly WorkflowStep[];
  /** Whether it runs on a machine that keeps its files for the next run. */
  readonly keepsFiles: boolean;
}

export interface EvalWorkflow {
  readonly path: string;
  /** Undefined where the workflow does not start on this event. */
  readonly pullRequest: TriggerFilter | undefined;
  /** The cron expressions; empty where it has no schedule. */
  readonly crons: readonly string[];
  readonly events: readonly string[];
  readonly jobs: readonly WorkflowJob[];
  /** The workflow itself and what it calls, as read. */
  readonly files: readonly ReadFile[];
}

const malformed = (what: string) =>
  new ProbeError('bad_response', `the workflow that runs the evaluations ${what}`, {
    next: 'Mend the file named in skills.workflow.',
  });

/** The workflow that runs the evaluations, beside the environment file; undefined where the file does not exist. */
export const evalWorkflow = filesProbe({
  id: 'files/eval-workflow',
  async gather(files, _facts, { environment }): Promise<EvalWorkflow | undefined> {
    const path = environment.skills.workflow.replace(/^\.\//, '');
    const noted: ReadFile[] = [];
    const noting = notingFiles(files, noted);
    const text = await noting.read(path);
    if (text === undefined) return undefined;
    // That it runs in this repository alone, and not in a fork, is a condition that holds.
    const here = text.replaceAll(/github\.repository\s*==\s*'([^']*)'/g, (all, name) =>
      name === environment.git?.repository ? 'true' : all,
    );
    const workflow = await followed(
      noting,
      parseWorkflow(await withFiltersMet(noting, here, environment.skills), path),
    );
    return { ...workflow, files: [...new Map(noted.map((file) => [file.path, file])).values()] };
  },
});

/**
 * That dorny/paths-filter or changed-files finds a skill among the changed files holds for each pull request that touches
 * one, unless that step or its job fails. Only plain patterns are understood, which mean what those of a trigger do.
 */
async function withFiltersMet(files: FilesPort, text: string, { directory }: { readonly directory: string }) {
  const touched = [`${directory}/a-new-skill/SKILL.md`, `${directory}/a-new-skill/scripts/deep/er/x.sh`];
  const met: string[] = [];
  for (const [job, value] of Object.entries(dict(dict(parseData(text, 'the workflow', false))['jobs']))) {
    const { steps, outputs } = dict(value);
    for (const { id, uses, with: given, ...rest } of (Array.isArray(steps) ? steps : []).filter(isDict)) {
      const { filters = '', 'predicate-quantifier': every, files: listed, ...others } = dict(given);
      if (every !== undefined || 'if' in rest) continue;
      const rules: Record<string, unknown> = {};
      if (/^dorny\/paths-filter@/.test(String(uses))) {
        const written = /[\n:]/.test(String(filters)) ? String(filters) : await files.read(String(filters));
        Object.assign(rules, dict(parseData(written ?? '', 'the filters of the workflow')));
      } else if (/^(tj-actions|step-security)\/changed-files@/.test(String(uses)) && Object.keys(others).length === 0) {
        // What it calls changed leaves out what is deleted.
        rules['any_modified'] = String(listed)
          .trim()
          .split(/\s*\n\s*/);
      }
      for (const [name, rule] of Object.entries(rules)) {
        const patterns = [rule].flat(9).map((one) => (typeof one === 'string' ? one : '!**'));
        if (patterns.some((one) => one.startsWith('!')) || !touched.every((one) => isIncluded(one, patterns))) continue;
        const output = `steps.${id}.outputs.${name}`;
        // Another job may have a step of the same id.
        if (text.split(`id: ${id}`).length === 2) met.push(output);
        for (const [key, is] of Object.entries(dict(outputs))) {
          if (String(is).replaceAll(/[\s${}]/g, '') === output) met.push(`needs.${job}.outputs.${key}`);
        }
      }
    }
  }
  return met.reduce(
    (all, output) =>
      all.replaceAll(
        new RegExp(`\\b${output.replaceAll('.', '\\.')}\\s*==\\s*'true'`, 'g'),
        "(success() && github.event_name == 'pull_request')",
      ),
    text,
  );
}

/** The workflow with what it calls beside the environment file: workflows, composite actions, scripts. */
export async function followed(files: FilesPort, workflow: EvalWorkflow, depth = 0): Promise<EvalWorkflow> {
  const jobs = await Promise.all(workflow.jobs.map((job) => followedJob(files, job, depth)));
  return { ...workflow, jobs: jobs.flat() };
}

const deepest = 4;

async function followedJob(files: FilesPort, job: WorkflowJob, depth: number): Promise<WorkflowJob[]> {
  const [called] = job.unread;
  if (called !== undefined) return calledJobs(files, job, called, depth);
  const unread: string[] = [];
  const steps = await Promise.all(job.steps.map((step) => followedStep(files, step, unread, 0)));
  return [{ ...job, steps: steps.flat(), unread }];
}

/** The jobs of a called workflow, under the names of their status checks. */
async function calledJobs(
  files: FilesPort,
  caller: WorkflowJob,
  called: string,
  depth: number,
): Promise<WorkflowJob[]> {
  const text = called.startsWith('./') && depth < deepest ? await files.read(called.slice(2)) : undefined;
  if (text === undefined) return [caller];
  const { jobs } = await followed(files, parseWorkflow(text, called.slice(2)), depth + 1);
  return jobs.map((job) => ({
    ...job,
    id: `${caller.id}/${job.id}`,
    name: `${caller.name} / ${job.name}`,
    needs: [...caller.needs, ...job.needs.map((id) => `${caller.id}/${id}`)],
    condition: both(caller.condition, job.condition),
    continueOnError: caller.continueOnError ?? job.continueOnError,
    // The names of called jobs in a matrix are not worked out here.
    matrix: caller.matrix === undefined ? job.matrix : 'of a call',
  }));
}

function both(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return [a, b].map((one) => (one.includes('||') ? `(${one})` : one)).join(' && ');
}

async function followedStep(
  files: FilesPort,
  step: WorkflowStep,
  unread: string[],
  depth: number,
): Promise<WorkflowStep[]> {
  const { uses, run } = step;
  if (run !== undefined) return [{ ...step, called: await calledScripts(files, run, step.folder) }];
  if (uses === undefined || !uses.startsWith('./')) {
    if (uses !== undefined && !/^(actions|promptfoo)\//.test(uses)) unread.push(uses);
    return [step];
  }
  const folder = uses.slice(2).replace(/\/$/, '');
  const text =
    depth < deepest
      ? ((await files.read(`${folder}/action.yml`)) ?? (await files.read(`${folder}/action.yaml`)))
      : undefined;
  const runs = text === undefined ? undefined : dict(dict(parseData(text, 'a composite action'))['runs']);
  if (runs?.['using'] !== 'composite' || !Array.isArray(runs['steps'])) {
    unread.push(uses);
    return [step];
  }
  const inner = runs['steps'].filter(isDict).map((one) => stepOf(one, undefined, step.env, '.'));
  const within = await Promise.all(
    inner.map((one) =>
      followedStep(
        files,
        {
          ...one,
          name: `${step.name}, ${one.name}`,
          condition: both(step.condition, one.condition),
          continueOnError: step.continueOnError ?? one.continueOnError,
        },
        unread,
        depth + 1,
      ),
    ),
  );
  return within.flat();
}

export function parseWorkflow(text: string, path: string): EvalWorkflow {
  const document = parseData(text, 'the workflow that runs the evaluations', false);
  if (/(^|[\s{,])["']?<<["']?\s*:\s*[*[]/.test(text)) throw malformed('merges keys (<<), which GitHub refuses');
  if (!isDict(document)) throw malformed('is not a mapping');
  const events = eventsOf(document['on']);
  const schedule = events.get('schedule');
  const jobs = document['jobs'];
  if (!isDict(jobs) || Object.keys(jobs).length === 0) throw malformed('has no jobs');
  return {
    path,
    events: [...events.keys()],
    files: [],
    pullRequest: events.has('pull_request') ? filterOf(events.get('pull_request')) : undefined,
    crons: Array.isArray(schedule)
      ? schedule.flatMap((entry) => (isDict(entry) && typeof entry['cron'] === 'string' ? [entry['cron']] : []))
      : [],
    jobs: Object.entries(jobs).map(([id, job]) => jobOf(id, job, document)),
  };
}

function eventsOf(on: unknown): Map<string, unknown> {
  if (typeof on === 'string') return new Map([[on, null]]);
  if (Array.isArray(on)) return new Map(on.map((event) => [String(event), null]));
  if (isDict(on)) return new Map(Object.entries(on));
  throw malformed('has no trigger');
}

function filterOf(value: unknown): TriggerFilter {
  const filter = value ?? {};
  if (!isDict(filter)) throw malformed('has a trigger that is not a mapping');
  const list = (key: string): readonly string[] | undefined => {
    const found = filter[key];
    if (found === undefined || found === null) return undefined;
    const all: readonly unknown[] = Array.isArray(found) ? found : [found];
    if (!all.every((item) => typeof item === 'string')) throw malformed(`has ${key} that are not texts`);
    return all;
  };
  const both = (a: string, b: string) => filter[a] !== undefined && filter[b] !== undefined;
  if (both('paths', 'paths-ignore') || both('branches', 'branches-ignore')) {
    throw malformed('has a filter and its opposite on one event, which the git host does not accept');
  }
  return {
    paths: list('paths'),
    pathsIgnore: list('paths-ignore'),
    branches: list('branches'),
    branchesIgnore: list('branches-ignore'),
    types: list('types'),
  };
}

function jobOf(id: string, job: unknown, workflow: Dict): WorkflowJob {
  if (!isDict(job)) throw malformed('has a job that is not a mapping');
  const { name, needs, strategy, uses, steps } = job;
  // On Windows the shell is one that goes on after a failure, unless another is named.
  const usual = /windows/i.test(JSON.stringify(job['runs-on'] ?? '')) ? 'pwsh' : undefined;
  const shell = defaultOf(job, 'shell') ?? defaultOf(workflow, 'shell') ?? usual;
  const folder = defaultOf(job, 'working-directory') ?? defaultOf(workflow, 'working-directory') ?? '.';
  const env = { ...dict(workflow['env']), ...dict(job['env']) };
  return {
    id,
    name: typeof name === 'string' ? name : id,
    needs: (Array.isArray(needs) ? needs : needs === undefined ? [] : [needs]).map(String),
    condition: condition(job),
    continueOnError: job['continue-on-error'],
    matrix: isDict(strategy) ? strategy['matrix'] : undefined,
    unread: typeof uses === 'string' ? [uses] : [],
    keepsFiles: job['container'] === undefined && /self-hosted/i.test(JSON.stringify(job['runs-on'] ?? '')),
    steps: (Array.isArray(steps) ? steps : []).filter(isDict).map((step) => stepOf(step, shell, env, folder)),
  };
}

function stepOf(step: Dict, shell: string | undefined, env: Dict, folder: string): WorkflowStep {
  const text = (key: string) => (typeof step[key] === 'string' ? step[key] : undefined);
  return {
    name: text('name') ?? String(step['uses'] ?? 'a step'),
    run: text('run'),
    uses: text('uses'),
    inputs: dict(step['with']),
    shell: text('shell') ?? shell,
    folder: text('working-directory') ?? folder,
    condition: condition(step),
    continueOnError: step['continue-on-error'],
    env: { ...env, ...dict(step['env']) },
    called: { scripts: [], unread: [] },
  };
}

function defaultOf(holder: Dict, key: 'shell' | 'working-directory'): string | undefined {
  const value = dict(dict(holder['defaults'])['run'])[key];
  return typeof value === 'string' ? value : undefined;
}

function condition(holder: Dict): string | undefined {
  return holder['if'] === undefined || holder['if'] === null ? undefined : String(holder['if']);
}

function dict(value: unknown): Dict {
  return isDict(value) ? value : {};
}
