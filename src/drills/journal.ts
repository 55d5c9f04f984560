import type { Values } from './drill.ts';

/** What the journal begins with: enough to undo without knowing anything else. */
export interface Begun {
  readonly type: 'begun';
  readonly id: string;
  readonly drill: string;
  readonly version: string;
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly autoScalingGroup: string;
}

/**
 * One line of the journal. `intent` is on the disk before its move is made, `done` after it was; an intent without a
 * `done` may have happened or not.
 */
export type Entry =
  | Begun
  | { readonly type: 'prepared'; readonly values: Values }
  | { readonly type: 'intent'; readonly step: string; readonly move: number; readonly text: string }
  | { readonly type: 'done'; readonly step: string; readonly move: number; readonly learned: Values }
  | { readonly type: 'failed'; readonly step: string; readonly move: number; readonly message: string }
  | { readonly type: 'seen'; readonly step: string; readonly expectation: string; readonly learned: Values }
  | { readonly type: 'undoing'; readonly step: string; readonly text: string }
  | { readonly type: 'undone'; readonly step: string }
  | { readonly type: 'undo-failed'; readonly step: string; readonly message: string }
  | { readonly type: 'kept'; readonly step: string }
  | { readonly type: 'ended'; readonly outcome: string };

/** A line as it is written: with its time and number. */
export type Line = Entry & { readonly at: string; readonly n: number };

/** Append-only. `append` returns when the line is on the disk, and throws when it cannot be. */
export interface Journal {
  readonly path: string;
  readonly lines: readonly Line[];
  append(entry: Entry): void;
}

/** Everything that was learned so far; later values win. */
export function valuesOf(lines: readonly Line[]): Values {
  const values: Record<string, string> = {};
  for (const line of lines) {
    if (line.type === 'prepared') Object.assign(values, line.values);
    if (line.type === 'done' || line.type === 'seen') Object.assign(values, line.learned);
  }
  return values;
}

/** The steps that were begun and not taken back, the last one first. Those that were kept are among them. */
export function openSteps(lines: readonly Line[]): readonly string[] {
  const open: string[] = [];
  for (const line of lines) {
    if (line.type === 'intent' && !open.includes(line.step)) open.unshift(line.step);
    if (line.type === 'undone') open.splice(0, open.length, ...open.filter((step) => step !== line.step));
  }
  return open;
}

export function begunOf(lines: readonly Line[]): Begun | undefined {
  const [first] = lines;
  return first?.type === 'begun' ? first : undefined;
}
