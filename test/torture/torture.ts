import { registry } from '../../checks/index.ts';
import { ProbeError, UsageError } from '../../src/model/reason.ts';
import { type Report, verdictOf } from '../../src/model/report.ts';
import { group } from '../../src/probes/aws/group.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { isHostScoped, probesOf } from '../../src/runner/gather.ts';
import type { Registry } from '../../src/runner/plan.ts';
import { runScenario, statusesOf, type Tap } from '../support/rig.ts';
import { canaryMark, type Fault, faults, type Others, type PortName } from './faults.ts';
import { isNeeded } from './needed.ts';
import { ownTime } from './own-time.ts';

/** A call of the fault-free run. The order of calls is not fixed, so a call is known by what it asks, and how often. */
export interface Call {
  readonly port: PortName;
  readonly call: string;
  /** Port, call and what it asks for. */
  readonly key: string;
  /** Which of the calls with this key, from 0. */
  readonly time: number;
  /** What it answered with in the fault-free run. */
  readonly answered: unknown;
  /** The same, where that was an error. */
  readonly error: string | undefined;
}

export interface Trial extends Call {
  readonly fault: Fault;
  /** Whether the fault stays: on this call and every later one of the same port. */
  readonly persistent: boolean;
}

/** What a trial showed. Each list is empty when the promise held. */
export interface Outcome {
  readonly trial: Trial;
  readonly verdict: string;
  /** READY although the truth is not, or something needed was lost. */
  readonly wrongReady: readonly string[];
  /** Checks that are favourable although an answer that they depend on was lost, or better than without the fault. */
  readonly wrongStatus: readonly string[];
  /** Checks that do not depend on the call, and changed. */
  readonly unrelated: readonly string[];
  /** A run that did not end in its time. */
  readonly hangs: readonly string[];
  /** What got out that must not, and what was left open. */
  readonly leaks: readonly string[];
  /** A report that is missing, has not its form or contradicts itself. */
  readonly broken: readonly string[];
  /** Whether any status differs from the fault-free run. */
  readonly noticed: boolean;
}

/** What is counted, and what the figure is called. */
export const promises = {
  wrongReady: 'wrong READY',
  wrongStatus: 'checks that pass without an answer they depend on, or got better',
  unrelated: 'verdict changes in unrelated checks',
  hangs: 'hangs past the deadline',
  leaks: 'leaks',
  broken: 'reports that are broken',
} as const;

export type Promised = keyof typeof promises;

/** Everything that a trial broke, in words. */
export function violationsOf(outcome: Outcome): string[] {
  return (Object.keys(promises) as Promised[]).flatMap((promise) =>
    outcome[promise].map((text) => `${promises[promise]}: ${text}`),
  );
}

export interface Baseline {
  readonly flaws: readonly string[];
  readonly report: Report;
  readonly statuses: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  /** The checks that make a call, by its key: all that would be lost with its answer. */
  readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;
}

/** How long a run may take after its deadline before it counts as hanging, in milliseconds. */
const graceMs = 5_000;
const hangDeadlineMs = 2_000;
const nonce = '00000000-0000-4000-8000-000000000000';

/** The run without a fault, every call it makes, and which check makes it when it is alone. */
export async function baseline(flaws: readonly string[]): Promise<Baseline> {
  const calls: Call[] = [];
  const counted = counter();
  const report = await runScenario(flaws, {
    nonce,
    twoPages: true,
    tap: async (port, call, answer, input) => {
      const { key, time } = counted(port, call, input);
      const entry = { port, call, key, time, answered: undefined as unknown, error: undefined as string | undefined };
      if (call !== 'close') calls.push(entry);
      try {
        const answered = await answer();
        if (answered instanceof ProbeError) entry.error = answered.reason;
        else entry.answered = answered;
        return answered;
      } catch (thrown) {
        entry.error = thrown instanceof ProbeError ? thrown.reason : (thrown as Error).name;
        throw thrown;
      }
    },
  });
  const dependents = new Map<string, Set<string>>();
  for (const check of Object.keys(statusesOf(report))) {
    const tap: Tap = (port, call, answer, input) => {
      const key = keyOf(port, call, input);
      if (port !== 'aws' || call !== groupCall || (needsGroup(check) && !isLastLook(input)))
        dependents.set(key, (dependents.get(key) ?? new Set()).add(check));
      return answer();
    };
    await runScenario(flaws, { checks: [check], nonce, twoPages: true, tap });
  }
  return { flaws, report, statuses: statusesOf(report), calls, dependents };
}

/** Every run asks for the group, to be bound to it; without it, what no fact of the group goes into is judged still. */
const groupCall = 'autoscaling:DescribeAutoScalingGroups';

/** When all is judged, the group is asked for once more: what comes of it changes the verdict and no check. */
function isLastLook(input: unknown): boolean {
  return JSON.stringify(input).includes(lastLook);
}

const lastLook = '"IncludeInstances":true';

function needsGroup(id: string): boolean {
  const [area = '', name = ''] = id.split('/');
  const needs = (registry as Registry)[area]?.checks[name]?.needs ?? {};
  return [...probesOf([needs])].some((probe) => probe === group || isHostScoped(probe));
}

/** Every call, every fault of its port, once alone and once for good; but not a fault that is what comes anyway. */
export function trialsOf({ calls }: Baseline): Trial[] {
  return calls.flatMap((call) =>
    faults[call.port]
      .filter(({ name }) => name !== call.error)
      .flatMap((fault) => [false, true].map((persistent) => ({ ...call, fault, persistent }))),
  );
}

/** Runs one trial and holds it against the promises. Undefined where the fault does not apply to the call. */
export async function attempt(trial: Trial, base: Baseline): Promise<Outcome | undefined> {
  const { fault, persistent } = trial;
  const counted = counter();
  const lost = new Set<string>();
  const repeated = new Set<string>();
  let begun = false;
  let applied = false;
  let open = 0;
  const tap: Tap = (port, call, answer, input) => {
    if (call === 'close') open -= 1;
    const { key, time } = counted(port, call, input);
    if (lost.has(key)) repeated.add(key);
    begun ||= key === trial.key && time === trial.time;
    const isHit =
      port === trial.port && call !== 'close' && (persistent ? begun : key === trial.key && time === trial.time);
    const instead = isHit ? fault.apply(call, answer, othersOf(base, { ...trial, port, call, key })) : undefined;
    if (instead !== undefined) {
      applied = true;
      lost.add(key);
      return instead;
    }
    if (call === 'open') open += 1;
    return answer();
  };
  const events: unknown[] = [];
  const timeoutMs = fault.kind === 'hang' ? hangDeadlineMs : 30_000;
  const clock = ownTime();
  const none = { wrongReady: [], wrongStatus: [], unrelated: [], hangs: [], leaks: [], broken: [], noticed: true };
  let report: Report;
  try {
    report = await runScenario(base.flaws, { tap, nonce, twoPages: true, timeoutMs, emit: (e) => events.push(e) });
  } catch (error) {
    clock.stop();
    // Credentials that do not work at all end the run with one line and exit 64.
    if (error instanceof UsageError) return { ...none, trial, verdict: 'exit 64' };
    return { ...none, trial, verdict: 'none', broken: [`the run threw ${String(error)}`] };
  }
  const elapsed = clock.stop();
  if (!applied) return undefined;
  const text = JSON.stringify(report);
  // An answer that is asked for again is late, not lost.
  if (!persistent) for (const key of repeated) lost.delete(key);
  return {
    trial,
    verdict: report.verdict,
    ...compared(report, base, fault, lost),
    hangs: elapsed > timeoutMs + graceMs ? [`it took ${Math.round(elapsed)} ms of ${timeoutMs}`] : [],
    leaks: [
      ...((text + JSON.stringify(events)).includes(canaryMark)
        ? ['text of the target is in the report or an event']
        : []),
      ...(open === 0 ? [] : [`${open} hosts were left open`]),
    ],
    broken: defectsOf(report, text, base),
  };
}

function othersOf({ calls }: Baseline, { port, call, key }: Call): Others {
  return (alike) => {
    const fits = (one: Call) => one.port === port && one.key !== key && (one.call === call) === alike;
    return calls.find((one) => fits(one) && one.answered !== undefined && one.call !== 'open')?.answered;
  };
}

function compared(
  report: Report,
  { statuses: before, dependents }: Baseline,
  { kind, name }: Fault,
  lost: Set<string>,
) {
  const after = statusesOf(report);
  // Who is not what the environment file names is not judged at all.
  const isForeign = report.verdict === 'UNTRUSTED';
  const dependent = new Set(
    isForeign ? Object.keys(before) : [...lost].flatMap((key) => [...(dependents.get(key) ?? [])]),
  );
  const needing = [...dependent].filter(
    (id) => isForeign || [...lost].some((key) => dependents.get(key)?.has(id) && isNeeded(id, key, name)),
  );
  const wrongStatus: string[] = [];
  const unrelated: string[] = [];
  for (const [id, was] of Object.entries(before)) {
    const is = after[id];
    if (isGood(is) && !isGood(was)) wrongStatus.push(`${id} got better: ${was} to ${is}`);
    if (!dependent.has(id)) {
      // At the deadline everything that is still being looked at is unknown.
      if (is !== was && kind !== 'hang') unrelated.push(`${id} went from ${was} to ${is}`);
    } else if (kind !== 'lie' && needing.includes(id)) {
      if (is === 'pass') wrongStatus.push(`${id} passes without an answer that it asked for`);
      if (is !== was && is !== 'unknown') wrongStatus.push(`${id} went from ${was} to ${is}`);
    }
  }
  const isReady = Object.values(before).every(isGood);
  const isLost = needing.length > 0 || [...lost].some((key) => key.includes(lastLook));
  const isWrong = report.verdict === 'READY' && (!isReady || (kind !== 'lie' && isLost));
  const noticed = Object.keys(before).some((id) => before[id] !== after[id]);
  return {
    wrongReady: isWrong ? [isReady ? 'an answer was lost' : 'the truth is not'] : [],
    wrongStatus,
    unrelated,
    noticed,
  };
}

function defectsOf(report: Report, text: string, { statuses }: Baseline): string[] {
  const results = report.areas.flatMap(({ checks }) => checks);
  const ids = results.map(({ id }) => id);
  const expected = Object.keys(statuses);
  return [
    ...(ids.length === expected.length && expected.every((id) => ids.includes(id))
      ? []
      : ['a check is not in it once']),
    ...(reportSchema.safeParse(JSON.parse(text)).success ? [] : ['the report has not its form']),
    ...(verdictOf(results, report) === report.verdict ? [] : ['the verdict does not follow']),
    ...(expected.length === Object.values(registry).flatMap(({ checks }) => Object.keys(checks)).length
      ? []
      : ['not every check was planned']),
  ];
}

/** Whether a status lets a deployment be READY. */
function isGood(status: string | undefined): boolean {
  return status !== 'fail' && status !== 'unknown';
}

function keyOf(port: PortName, call: string, input: unknown): string {
  return `${port} ${call}${input === undefined ? '' : ` ${JSON.stringify(input)}`}`;
}

/** Counts the calls of one run by key. */
function counter(): (port: PortName, call: string, input: unknown) => { key: string; time: number } {
  const times = new Map<string, number>();
  return (port, call, input) => {
    const key = keyOf(port, call, input);
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    return { key, time };
  };
}

/** What of all that could be tried is tried. */
export type Pick = <T>(all: readonly T[]) => readonly T[];

/** So many, chosen by a seed. */
export const sampled =
  (size: number, seed: number): Pick =>
  (all) =>
    sample(all, size, seed);

/** Does the work for each item, `lanes` at a time. */
export async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
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

/** Attempts all trials: those that wait for a deadline side by side, the others a few at a time. */
export async function attemptAll(trials: readonly Trial[], base: Baseline): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const work = async (trial: Trial) => {
    const outcome = await attempt(trial, base);
    if (outcome) outcomes.push(outcome);
  };
  const [waiting, quick] = [true, false].map((hangs) =>
    trials.filter(({ fault }) => (fault.kind === 'hang') === hangs),
  );
  await inLanes(quick ?? [], 4, work);
  await inLanes(waiting ?? [], 8, work);
  return outcomes;
}
