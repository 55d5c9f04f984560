import type { TriggerFilter } from '../../judging/workflow-filter.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type Dict, isDict, parseData } from './eval-document.ts';

export interface WorkflowStep {
  readonly name: string;
  readonly run: string | undefined;
  readonly uses: string | undefined;
  readonly shell: string | undefined;
  readonly condition: string | undefined;
  readonly continueOnError: unknown;
  readonly env: Dict;
}

export interface WorkflowJob {
  readonly id: string;
  /** As the status check is called, unless a matrix adds to it. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly condition: string | undefined;
  readonly continueOnError: unknown;
  readonly hasMatrix: boolean;
  /** A workflow that is called in the place of steps. */
  readonly calls: string | undefined;
  readonly steps: readonly WorkflowStep[];
}

export interface EvalWorkflow {
  readonly path: string;
  /** Undefined where the workflow does not start on this event. */
  readonly pullRequest: TriggerFilter | undefined;
  /** The cron expressions; empty where it has no schedule. */
  readonly crons: readonly string[];
  readonly events: readonly string[];
  readonly jobs: readonly WorkflowJob[];
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
    const text = await files.read(path);
    return text === undefined ? undefined : parseWorkflow(text, path);
  },
});

export function parseWorkflow(text: string, path: string): EvalWorkflow {
  const document = parseData(text, 'the workflow that runs the evaluations');
  if (!isDict(document)) throw malformed('is not a mapping');
  const events = eventsOf(document['on']);
  const schedule = events.get('schedule');
  const jobs = document['jobs'];
  if (!isDict(jobs) || Object.keys(jobs).length === 0) throw malformed('has no jobs');
  return {
    path,
    events: [...events.keys()],
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
  const shell = shellOf(job) ?? shellOf(workflow);
  const env = { ...dict(workflow['env']), ...dict(job['env']) };
  return {
    id,
    name: typeof name === 'string' ? name : id,
    needs: (Array.isArray(needs) ? needs : needs === undefined ? [] : [needs]).map(String),
    condition: condition(job),
    continueOnError: job['continue-on-error'],
    hasMatrix: isDict(strategy) && strategy['matrix'] !== undefined,
    calls: typeof uses === 'string' ? uses : undefined,
    steps: (Array.isArray(steps) ? steps : []).filter(isDict).map((step) => ({
      name: typeof step['name'] === 'string' ? step['name'] : String(step['uses'] ?? 'a step'),
      run: typeof step['run'] === 'string' ? step['run'] : undefined,
      uses: typeof step['uses'] === 'string' ? step['uses'] : undefined,
      shell: typeof step['shell'] === 'string' ? step['shell'] : shell,
      condition: condition(step),
      continueOnError: step['continue-on-error'],
      env: { ...env, ...dict(step['env']) },
    })),
  };
}

function shellOf(holder: Dict): string | undefined {
  const shell = dict(dict(holder['defaults'])['run'])['shell'];
  return typeof shell === 'string' ? shell : undefined;
}

function condition(holder: Dict): string | undefined {
  return holder['if'] === undefined || holder['if'] === null ? undefined : String(holder['if']);
}

function dict(value: unknown): Dict {
  return isDict(value) ? value : {};
}
