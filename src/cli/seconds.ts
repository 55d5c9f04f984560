import { UsageError } from '../model/reason.ts';

/** The seconds of --timeout. @throws UsageError */
export function secondsOf(timeout: string): number {
  const seconds = Number(timeout);
  if (seconds >= 1 && seconds <= 3600) return seconds;
  throw new UsageError(`--timeout takes seconds from 1 to 3600, not ${JSON.stringify(timeout)}`);
}
