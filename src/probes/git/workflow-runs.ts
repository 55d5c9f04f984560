import { gitProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { repositoryOf } from './head.ts';

export interface WorkflowRun {
  readonly id: number;
  readonly event: string;
  readonly branch: string;
  readonly commit: string;
  readonly status: string;
  readonly conclusion: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface WorkflowHistory {
  /** `active`, or how it was disabled. */
  readonly state: string;
  readonly path: string;
  /** On pull requests within 90 days, newest first. */
  readonly onPullRequest: readonly WorkflowRun[];
  /** On schedule within `skills.scheduleMaxAgeDays` and a day, newest first. */
  readonly onSchedule: readonly WorkflowRun[];
}

const dayMs = 86_400_000;
export const pullRequestDays = 90;

/** What the git host says about the workflow of the evaluations and its runs; undefined where it does not know it. */
export const workflowHistory = gitProbe({
  id: 'git/eval-workflow',
  async gather(git, _facts, context): Promise<WorkflowHistory | undefined> {
    const { base } = repositoryOf(context);
    const { skills } = context.environment;
    const file = encodeURIComponent(skills.workflow.split('/').at(-1) ?? '');
    const since = (days: number) => new Date(context.now.getTime() - days * dayMs).toISOString().slice(0, 10);
    const workflow = (await git.get(`${base}/actions/workflows/${file}`)) as Partial<WorkflowHistory> | undefined;
    if (!workflow) return undefined;
    const { state, path } = workflow;
    if (typeof state !== 'string' || typeof path !== 'string') throw malformed('workflow');
    const runs = async (event: string, days: number) => {
      const query = `event=${event}&created=${encodeURIComponent(`>=${since(days)}`)}&per_page=100`;
      const answer = await git.get(`${base}/actions/workflows/${file}/runs?${query}`);
      if (answer === undefined) throw malformed('list of runs');
      return runsOf(answer, event);
    };
    const [onPullRequest, onSchedule] = await Promise.all([
      runs('pull_request', pullRequestDays),
      runs('schedule', skills.scheduleMaxAgeDays + 1),
    ]);
    return { state, path, onPullRequest, onSchedule };
  },
});

const malformed = (what: string) => new ProbeError('bad_response', `the git host answered a ${what} of another form`);

function runsOf(answer: unknown, event: string): WorkflowRun[] {
  const { workflow_runs: list, total_count: total } = answer as { workflow_runs?: unknown; total_count?: unknown };
  if (!Array.isArray(list) || typeof total !== 'number') throw malformed('list of runs');
  // The host lists at most 1,000 runs of a search, however many it counts.
  if (list.length < Math.min(total, 1000))
    throw new ProbeError('truncated', 'the git host left out some runs of a list');
  return list.map((run) => runOf(run, event)).sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

function runOf(run: Readonly<Record<string, unknown>>, event: string): WorkflowRun {
  const { id, conclusion, head_sha: commit } = run;
  // Both may be null: then it is a run of no branch that is known, or in no state.
  const [status, branch] = [run['status'] ?? '', run['head_branch'] ?? ''];
  const createdAt = new Date(String(run['created_at']));
  const updatedAt = new Date(String(run['updated_at']));
  if (
    typeof id !== 'number' ||
    typeof status !== 'string' ||
    typeof branch !== 'string' ||
    typeof commit !== 'string' ||
    run['event'] !== event ||
    Number.isNaN(createdAt.getTime()) ||
    Number.isNaN(updatedAt.getTime())
  ) {
    throw malformed('run');
  }
  return { id, event, branch, commit, status, createdAt, updatedAt, conclusion: textOr(conclusion) };
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
