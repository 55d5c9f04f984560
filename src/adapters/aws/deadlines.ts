/**
 * What ends a call, in the older form that the SDK takes too: an `AbortSignal` for each call costs a run as much as to
 * sign them all.
 */
export interface CallEnd {
  aborted: boolean;
  reason: unknown;
  onabort: (() => void) | null;
}

/** The deadlines of the calls of one run: each ends at its own, and all end with the run. */
export class Deadlines {
  readonly #signal: AbortSignal;
  readonly #open = new Set<CallEnd>();

  /** @param signal ends the run */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    const endAll = () => {
      for (const end of this.#open) abort(end, signal.reason);
    };
    signal.addEventListener('abort', endAll, { once: true });
  }

  /** What a call comes to that is told to end when its time is over. */
  async within<T>(milliseconds: number, call: (end: CallEnd) => Promise<T>): Promise<T> {
    const { aborted, reason } = this.#signal;
    const end: CallEnd = { aborted, reason, onabort: null };
    const timer = setTimeout(
      () => abort(end, new DOMException('the call took too long', 'TimeoutError')),
      milliseconds,
    );
    timer.unref();
    this.#open.add(end);
    try {
      return await call(end);
    } finally {
      clearTimeout(timer);
      this.#open.delete(end);
    }
  }
}

function abort(end: CallEnd, reason: unknown): void {
  end.aborted = true;
  end.reason = reason;
  end.onabort?.();
}
