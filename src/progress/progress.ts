import type { EventSink } from '../model/event.ts';

/** A view of a run while it goes on. */
export interface Progress {
  readonly emit: EventSink;
  /** Ends the view, whatever state the run is in; nothing is drawn after it. */
  finish(): Promise<void>;
}
