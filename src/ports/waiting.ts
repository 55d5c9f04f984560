import { setTimeout as sleep } from 'node:timers/promises';

/** Time for a probe that waits until something has happened. A recording has that of back then, and waits for nothing. */
export interface Waiting {
  /** Milliseconds since it began to wait. */
  elapsed(): number;
  /** Rejects with the reason of the signal when the run ends. */
  wait(ms: number): Promise<void>;
}

/** @param name whose time it is: the probe, and its host */
export type WaitingPort = (name: string, signal: AbortSignal) => Waiting;

export const realWaiting: WaitingPort = (_, signal) => {
  const start = performance.now();
  return {
    elapsed: () => performance.now() - start,
    wait: (ms) => sleep(ms, undefined, { signal }).catch(() => Promise.reject(signal.reason)),
  };
};
