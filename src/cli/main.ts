import module from 'node:module';
import { cacheFolder } from '../loading/cache-folder.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { sayFailure } from './failure.ts';

// Node ends with 0 when nothing is left to wait for, also when the run never came to its end. Until a report is
// written and its verdict known, the exit code is that of a defect.
process.exitCode = exitCodeOf('internal');

// An error that nobody handles is a defect, whatever Node is told to make of it (--unhandled-rejections=warn): it never
// ends in a verdict.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => process.exit(sayFailure(error)));
}

// A reader that has seen enough (a closed pipe) is no failure; a full disk is.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = exitCodeOf('notWritten');
});
process.stderr.on('error', () => {});

// Node 22.8 and later keep what they compiled.
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
enableCompileCache?.(cacheFolder);

const { program } = await import('./program.ts');
await program(process.argv);
