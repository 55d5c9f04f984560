import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import { say } from './say.ts';

/** A secret of this process stands in what was about to be written: a defect, and nothing is written. */
export class SecretInOutput extends Error {
  override readonly name = 'SecretInOutput';

  constructor() {
    super('a secret of this process stands in the report; nothing was written');
  }
}

/**
 * One line for the user's mistakes, with the next step; a trace only for our own defects.
 * @param environment whose run failed, where there are several
 * @returns the exit code
 */
export function sayFailure(error: unknown, environment?: string): number {
  const who = environment === undefined ? 'clawcheck' : `clawcheck: ${environment}`;
  if (error instanceof UsageError) {
    say(process.stderr, `${harmless(`${who}: ${error.message}`)}${error.next ? harmless(`  ${error.next}`) : ''}`);
    return exitCodeOf('usage');
  }
  if (error instanceof SecretInOutput) {
    process.stderr.write(`${who}: ${error.message}\n`);
    return exitCodeOf('internal');
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(harmless(`${who}: a defect in clawcheck: ${trace}`));
  return exitCodeOf('internal');
}

/** A message may quote a file or an argument: nothing in it acts on a terminal, or begins a line as a CI command. */
function harmless(text: string): string {
  return text
    .split('\n')
    .map((line) => `${inert(line, 2000).replace(/^(::|##)/, ' $1')}\n`)
    .join('');
}
