import { createInterface } from 'node:readline/promises';
import type { DrillEvent } from '../drills/progress.ts';
import { UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';

/** Consent is the name of the environment, typed exactly. @throws UsageError without it */
export async function consent(environment: string, given: string | undefined, what: string): Promise<void> {
  let typed = given;
  if (typed === undefined && process.stdin.isTTY && process.stderr.isTTY) {
    typed = await ask(`${what} changes the live deployment. Type the name of the environment to go on: `);
  }
  if (typed === environment) return;
  throw new UsageError(
    typed === undefined
      ? `${what} changes the live deployment and was not confirmed`
      : 'what was confirmed is not the name of the environment',
    `Read clawcheck drill plan, then add --confirm ${environment}.`,
  );
}

/** An undo that is offered; without a terminal nobody can be asked, and it is kept. */
export async function decideAtTerminal(offer: string, interrupt: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY || interrupt.aborted) return false;
  const answer = await ask(`${inert(offer)} Do it now? [y/N] `).catch(() => '');
  return /^y(es)?$/i.test(answer.trim());
}

async function ask(question: string): Promise<string> {
  const typed = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await typed.question(question);
  } finally {
    typed.close();
  }
}

/** Between two lines that say that the same is still waited for. */
const betweenLinesMs = 15_000;

/** The progress of a drill, on the standard error. Failures of an undo are said even when quiet. */
export function sayDrill(quiet: boolean): { emit(event: DrillEvent): void; finish(): void } {
  const write = (line: string) => process.stderr.write(`${line}\n`);
  const live = process.stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  let last = { claim: '', at: 0 };
  let open = false;
  const clear = () => {
    if (open) process.stderr.write('\r\u001b[K');
    open = false;
  };
  const emit = (event: DrillEvent) => {
    if (quiet && event.type !== 'undo-failed') return;
    if (event.type === 'waiting' && live) {
      clear();
      process.stderr.write(waiting(event));
      open = true;
      return;
    }
    if (event.type === 'waiting') {
      const now = performance.now();
      if (last.claim === event.claim && now - last.at < betweenLinesMs) return;
      last = { claim: event.claim, at: now };
    }
    clear();
    write(lineOf(event));
  };
  return { emit, finish: clear };
}

function lineOf(event: DrillEvent): string {
  switch (event.type) {
    case 'steady':
      return `steady ${event.when}: ${event.ok ? 'yes' : 'NO'}: ${inert(event.text, 2000)}`;
    case 'move':
      return `does:   ${inert(event.text, 2000)}`;
    case 'waiting':
      return waiting(event);
    case 'seen': {
      const { claim, outcome, observed, seconds, limitSeconds, from } = event.measurement;
      const time = seconds === null ? '' : ` after ${seconds} s by the ${from}`;
      const limit = limitSeconds === null ? '' : ` (limit ${limitSeconds} s)`;
      return `${outcome}:   ${claim}${time}${limit}: ${inert(observed)}`;
    }
    case 'undo':
      return `undo:   ${inert(event.text, 2000)}`;
    case 'undo-failed':
      return `UNDO FAILED: ${inert(event.text, 2000)}`;
    default:
      return event satisfies never;
  }
}

function waiting({ claim, seconds, limit, patience }: Extract<DrillEvent, { type: 'waiting' }>): string {
  const bound = limit === undefined ? '' : `limit ${limit} s, `;
  return `waits:  ${Math.round(seconds)} s: ${claim} (${bound}gives up after ${Math.round(patience)} s)`;
}
