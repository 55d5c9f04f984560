import type { DrillRecord, Measurement } from '../model/drill-record.ts';
import type { ProbeError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { asProbeError, untilAborted } from '../runner/gather.ts';
import { makeMove } from './deployment.ts';
import { type Expectation, isPassing, type Seen, type Step } from './drill.ts';
import { valuesOf } from './journal.ts';
import { textOf } from './plan.ts';
import { type DrillOptions, pause, reasonOf, type Steady, steadyState } from './progress.ts';
import { type UndoState, undoAll } from './undo.ts';

export interface DrillResult {
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** Why, where it is not a pass. */
  readonly reasons: readonly string[];
  readonly before: Report;
  /** Undefined where nothing was begun. */
  readonly after: Steady | undefined;
  readonly measurements: readonly Measurement[];
  readonly undo: ReadonlyMap<string, UndoState>;
}

/**
 * The experiment: steady state, method, undo in reverse, steady state. Every move is in the journal before it is made.
 * Resolves whatever happens after the first move; rejects when the journal cannot be written.
 * @throws UsageError for what is wrong on this side, before anything is done
 */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const { drill, deployment, journal, interrupt } = options;
  const before = await steadyState(options, 'before', interrupt);
  const report = before.report as Report;
  if (!before.ok) {
    journal.append({ type: 'ended', outcome: 'refused' });
    const reasons = [`nothing was done, for it is not steady at the start: ${before.text}`];
    return { outcome: 'unknown', reasons, before: report, after: undefined, measurements: [], undo: new Map() };
  }
  deployment.bind(report.subject.instances);
  const measurements: Measurement[] = [];
  const reasons: string[] = [];
  try {
    const world = deployment.world({});
    const values = await untilAborted(drill.prepare(world), interrupt);
    const hosts = report.subject.instances.map(({ id, address }) => `${id}=${address}`).join(',');
    journal.append({ type: 'prepared', values: { ...values, hosts, mark: world.id } });
    for (const step of drill.method(deployment.environment)) {
      interrupt.throwIfAborted();
      if (!(await makeStep(step, options)) || !(await awaitExpectations(step, options, measurements))) break;
    }
  } catch (thrown) {
    reasons.push(reasonOf(thrown));
  }
  reasons.push(...journal.lines.flatMap((l) => (l.type === 'failed' ? [`${l.step}: ${l.message}`] : [])));
  const undo = await undoAll(options, true);
  const after = await steadyState(options, 'after', new AbortController().signal);
  const settled = conclude(options, measurements, reasons, undo, after);
  journal.append({ type: 'ended', outcome: settled.outcome });
  return { ...settled, before: report, after, measurements, undo };
}

function conclude(
  { drill, deployment }: DrillOptions,
  measurements: readonly Measurement[],
  reasons: readonly string[],
  undo: ReadonlyMap<string, UndoState>,
  after: Steady,
): Pick<DrillResult, 'outcome' | 'reasons'> {
  const failures: string[] = [];
  const unknowns = [...reasons];
  for (const [step, state] of undo) if (state === 'failed') failures.push(`the undo of ${step} failed`);
  if (after.report?.verdict === 'NOT_READY') failures.push(`not steady at the end: ${after.text}`);
  else if (!after.ok) unknowns.push(`the steady state at the end is not known: ${after.text}`);
  for (const { outcome, claim, observed, seconds, limitSeconds } of measurements) {
    const late = seconds === null || limitSeconds === null ? '' : ` (after ${seconds} s, limit ${limitSeconds} s)`;
    if (outcome === 'fail') failures.push(`not so: ${claim}: ${observed}${late}`);
    if (outcome === 'unknown') unknowns.push(`not known: ${claim}: ${observed}`);
  }
  const expected = drill.method(deployment.environment).flatMap(({ expect = [] }) => expect);
  const missing = expected.filter(({ id }) => !measurements.some((m) => m.id === id));
  unknowns.push(...missing.map(({ claim }) => `not come to: ${claim}`));
  const outcome = failures.length > 0 ? 'fail' : unknowns.length > 0 ? 'unknown' : 'pass';
  return { outcome, reasons: [...failures, ...unknowns].map((text) => inert(text)) };
}

/** Makes the moves of a step; whether all of them worked. */
async function makeStep(step: Step, { deployment, journal, emit }: DrillOptions): Promise<boolean> {
  for (const [i, move] of step.moves.entries()) {
    const values = valuesOf(journal.lines);
    const text = textOf(move, values, deployment.environment);
    journal.append({ type: 'intent', step: step.id, move: i, text });
    emit({ type: 'move', text });
    try {
      const learned = await makeMove(move, deployment, values);
      journal.append({ type: 'done', step: step.id, move: i, learned });
    } catch (thrown) {
      journal.append({ type: 'failed', step: step.id, move: i, message: reasonOf(thrown) });
      return false;
    }
  }
  return true;
}

/** Waits for what has to follow, one after the other; whether to go on with the method. */
async function awaitExpectations(step: Step, options: DrillOptions, measurements: Measurement[]): Promise<boolean> {
  const { deployment, journal, emit } = options;
  const since = performance.now();
  for (const expectation of step.expect ?? []) {
    const found = await awaitOne(expectation, since, options);
    const measurement: Measurement = {
      step: step.id,
      id: expectation.id,
      claim: expectation.claim,
      from: expectation.from,
      outcome: found.outcome,
      observed: inert(found.observed),
      limitSeconds: expectation.limit?.(deployment.environment) ?? null,
      seconds: found.seconds ?? null,
      localSeconds: Math.round((performance.now() - since) / 100) / 10,
    };
    measurements.push(measurement);
    journal.append({ type: 'seen', step: step.id, expectation: expectation.id, learned: found.learned ?? {} });
    emit({ type: 'seen', measurement });
    if (!found.come) return false;
  }
  return true;
}

type Found = Omit<Seen, 'ok'> & {
  readonly outcome: Measurement['outcome'];
  /** Whether it came at all, so that the method can go on. */
  readonly come: boolean;
};

async function awaitOne(expectation: Expectation, since: number, options: DrillOptions): Promise<Found> {
  const { deployment, journal, emit, interrupt, pollMs } = options;
  const patience = expectation.patience(deployment.environment);
  const limit = expectation.limit?.(deployment.environment);
  for (;;) {
    const seconds = (performance.now() - since) / 1000;
    let lost: ProbeError | undefined;
    emit({ type: 'waiting', claim: expectation.claim, seconds, ...(limit !== undefined && { limit }), patience });
    try {
      const seen = await untilAborted(expectation.look(deployment.world(valuesOf(journal.lines))), interrupt);
      if (seen) return { ...seen, outcome: outcomeOf(seen, limit), come: true };
    } catch (thrown) {
      lost = asProbeError(thrown, expectation.id);
      if (!isPassing(lost)) return { outcome: 'unknown', observed: lost.message, come: false };
    }
    if (seconds > patience) {
      if (lost) return { outcome: 'unknown', observed: lost.message, come: false };
      return { outcome: 'fail', observed: `not within ${Math.round(seconds)} seconds`, come: false };
    }
    await untilAborted(pause(pollMs), interrupt).catch(() => {});
    if (interrupt.aborted) return { outcome: 'unknown', observed: 'the drill was interrupted', come: false };
  }
}

/** What is to be timed and has no time is not known to be in time. */
function outcomeOf({ ok, seconds }: Seen, limit: number | undefined): Measurement['outcome'] {
  if (!ok) return 'fail';
  if (limit === undefined) return 'pass';
  if (seconds === undefined) return 'unknown';
  return seconds <= limit ? 'pass' : 'fail';
}

/** The steady state as it stands in the record. */
export function assertionsOf(report: Report | undefined): DrillRecord['steadyBefore'] {
  const checks = report?.areas.flatMap((area) => area.checks) ?? [];
  return checks.map(({ id, status, observed }) => ({ check: id, status, observed: inert(observed) }));
}
