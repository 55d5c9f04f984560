import type { LivePorts } from '../adapters/live.ts';
import { writeRecording } from '../adapters/recording/folder.ts';
import { ownSecrets } from '../adapters/recording/own-secrets.ts';
import { Recorder } from '../adapters/recording/recorder.ts';
import { Redactor } from '../adapters/recording/redact.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import type { ExtendedRegistry } from '../extensions/load.ts';
import type { Report } from '../model/report.ts';
import { firstDifference } from '../report/compare.ts';
import type { RunOptions } from '../runner/run.ts';
import { judgeAgain } from './replay.ts';
import { version } from './version.ts';

export interface RecordedRun {
  readonly live: LivePorts;
  /** Judges the recording once more, then writes it. @returns whether it is there and gives the same report */
  finish(report: Report): Promise<boolean>;
}

/** A run whose exchanges are written to a folder when it is over. */
export function recordedRun(
  folder: string,
  live: LivePorts,
  loaded: LoadedEnvironment,
  { selection, active, runEvals }: Pick<RunOptions, 'selection' | 'active' | 'runEvals'>,
  extended: ExtendedRegistry,
): RecordedRun {
  const redactor = new Redactor(ownSecrets(loaded.environment));
  const recorder = new Recorder(redactor);
  const nonce = crypto.randomUUID();
  return {
    live: {
      ...live,
      ports: recorder.record(live.ports),
      clock: recorder.clock(live.clock ?? (() => new Date())),
      nonce,
    },
    async finish({ window, mode, environment, ...rest }) {
      const complete = !window.interrupted;
      const recording = recorder.finish(
        {
          tool: { name: 'clawcheck', version },
          environment,
          mode,
          complete,
          selection: { areas: [...selection.areas], checks: [...selection.checks] },
          ...(active && { active }),
          ...(runEvals && { runEvals }),
          nonce,
        },
        live.calls,
      );
      try {
        writeRecording(recording, folder, redactor);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        process.stderr.write(`clawcheck: the recording could not be written to ${folder} (${code ?? message})\n`);
        return false;
      }
      if (!complete) return true;
      const again = await judgeAgain(recording, loaded, extended).catch(() => undefined);
      const difference = again ? firstDifference({ window, mode, environment, ...rest }, again) : 'everything';
      if (difference === undefined) return true;
      process.stderr.write(
        `clawcheck: the recording in ${folder} does not give the same report: ${difference} differs\n`,
      );
      return false;
    },
  };
}
