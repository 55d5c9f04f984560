import { type EndedBy, endingSignals } from '../model/exit-code.ts';

/** Listens to the signals that end a run. @returns what lets go of them */
export function onEnd(listener: (reason: EndedBy) => void): () => void {
  const listeners = Object.entries(endingSignals).map(([signal, reason]) => [signal, () => listener(reason)] as const);
  for (const [signal, listen] of listeners) process.on(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) process.off(signal, listen);
  };
}
