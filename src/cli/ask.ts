import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';

/** Asks the person at the terminal. */
export interface Asker {
  /** One of the candidates by its number, or another answer as it was typed. */
  choose(what: string, candidates: readonly string[]): Promise<string>;
  /** What was typed; may be empty. Asked again as long as `refuse` says what is wrong with it. */
  text(what: string, refuse?: (answer: string) => string | undefined): Promise<string>;
  close(): void;
}

/** Questions go to the standard error, so that the standard output stays what was asked for. */
export function terminalAsker(input: Readable, output: Writable): Asker {
  const typed = createInterface({ input, output });
  // A terminal in raw mode gives Ctrl-C as a key: whoever presses it wants to be out, not to be told of options.
  typed.once('SIGINT', () => {
    typed.close();
    output.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  // Unlike `question`, this keeps what was typed ahead, and hears the end of the input.
  const lines = typed[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    output.write(question);
    const { value, done } = await lines.next();
    if (done) throw new UsageError('the input ended before every question was answered', 'Name the rest with options.');
    return value.trim();
  };
  return {
    async choose(what, candidates) {
      for (const [i, name] of candidates.entries()) output.write(`  ${i + 1}  ${inert(name, 200)}\n`);
      for (;;) {
        const answer = await ask(`Which is ${what}${candidates.length > 0 ? ' (a number, or a name)' : ''}? `);
        const number = /^\d{1,3}$/.test(answer) && candidates.length > 0 ? Number(answer) : undefined;
        const picked = number === undefined ? answer : (candidates[number - 1] ?? '');
        if (picked !== '') return picked;
      }
    },
    async text(what, refuse = () => undefined) {
      for (;;) {
        const answer = await ask(`Name ${what}: `);
        const refusal = refuse(answer);
        if (refusal === undefined) return answer;
        output.write(`  Not that: ${refusal}.\n`);
      }
    },
    close: () => typed.close(),
  };
}
