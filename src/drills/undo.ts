import type { DrillRecord } from '../model/drill-record.ts';
import { ProbeError, UntrustedError } from '../model/reason.ts';
import { group } from '../probes/aws/group.ts';
import { identity } from '../probes/aws/identity.ts';
import { asProbeError } from '../runner/gather.ts';
import { makeMove } from './deployment.ts';
import { isPassing, type Undo, type Values } from './drill.ts';
import { begunOf, openSteps, valuesOf } from './journal.ts';
import { textOf } from './plan.ts';
import { type DrillOptions, pause, reasonOf, type Steady, steadyState } from './progress.ts';

export type UndoState = DrillRecord['steps'][number]['undo'];

export interface UndoResult {
  readonly states: ReadonlyMap<string, UndoState>;
  readonly after: Steady;
  /** Whether nothing of the drill is left and the steady state holds. */
  readonly restored: boolean;
}

/**
 * Takes back what a journal has open, in reverse, and looks at the steady state. Begins nothing else.
 * @throws UntrustedError when this is not the deployment of the journal
 */
export async function undoDrill(options: DrillOptions): Promise<UndoResult> {
  const { deployment, journal } = options;
  const begun = begunOf(journal.lines);
  const { caller, asg } = await deployment.world(valuesOf(journal.lines)).facts({ caller: identity, asg: group });
  if (begun?.account !== caller.account || begun.autoScalingGroup !== asg.AutoScalingGroupName) {
    throw new UntrustedError('the journal is of another account or group than the credentials lead to');
  }
  const hosts = (valuesOf(journal.lines)['hosts'] ?? '').split(',').map((host) => host.split('='));
  deployment.bind(hosts.flatMap(([id, address]) => (id && address ? [{ id, address, hostKeyFingerprint: null }] : [])));
  const states = await undoAll(options, false);
  const after = await steadyState(options, 'after', new AbortController().signal);
  const left = openSteps(journal.lines).length;
  if (left === 0) journal.append({ type: 'ended', outcome: 'undone' });
  return { states, after, restored: left === 0 && after.ok };
}

/** @param first whether this is the end of the drill itself, where a person decides about what is offered */
export async function undoAll(options: DrillOptions, first: boolean): Promise<ReadonlyMap<string, UndoState>> {
  const { drill, deployment, journal, emit, decide } = options;
  const steps = drill.method(deployment.environment);
  const states = new Map<string, UndoState>();
  for (const id of openSteps(journal.lines)) {
    const step = steps.find((s) => s.id === id);
    const undo = step?.undo;
    if (step && !undo) {
      journal.append({ type: 'undone', step: id });
      states.set(id, 'none');
      continue;
    }
    const { offered } = undo ?? {};
    if (first && offered !== undefined && !(await decide(fillText(offered, valuesOf(journal.lines))))) {
      journal.append({ type: 'kept', step: id });
      states.set(id, 'kept');
      continue;
    }
    try {
      if (!undo)
        throw new ProbeError('conflict', 'the environment file no longer leads to this step: restore its part drills');
      if (undo.last && [...states.values()].includes('failed')) {
        throw new ProbeError('conflict', 'kept until all else is taken back');
      }
      const made = await takeBack(id, undo, options);
      journal.append({ type: 'undone', step: id });
      states.set(id, made ? 'done' : 'not-needed');
    } catch (thrown) {
      const message = reasonOf(thrown);
      journal.append({ type: 'undo-failed', step: id, message });
      emit({ type: 'undo-failed', text: `${undo?.title ?? id}: ${message}` });
      states.set(id, 'failed');
    }
  }
  return states;
}

/** Whether there was anything to take back. */
async function takeBack(step: string, undo: Undo, options: DrillOptions): Promise<boolean> {
  const before = undo.first ? await takeBack(step, undo.first, options) : false;
  const { deployment, journal, emit, pollMs } = options;
  const seconds = undo.seconds(deployment.environment);
  const giveUp = performance.now() + seconds * 1000;
  /** Asks until it says something; failures that may pass are waited out. */
  const until = async <T>(ask: () => Promise<T | 'later'>): Promise<T> => {
    for (;;) {
      let lost: ProbeError | undefined;
      try {
        const answer = await ask();
        if (answer !== 'later') return answer as T;
      } catch (thrown) {
        lost = asProbeError(thrown, step);
        if (!isPassing(lost)) throw lost;
      }
      if (performance.now() + pollMs > giveUp) throw lost ?? new ProbeError('timeout', `not within ${seconds} seconds`);
      await pause(pollMs);
    }
  };
  // A move that is lost on its way may have been made, and the group may have replaced the instance meanwhile: it is
  // looked at anew before it is made again.
  const made = await until(async () => {
    const needed = await undo.needed(deployment.world(valuesOf(journal.lines)));
    if (needed === 'later' || needed === undefined) return needed;
    const values = { ...valuesOf(journal.lines), ...needed };
    for (const move of undo.moves) {
      const text = textOf(move, values, deployment.environment);
      journal.append({ type: 'undoing', step, text });
      emit({ type: 'undo', text });
      await makeMove(move, deployment, values);
    }
    return values;
  });
  if (made && undo.settled) {
    const settled = undo.settled.bind(undo);
    await until(async () => ((await settled(deployment.world(made))) ? true : 'later'));
  }
  return before || made !== undefined;
}

/** A text with the values that it names in angle brackets. */
function fillText(text: string, values: Values): string {
  return text.replaceAll(/<(\w+)>/g, (whole, name) => values[name] ?? whole);
}
