import type { LivePorts } from '../adapters/live.ts';
import { readRecording } from '../adapters/recording/folder.ts';
import type { Recording } from '../adapters/recording/format.ts';
import { replay } from '../adapters/recording/replayer.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import type { ExtendedRegistry } from '../extensions/load.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { run } from '../runner/run.ts';
import { version } from './version.ts';

/** Reads a recording and holds it against the environment file. @throws UsageError when it is of another one */
export function recordingFor(folder: string, loaded: LoadedEnvironment): Recording {
  const recording = readRecording(folder);
  refuseOther(recording, loaded);
  return recording;
}

function refuseOther({ manifest }: Recording, { environment, sha256 }: LoadedEnvironment): void {
  if (manifest.environment.name !== environment.name) {
    throw new UsageError(
      `the recording is of the environment ${JSON.stringify(manifest.environment.name)}`,
      `Replay it with --env ${manifest.environment.name}.`,
    );
  }
  if (manifest.environment.fileSha256 !== sha256) {
    throw new UsageError(
      'the recording was made with another environment file',
      `Replay it with the file of SHA-256 ${manifest.environment.fileSha256}.`,
    );
  }
  if (!manifest.complete)
    throw new UsageError('the recorded run was interrupted and cannot be replayed', 'Record again.');
}

/** The ports of a run that answers from a recording. */
export function replayPorts(recording: Recording, { environment }: LoadedEnvironment): LivePorts {
  const { aws } = environment;
  return { ...replay(recording, { region: aws.region, account: aws.account }), mode: 'replay', close: () => {} };
}

/** Judges a recording with the checks of this version, and those of the extensions. */
export async function judgeAgain(
  recording: Recording,
  loaded: LoadedEnvironment,
  extended: ExtendedRegistry,
): Promise<Report> {
  refuseOther(recording, loaded);
  const { ports, calls, mode, clock = () => new Date(), nonce = '' } = replayPorts(recording, loaded);
  return run({
    ...extended,
    environment: loaded.environment,
    others: loaded.others,
    fileSha256: loaded.sha256,
    selection: recording.manifest.selection,
    active: recording.manifest.active === true,
    runEvals: recording.manifest.runEvals === true,
    ports,
    calls,
    mode,
    version,
    clock,
    nonce,
    emit: () => {},
    interrupt: new AbortController().signal,
    timeoutMs: 120_000,
  });
}
