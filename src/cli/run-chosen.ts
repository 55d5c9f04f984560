import type { AwsSessions } from '../adapters/aws/sessions.ts';
import { livePorts } from '../adapters/live.ts';
import type { LoadedFile } from '../environment/load.ts';
import { keepCompiled } from '../loading/kept-code.ts';
import { UsageError } from '../model/reason.ts';
import { type Execution, execute } from './execute.ts';
import { extendedRegistry } from './extended.ts';
import { filesFor, refuseShared } from './fleet-files.ts';
import { checkEndings, checkOutputs, type OutputOptions } from './output.ts';
import { recordingFor, replayPorts } from './replay.ts';
import { signOptions } from './sign.ts';

/** The command line of `run`. */
export interface RunCommandOptions extends OutputOptions {
  readonly env: readonly string[];
  readonly all?: boolean;
  readonly shard?: string;
  readonly jobs: string;
  readonly summary: readonly string[];
  readonly config: string;
  readonly area: readonly string[];
  readonly check: readonly string[];
  readonly checks: readonly string[];
  readonly timeout: string;
  readonly record?: string;
  readonly replay?: string;
  readonly sign?: string;
  readonly dsse?: string;
  readonly dsseKey?: string;
  readonly allowSimulated?: boolean;
  readonly active?: boolean;
  readonly runEvals?: boolean;
}

interface Chosen {
  readonly file: LoadedFile;
  /** Environments of the file, each once. */
  readonly names: readonly string[];
  /** How many runs go on at once. */
  readonly jobs: number;
  readonly timeoutMs: number;
  /** What all runs share. */
  readonly sessions: AwsSessions;
}

/** Runs the environments that the command line names: one, or several as a fleet. */
export async function runChosen(
  options: RunCommandOptions,
  { file, names, jobs, timeoutMs, sessions }: Chosen,
): Promise<void> {
  const fleet = options.all === true || options.shard !== undefined || names.length > 1;
  const narrowed = options.area.length > 0 || options.check.length > 0;
  const signing = signOptions(options);
  // Extensions are named for the whole file.
  const extended = await extendedRegistry(options.checks, file.load(names[0] ?? ''));

  const prepare = (name: string): Execution => {
    const named = (path: string) => path.replaceAll('{env}', name);
    const loaded = file.load(name);
    if (options.runEvals && loaded.environment.skills.promptfoo === undefined) {
      throw new UsageError('--run-evals needs skills.promptfoo', 'Name the promptfoo program in the environment file.');
    }
    const recording = options.replay === undefined ? undefined : recordingFor(named(options.replay), loaded);
    return {
      loaded,
      ...extended,
      selection: (!narrowed && recording?.manifest.selection) || { areas: options.area, checks: options.check },
      timeoutMs,
      output: { ...options, output: filesFor(options.output, name, fleet ? 'json' : options.format) },
      active: recording ? recording.manifest.active === true : options.active === true,
      runEvals: recording ? recording.manifest.runEvals === true : options.runEvals === true,
      record: options.record && named(options.record),
      sign: signing && { ...signing, dsse: signing.dsse && { ...signing.dsse, file: named(signing.dsse.file) } },
      open: (signal) => (recording ? replayPorts(recording, loaded) : livePorts(loaded, signal, sessions)),
    };
  };

  if (!fleet) {
    if (options.summary.length > 0)
      throw new UsageError('--summary is the report of a fleet', 'Add --all, or name more.');
    const [name = ''] = names;
    await execute(prepare(name));
    if (!narrowed) keepCompiled();
    return;
  }
  for (const [option, pattern] of [
    ['--record', options.record],
    ['--replay', options.replay],
    ['--dsse', options.dsse],
  ] as const) {
    if (pattern !== undefined)
      refuseShared(
        option,
        names.map((name) => pattern.replaceAll('{env}', name)),
      );
  }
  const files = names.flatMap((name) => filesFor(options.output, name));
  refuseShared('--output', [...files, ...options.summary]);
  checkOutputs({ output: files });
  checkEndings({ output: files, ...(options.format !== undefined && { format: options.format }) });
  const { checkTitles, executeFleet } = await import('./fleet.ts');
  const output = { files: options.summary, format: options.format, quiet: options.quiet };
  const titles = checkTitles(extended.registry);
  await executeFleet({ file, names, jobs, output, sessions, titles, prepare });
}
