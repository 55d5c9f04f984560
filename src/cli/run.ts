import { livePorts } from '../adapters/live.ts';
import { loadEnvironment } from '../environment/load.ts';
import { UsageError } from '../model/reason.ts';
import { execute } from './execute.ts';
import { extendedRegistry } from './extended.ts';
import type { OutputOptions } from './output.ts';
import { recordingFor, replayPorts } from './replay.ts';
import { signOptions } from './sign.ts';

interface RunCommandOptions extends OutputOptions {
  readonly env?: string;
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
}

export async function runCommand(options: RunCommandOptions): Promise<void> {
  const timeout = Number(options.timeout);
  if (!(timeout >= 1 && timeout <= 3600)) {
    throw new UsageError(`--timeout takes seconds from 1 to 3600, not ${JSON.stringify(options.timeout)}`);
  }
  const loaded = loadEnvironment(options.config, options.env);
  if (options.record !== undefined && options.replay !== undefined) {
    throw new UsageError('--record and --replay exclude each other');
  }
  const recording = options.replay === undefined ? undefined : recordingFor(options.replay, loaded);
  const narrowed = options.area.length > 0 || options.check.length > 0;
  await execute({
    loaded,
    ...(await extendedRegistry(options.checks, loaded)),
    selection: (!narrowed && recording?.manifest.selection) || { areas: options.area, checks: options.check },
    timeoutMs: timeout * 1000,
    output: options,
    active: recording ? recording.manifest.active === true : options.active === true,
    record: options.record,
    sign: signOptions(options),
    open: (signal) => (recording ? replayPorts(recording, loaded) : livePorts(loaded, signal)),
  });
}
