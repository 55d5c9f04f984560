import { UsageError } from '../../src/model/reason.ts';
import { type Report, verdictOf } from '../../src/model/report.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { runScenario, statusesOf, type Tap } from '../support/rig.ts';
import { type Fault, faults, type PortName } from './faults.ts';

/** A call of the fault-free run: the Nth of all. */
export interface Call {
  readonly n: number;
  readonly port: PortName;
  readonly call: string;
}

export interface Trial extends Call {
  readonly flaws: readonly string[];
  readonly fault: Fault;
  /** Whether the fault stays: on this call and every later one of the same port. */
  readonly persistent: boolean;
}

/** What a trial showed against the promise; empty when it held. */
export interface Outcome {
  readonly trial: Trial;
  readonly violations: readonly string[];
  readonly verdict: string;
  /** Whether any status differs from the fault-free run. */
  readonly noticed: boolean;
}

export interface Baseline {
  readonly flaws: readonly string[];
  readonly report: Report;
  readonly statuses: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
}

/** The run without a fault, and every call it makes, in order. */
export async function baseline(flaws: readonly string[]): Promise<Baseline> {
  const calls: Call[] = [];
  const tap: Tap = (port, call, answer) => {
    calls.push({ n: calls.length, port, call });
    return answer();
  };
  const report = await runScenario(flaws, { tap });
  return { flaws, report, statuses: statusesOf(report), calls };
}

/** Every call, every fault of its port, once alone and once for good. */
export function trialsOf({ calls, flaws }: Baseline): Trial[] {
  return calls.flatMap((call) =>
    faults[call.port].flatMap((fault) => [false, true].map((persistent) => ({ ...call, flaws, fault, persistent }))),
  );
}

/** Runs one trial and holds it against the promise. Undefined where the fault does not apply to the call. */
export async function attempt(trial: Trial, { statuses }: Baseline): Promise<Outcome | undefined> {
  let n = -1;
  let applied = false;
  const tap: Tap = (port, call, answer) => {
    n += 1;
    const hit = n === trial.n || (trial.persistent && n > trial.n && port === trial.port);
    const instead = hit && port === trial.port ? trial.fault.apply(call, answer) : undefined;
    if (instead !== undefined) applied = true;
    return instead ?? answer();
  };
  let report: Report;
  try {
    report = await runScenario(trial.flaws, { tap });
  } catch (error) {
    const expected = error instanceof UsageError;
    return { trial, violations: expected ? [] : [`the run threw ${String(error)}`], verdict: 'exit 64', noticed: true };
  }
  if (!applied) return undefined;
  return judged(trial, report, statuses);
}

function judged(trial: Trial, report: Report, before: Readonly<Record<string, string>>): Outcome {
  const after = statusesOf(report);
  const violations: string[] = [];
  const changed = Object.keys(before).filter((id) => before[id] !== after[id]);
  const ids = report.areas.flatMap(({ checks }) => checks.map(({ id }) => id));
  if (ids.length !== new Set(ids).size || ids.length !== Object.keys(before).length) {
    violations.push('a check is missing from the report, or in it twice');
  }
  if (!reportSchema.safeParse(JSON.parse(JSON.stringify(report))).success)
    violations.push('the report has not its form');
  const results = report.areas.flatMap(({ checks }) => checks);
  if (verdictOf(results, report) !== report.verdict) violations.push('the verdict does not follow');
  for (const id of changed) {
    const [was, is] = [before[id], after[id]];
    if (isGood(is) && !isGood(was)) violations.push(`${id} got better: ${was} to ${is}`);
    else if (trial.fault.kind === 'loss' && is !== 'unknown') violations.push(`${id} went from ${was} to ${is}`);
  }
  if (report.verdict === 'READY' && Object.values(before).some((status) => !isGood(status)))
    violations.push('READY on a flawed deployment');
  // A gateway that did not answer is asked again while it may be starting: the answer is late, not lost.
  const askedAgain = trial.call === 'GET /readyz' && !trial.persistent;
  if (report.verdict === 'READY' && trial.fault.kind === 'loss' && !askedAgain)
    violations.push('READY although an answer was lost');
  return { trial, violations, verdict: report.verdict, noticed: changed.length > 0 };
}

/** Whether a status lets a deployment be READY. */
function isGood(status: string | undefined): boolean {
  return status !== 'fail' && status !== 'unknown';
}

/** A repeatable choice: a linear congruential generator over a seed (Numerical Recipes' constants). */
export function sample<T>(items: readonly T[], size: number, seed: number): T[] {
  const pool = [...items];
  let state = seed >>> 0;
  const picked: T[] = [];
  while (picked.length < size && pool.length > 0) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    picked.push(...pool.splice(state % pool.length, 1));
  }
  return picked;
}
