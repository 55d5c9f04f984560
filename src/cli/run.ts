import { AwsSessions } from '../adapters/aws/sessions.ts';
import { loadFile } from '../environment/load.ts';
import { UsageError } from '../model/reason.ts';
import { chosenFrom } from './environments.ts';
import type { RunCommandOptions } from './run-chosen.ts';
import { secondsOf } from './seconds.ts';

const mostJobs = 64;

/** Reads the environment file, and loads what runs while the first connections to AWS come about. */
export async function runCommand(options: RunCommandOptions): Promise<void> {
  const timeoutMs = secondsOf(options.timeout) * 1000;
  if (options.record !== undefined && options.replay !== undefined) {
    throw new UsageError('--record and --replay exclude each other');
  }
  const jobs = Number(options.jobs);
  if (!(Number.isInteger(jobs) && jobs >= 1 && jobs <= mostJobs)) {
    throw new UsageError(`--jobs takes a number from 1 to ${mostJobs}, not ${JSON.stringify(options.jobs)}`);
  }
  const file = loadFile(options.config);
  const names = chosenFrom(file, options.config, options);
  const sessions = new AwsSessions();
  const [name = ''] = names;
  const close =
    options.replay === undefined && names.length === 1
      ? await sessions.openAhead(file.load(name).environment)
      : undefined;
  try {
    const { runChosen } = await import('./run-chosen.ts');
    await runChosen(options, { file, names, jobs, timeoutMs, sessions });
  } finally {
    close?.();
  }
}
