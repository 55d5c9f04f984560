import type { LivePorts } from '../adapters/live.ts';
import { checkRecordingFolder } from '../adapters/recording/folder.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { ProbeError } from '../model/reason.ts';
import type { ReportExtension } from '../model/report.ts';
import { plainProgress } from '../progress/plain.ts';
import type { Progress } from '../progress/progress.ts';
import type { Registry, Selection } from '../runner/plan.ts';
import { run } from '../runner/run.ts';
import { declaredChecks } from './declared.ts';
import { outboundFilter } from './outbound.ts';
import { checkOutputs, type OutputOptions, writeReport } from './output.ts';
import { recordedRun } from './record.ts';
import { checkSigning, type SignOptions, signReports } from './sign.ts';
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
  /** A folder for the recording of the run. */
  readonly record?: string | undefined;
  readonly sign?: SignOptions | undefined;
  open(signal: AbortSignal): LivePorts;
}

/** How long the process may stay after the reports are written, for what still runs to end by itself. */
const lingerMilliseconds = 2_000;

/**
 * Runs, reports, and sets the exit code, in this order: the code of the verdict is set only after every report is
 * written. The first signal ends the looking and reports what was seen; the second ends the process at once.
 */
export async function execute({
  loaded,
  registry,
  extensions = [],
  selection,
  timeoutMs,
  output,
  active = false,
  record,
  sign,
  open,
}: Execution): Promise<void> {
  checkOutputs(output);
  if (record !== undefined) checkRecordingFolder(record);
  const interrupt = new AbortController();
  let signalled: 'interrupted' | 'terminated' | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const reason = signal === 'SIGINT' ? 'interrupted' : 'terminated';
    if (signalled) process.exit(exitCodeOf(signalled));
    signalled = reason;
    interrupt.abort(new ProbeError('cancelled', 'the run was interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const opened = open(interrupt.signal);
  const recorded =
    record === undefined
      ? undefined
      : recordedRun(record, opened, loaded, { selection, active }, { registry, extensions });
  const live = recorded?.live ?? opened;
  if (sign) checkSigning(sign, output, live.mode);
  const view = await progress(output);
  try {
    const report = await run({
      registry,
      extensions,
      environment: loaded.environment,
      others: loaded.others,
      fileSha256: loaded.sha256,
      selection,
      active,
      ports: live.ports,
      calls: live.calls,
      mode: live.mode,
      version,
      clock: live.clock ?? (() => new Date()),
      ...(live.nonce !== undefined && { nonce: live.nonce }),
      emit: view.emit,
      interrupt: interrupt.signal,
      timeoutMs,
    });
    await view.finish();
    const written = await writeReport(report, output, outboundFilter(loaded.environment, opened.secrets?.()));
    const signed = written && (!sign || signReports(sign, output, report, declaredChecks(registry)));
    const kept = (await recorded?.finish(report)) ?? true;
    if (!written || !signed || !kept) process.exitCode = exitCodeOf('notWritten');
    else process.exitCode = exitCodeOf(signalled ?? report.verdict);
  } finally {
    await view.finish();
    live.close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    // What cannot be called off (a program that hands out credentials, say) must not keep the process.
    setTimeout(() => process.exit(), lingerMilliseconds).unref();
  }
}

async function progress({ quiet }: OutputOptions): Promise<Progress> {
  const none = { emit: () => {}, finish: async () => {} };
  if (quiet) return none;
  if (process.stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb') {
    return (await import('../progress/live.ts')).liveProgress(process.stderr);
  }
  return { ...none, emit: plainProgress((line) => process.stderr.write(`${line}\n`)) };
}
