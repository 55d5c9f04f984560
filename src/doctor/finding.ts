import type { ProbeError } from '../model/reason.ts';

/** One thing that was tried, and whether it is as a run needs it. */
export interface Finding {
  readonly what: string;
  /** `note` is neither: it could not be tried, and nothing that was seen leads to it. */
  readonly state: 'ok' | 'problem' | 'note';
  /** Our own words only, never text of the target. */
  readonly message: string;
  /** What to do about it. */
  readonly next?: string | undefined;
}

export const ok = (what: string, message: string): Finding => ({ what, state: 'ok', message });

export const problem = (what: string, message: string, next?: string): Finding => ({
  what,
  state: 'problem',
  message,
  next,
});

export const note = (what: string, message: string): Finding => ({ what, state: 'note', message });

export const lost = (what: string, { message, next }: ProbeError): Finding => problem(what, message, next);
