import { exitCodeOf } from '../model/exit-code.ts';

// Node ends with 0 when nothing is left to wait for, also when the run never came to its end. Until a report is
// written and its verdict known, the exit code is that of a defect.
process.exitCode = exitCodeOf('internal');

const { program } = await import('./program.ts');
await program(process.argv);
