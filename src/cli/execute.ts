import type { LivePorts } from '../adapters/live.ts';
import { checkRecordingFolder } from '../adapters/recording/folder.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import { type EndedBy, exitCodeOf } from '../model/exit-code.ts';
import { ProbeError } from '../model/reason.ts';
import type { Report, ReportExtension } from '../model/report.ts';
import { plainProgress } from '../progress/plain.ts';
import type { Progress } from '../progress/progress.ts';
import type { Registry, Selection } from '../runner/plan.ts';
import { run } from '../runner/run.ts';
import { declaredChecks } from './declared.ts';
import { outboundFilter } from './outbound.ts';
import { checkEndings, checkOutputs, type OutputOptions, writeReport } from './output.ts';
import { recordedRun } from './record.ts';
import { checkSigning, type SignOptions, signReports } from './sign.ts';
import { onEnd } from './signals.ts';
import { version } from './version.ts';

export interface Execution {
  readonly loaded: LoadedEnvironment;
  readonly registry: Registry;
  readonly extensions?: readonly ReportExtension[];
  readonly selection: Selection;
  readonly timeoutMs: number;
  readonly output: OutputOptions;
  /** Consent to the experiments that act. */
  readonly active?: boolean;
  /** Consent to evaluating the skills. */
  readonly runEvals?: boolean;
  /** A folder for the recording of the run. */
  readonly record?: string | undefined;
  readonly sign?: SignOptions | undefined;
  open(signal: AbortSignal): LivePorts;
}

/** A run that came to its end: its report, and whether it and all that goes with it is written. */
export interface Executed {
  readonly report: Report;
  readonly complete: boolean;
}

/** How long the process may stay after the reports are written, for what still runs to end by itself. */
const lingerMilliseconds = 2_000;

/** The signals that end a run. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Set by the first signal. */
  readonly reason: EndedBy | undefined;
  /** Lets go of the signals, and of a process that something still keeps. */
  release(): void;
}

/** The first signal ends the looking and reports what was seen; the second ends the process at once. */
export function onInterrupt(): Interruption {
  const interrupt = new AbortController();
  let reason: EndedBy | undefined;
  const release = onEnd((by) => {
    if (reason) process.exit(exitCodeOf(reason));
    reason = by;
    interrupt.abort(new ProbeError('cancelled', 'the run was interrupted'));
  });
  return {
    signal: interrupt.signal,
    get reason() {
      return reason;
    },
    release() {
      release();
      // What cannot be called off (a program that hands out credentials, say) must not keep the process.
      setTimeout(() => process.exit(), lingerMilliseconds).unref();
    },
  };
}

/** Runs, reports, and sets the exit code, in this order: the code of the verdict is set only after every report is written. */
export async function execute(execution: Execution): Promise<void> {
  const standard = {
    ...execution.output,
    output: execution.output.output.length > 0 ? execution.output.output : ['-'],
  };
  const interruption = onInterrupt();
  try {
    const view = await progress(execution.output);
    const { report, complete } = await executeOnce({ ...execution, output: standard }, interruption.signal, view);
    process.exitCode = exitCodeOf(complete ? (interruption.reason ?? report.verdict) : 'notWritten');
  } finally {
    interruption.release();
  }
}

/** One run of perhaps several: looks, judges, writes what was asked for. Sets no exit code. */
export async function executeOnce(
  {
    loaded,
    registry,
    extensions = [],
    selection,
    timeoutMs,
    output,
    active = false,
    runEvals = false,
    record,
    sign,
    open,
  }: Execution,
  interrupt: AbortSignal,
  view: Progress,
): Promise<Executed> {
  checkOutputs(output);
  checkEndings(output);
  if (record !== undefined) checkRecordingFolder(record);
  const opened = open(interrupt);
  const recorded =
    record === undefined
      ? undefined
      : recordedRun(record, opened, loaded, { selection, active, runEvals }, { registry, extensions });
  const live = recorded?.live ?? opened;
  try {
    if (sign) checkSigning(sign, output, live.mode);
    const report = await run({
      registry,
      extensions,
      environment: loaded.environment,
      others: loaded.others,
      fileSha256: loaded.sha256,
      selection,
      active,
      runEvals,
      ports: live.ports,
      calls: live.calls,
      mode: live.mode,
      version,
      clock: live.clock ?? (() => new Date()),
      ...(live.nonce !== undefined && { nonce: live.nonce }),
      emit: view.emit,
      interrupt,
      timeoutMs,
    });
    await view.finish();
    const written = await writeReport(report, output, outboundFilter(loaded.environment, opened.secrets?.()));
    const signed = written && (!sign || signReports(sign, output, report, declaredChecks(registry)));
    const kept = (await recorded?.finish(report)) ?? true;
    return { report, complete: written && signed && kept };
  } finally {
    await view.finish();
    live.close();
  }
}

/** A view that shows nothing. */
export const noProgress: Progress = { emit: () => {}, finish: async () => {} };

async function progress({ quiet }: OutputOptions): Promise<Progress> {
  if (quiet) return noProgress;
  if (process.stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb') {
    return (await import('../progress/live.ts')).liveProgress(process.stderr);
  }
  return { ...noProgress, emit: plainProgress((line) => process.stderr.write(`${line}\n`)) };
}
