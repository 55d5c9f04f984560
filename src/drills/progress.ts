import type { Measurement } from '../model/drill-record.ts';
import type { Report } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { asProbeError } from '../runner/gather.ts';
import type { Deployment } from './deployment.ts';
import type { Drill } from './drill.ts';
import type { Journal } from './journal.ts';

/** What a drill says while it goes on. */
export type DrillEvent =
  | { readonly type: 'steady'; readonly when: 'before' | 'after'; readonly ok: boolean; readonly text: string }
  | { readonly type: 'move'; readonly text: string }
  | {
      readonly type: 'waiting';
      readonly claim: string;
      /** Since the end of the step. */
      readonly seconds: number;
      readonly limit?: number;
      readonly patience: number;
    }
  | { readonly type: 'seen'; readonly measurement: Measurement }
  | { readonly type: 'undo'; readonly text: string }
  | { readonly type: 'undo-failed'; readonly text: string };

export interface DrillOptions {
  readonly drill: Drill;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly emit: (event: DrillEvent) => void;
  /** Stops the method; what was begun is undone all the same. */
  readonly interrupt: AbortSignal;
  /** Between two looks. */
  readonly pollMs: number;
  /** What a person says to an undo that is offered: whether to do it now. */
  readonly decide: (offer: string) => Promise<boolean>;
}

/** The steady state as it was found; no report where not even a run could begin. */
export interface Steady {
  readonly report: Report | undefined;
  readonly ok: boolean;
  readonly text: string;
}

/** The steady state; at the end asked again until it holds or `recovery` is over. */
export async function steadyState(
  { deployment, drill, emit, pollMs }: DrillOptions,
  when: 'before' | 'after',
  interrupt: AbortSignal,
): Promise<Steady> {
  const giveUp = performance.now() + (when === 'after' ? drill.recovery(deployment.environment) * 1000 : 0);
  for (;;) {
    const steady = await lookSteady(deployment, when, interrupt);
    if (steady.ok || performance.now() + pollMs > giveUp) {
      emit({ type: 'steady', when, ok: steady.ok, text: steady.text });
      return steady;
    }
    await pause(pollMs);
  }
}

async function lookSteady(deployment: Deployment, when: 'before' | 'after', interrupt: AbortSignal): Promise<Steady> {
  try {
    const report = await deployment.steady(interrupt);
    return { report, ok: report.verdict === 'READY', text: steadyText(report) };
  } catch (thrown) {
    // Before anything was done, what is wrong on this side is for the user to mend.
    if (when === 'before') throw thrown;
    return { report: undefined, ok: false, text: reasonOf(thrown) };
  }
}

function steadyText({ areas, subject, verdict }: Report): string {
  if (verdict === 'READY') return 'every assertion holds';
  if (subject.mismatches.length > 0) return inert(subject.mismatches.join('; '));
  const wrong = areas.flatMap(({ checks }) => checks).filter(({ status }) => status !== 'pass');
  return inert(wrong.map((c) => `${c.headline} (${c.reason?.message ?? c.observed})`).join('; '));
}

/** Why something failed, as inert text with the next step. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === 'UsageError') return inert(thrown.message);
  const { message, next } = asProbeError(thrown, 'drill');
  return inert(next === undefined ? message : `${message}. ${next}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
