import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { drillAws } from '../adapters/aws/drill-aws.ts';
import {
  createJournal,
  type JournalFile,
  journalFolder,
  newJournalPath,
  openJournal,
} from '../adapters/drills/journal-file.ts';
import { readLock, releaseLock, takeLock, takeOverLock } from '../adapters/drills/lock.ts';
import { livePorts } from '../adapters/live.ts';
import { checkSigningKey } from '../adapters/signature/signing-key.ts';
import { sign } from '../adapters/signature/ssh-keygen.ts';
import { Deployment } from '../drills/deployment.ts';
import { runDrill } from '../drills/engine.ts';
import { drillOf } from '../drills/index.ts';
import { type Begun, begunOf, openSteps } from '../drills/journal.ts';
import type { DrillOptions } from '../drills/progress.ts';
import { recordOf } from '../drills/record.ts';
import { undoDrill } from '../drills/undo.ts';
import { type LoadedEnvironment, loadEnvironment } from '../environment/load.ts';
import { drillNamespace } from '../model/drill-record.ts';
import { type EndedBy, type ExitReason, exitCodeOf } from '../model/exit-code.ts';
import { ProbeError, UntrustedError, UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';

import { consent, decideAtTerminal, sayDrill } from './drill-terminal.ts';
import { type OutboundFilter, outboundFilter } from './outbound.ts';
import { checkOutputs, writeFile } from './output.ts';
import { onEnd } from './signals.ts';
import { version } from './version.ts';

interface CommonOptions {
  readonly env?: string;
  readonly config: string;
  readonly confirm?: string;
  readonly journal?: string;
  readonly poll: string;
  readonly quiet?: boolean;
}

interface RunOptions extends CommonOptions {
  readonly output?: string;
  readonly sign?: string;
  readonly allowSimulated?: boolean;
  readonly deleteRestored?: boolean;
}

/** Makes one drill, after consent. The exit code is that of its outcome; the record is written whatever that is. */
export async function drillRunCommand(id: string, options: RunOptions): Promise<void> {
  const drill = drillOf(id);
  const loaded = loadEnvironment(options.config, options.env);
  const { environment } = loaded;
  const [missing] = drill.missing(environment);
  if (missing !== undefined) {
    throw new UsageError(`the drill ${id} needs ${missing}`, `Name it in ${loaded.path}.`);
  }
  if (options.sign !== undefined) checkSigningKey(options.sign);
  if (options.output !== undefined) checkOutputs({ output: [options.output] });
  const begun: Begun = {
    type: 'begun',
    id: randomUUID(),
    drill: id,
    version,
    environment: environment.name,
    account: environment.aws.account,
    region: environment.aws.region,
    autoScalingGroup: environment.infrastructure.autoScalingGroup,
  };
  await consent(environment.name, options.confirm, `the drill ${id}`);
  const folder = journalFolder(options.journal);
  const path = newJournalPath(folder, begun);
  takeLock(folder, path);
  const journal = createJournal(path, begun);
  await onDeployment(loaded, begun, journal, options, async (drillOptions, { signalled, guard }) => {
    const { mode } = drillOptions.deployment;
    if (options.sign !== undefined && mode !== 'live' && !options.allowSimulated) {
      releaseLock(folder);
      throw new UsageError(`a ${mode} drill is not signed: it is not the live deployment`, 'Add --allow-simulated.');
    }
    let result: Awaited<ReturnType<typeof runDrill>>;
    try {
      result = await runDrill(drillOptions);
    } finally {
      if (openSteps(journal.lines).every((step) => isKept(journal, step))) releaseLock(folder);
    }
    const record = recordOf(drill, result, journal.lines, { loaded, mode, interrupted: signalled() !== undefined });
    const file = options.output ?? path.replace(/\.jsonl$/, '.json');
    const text = `${JSON.stringify(record, null, 2)}\n`;
    guard(text);
    const written = write(file, text, options.sign);
    const lines = [
      `${id} of ${environment.name}: ${record.outcome}`,
      ...record.reasons.map((reason) => `  ${reason}`),
      `Journal: ${path}`,
      ...(written ? [`Record:  ${resolve(file)}`] : []),
      '',
    ];
    process.stdout.write(lines.join('\n'));
    if (openSteps(journal.lines).length > 0) {
      process.stderr.write(
        `clawcheck: ${openSteps(journal.lines).join(', ')} of the drill is NOT UNDONE. Run clawcheck drill undo ${path} --env ${environment.name}\n`,
      );
    }
    if (!written) return 'notWritten';
    if (record.outcome === 'fail') return 'NOT_READY';
    if (result.before.verdict === 'UNTRUSTED') return 'UNTRUSTED';
    return signalled() ?? (record.outcome === 'pass' ? 'READY' : 'INCOMPLETE');
  });
}

/** Takes back what a journal has open. Exits with 0 when nothing is left and the steady state holds. */
export async function drillUndoCommand(given: string | undefined, options: CommonOptions): Promise<void> {
  const loaded = loadEnvironment(options.config, options.env);
  const { environment } = loaded;
  const folder = given === undefined ? journalFolder(options.journal) : dirname(resolve(given));
  const path = given === undefined ? readLock(folder)?.journal : resolve(given);
  if (path === undefined) {
    throw new UsageError(
      `no drill runs or was interrupted, by the lock of ${folder}`,
      'clawcheck drill status shows what is left by which journal: name that one after undo.',
    );
  }
  if (!existsSync(path) && given === undefined) {
    // It died before its first line: nothing was begun.
    takeOverLock(folder, path);
    releaseLock(folder);
    process.stdout.write('The drill had not begun anything.\n');
    process.exitCode = exitCodeOf('READY');
    return;
  }
  const held = readLock(folder);
  if (held !== undefined && held.journal !== path) {
    throw new UsageError(
      `a drill with another journal is not undone (${inert(held.journal)})`,
      'Run clawcheck drill undo without a journal first.',
    );
  }
  const journal = openJournal(path);
  const begun = begunOf(journal.lines);
  if (!begun || begun.environment !== environment.name || begun.region !== environment.aws.region) {
    throw new UsageError(
      `the journal ${path} is not of the environment ${environment.name}`,
      'Name its own with --env.',
    );
  }
  await consent(environment.name, options.confirm, `the undo of ${begun.drill}`);
  takeOverLock(folder, path);
  await onDeployment(loaded, begun, journal, options, async (drillOptions, { signalled }) => {
    const { states, after, restored } = await undoDrill(drillOptions);
    if (openSteps(journal.lines).length === 0) releaseLock(folder);
    const lines = [...states].map(([step, state]) => `  ${step}: ${state}`);
    const steady = after.ok ? 'the steady state holds' : inert(`not steady: ${after.text}`);
    process.stdout.write([`Undo of ${begun.drill}: ${steady}`, ...lines, ''].join('\n'));
    return signalled() ?? (restored ? 'READY' : 'NOT_READY');
  });
}

function isKept({ lines }: JournalFile, step: string): boolean {
  return lines.some((line) => line.type === 'kept' && line.step === step);
}

function write(file: string, text: string, key: string | undefined): boolean {
  try {
    writeFile(file, text);
    if (key !== undefined) writeFile(`${file}.sig`, sign(readFileSync(file), key, drillNamespace));
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(`clawcheck: the record could not be written to ${file} (${code ?? message})\n`);
    return false;
  }
}

interface Running {
  signalled(): EndedBy | undefined;
  /** The last look at what is written. */
  readonly guard: OutboundFilter;
}

/** How long the process may stay after the end, for what cannot be called off. */
const lingerMilliseconds = 2_000;

async function onDeployment(
  loaded: LoadedEnvironment,
  begun: Begun,
  journal: JournalFile,
  options: CommonOptions & { readonly deleteRestored?: boolean },
  work: (options: DrillOptions, process: Running) => Promise<ExitReason>,
): Promise<void> {
  const seconds = Number(options.poll);
  if (!(seconds >= 0.05 && seconds <= 60)) throw new UsageError('--poll takes seconds from 0.05 to 60');
  const interrupt = new AbortController();
  setMaxListeners(0, interrupt.signal);
  let signalled: EndedBy | undefined;
  const release = onEnd((reason) => {
    if (signalled) {
      process.stderr.write(`clawcheck: ended at once; run clawcheck drill undo --env ${begun.environment}\n`);
      process.exit(exitCodeOf(signalled));
    }
    signalled = reason;
    process.stderr.write('clawcheck: stopping, and taking back what was begun (once more to end at once)\n');
    interrupt.abort(new ProbeError('cancelled', 'the drill was interrupted'));
  });
  // The looks are ended by the drill, and by their own limits: an undo goes on after an interrupt.
  const live = livePorts(loaded, new AbortController().signal);
  const secrets = new Set<string>();
  const aws = drillAws(loaded.environment, { direct: live.mode === 'live', secrets });
  const drill = drillOf(begun.drill);
  const deployment = new Deployment({
    drill,
    loaded,
    ports: live.ports,
    calls: live.calls,
    forget: () => live.forget?.(),
    aws,
    mode: live.mode,
    version,
    id: begun.id,
  });
  const view = sayDrill(options.quiet === true);
  try {
    const drillOptions: DrillOptions = {
      drill,
      deployment,
      journal,
      emit: view.emit,
      interrupt: interrupt.signal,
      pollMs: seconds * 1000,
      decide: async (offer) => options.deleteRestored === true || (await decideAtTerminal(offer, interrupt.signal)),
    };
    process.exitCode = exitCodeOf(
      await work(drillOptions, {
        signalled: () => signalled,
        guard: (text) => outboundFilter(loaded.environment, [...secrets, ...(live.secrets?.() ?? [])])(text),
      }),
    );
  } catch (thrown) {
    if (!(thrown instanceof UntrustedError)) throw thrown;
    process.stderr.write(`clawcheck: ${inert(thrown.message)}\n`);
    process.exitCode = exitCodeOf('UNTRUSTED');
  } finally {
    view.finish();
    release();
    journal.close();
    aws.close();
    live.close();
    setTimeout(() => process.exit(), lingerMilliseconds).unref();
  }
}
