import type { Reason } from './reason.ts';
import type { Status, Verdict } from './report.ts';

/** Everything that can happen in a run, as values: progress views switch over it exhaustively. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly environment: string;
      readonly areas: readonly PlannedArea[];
      readonly probes: number;
    }
  | {
      readonly type: 'probe-started';
      readonly probe: string;
      readonly host?: string;
      /** The longest that it may take, where that is known before. */
      readonly seconds?: number;
    }
  | { readonly type: 'probe-finished'; readonly probe: string; readonly host?: string; readonly reason?: Reason }
  | { readonly type: 'check-judged'; readonly area: string; readonly check: string; readonly status: Status }
  | { readonly type: 'run-finished'; readonly verdict: Verdict; readonly seconds: number };

export interface PlannedArea {
  readonly id: string;
  readonly title: string;
  readonly checks: readonly string[];
}

export type EventSink = (event: RunEvent) => void;
