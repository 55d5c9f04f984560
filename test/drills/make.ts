import { randomUUID } from 'node:crypto';
import { drillAws } from '../../src/adapters/aws/drill-aws.ts';
import {
  createJournal,
  type JournalFile,
  newJournalPath,
  openJournal,
} from '../../src/adapters/drills/journal-file.ts';
import { livePorts } from '../../src/adapters/live.ts';
import { Deployment } from '../../src/drills/deployment.ts';
import { runDrill } from '../../src/drills/engine.ts';
import { drillOf } from '../../src/drills/index.ts';
import { type Begun, begunOf } from '../../src/drills/journal.ts';
import type { DrillOptions } from '../../src/drills/progress.ts';
import { recordOf } from '../../src/drills/record.ts';
import { type UndoResult, undoDrill } from '../../src/drills/undo.ts';
import { loadEnvironment } from '../../src/environment/load.ts';
import type { DrillRecord } from '../../src/model/drill-record.ts';

export interface Making {
  readonly config: string;
  readonly folder: string;
  readonly drill: string;
  /** Stands between the drill and its journal. */
  readonly journal?: (journal: JournalFile) => JournalFile;
  readonly options?: Partial<DrillOptions>;
}

/** Makes a drill in this process, with what the command line puts together for it. */
export async function makeDrill(making: Making): Promise<DrillRecord> {
  const { environment } = loadEnvironment(making.config, 'prod');
  const begun: Begun = {
    type: 'begun',
    id: randomUUID(),
    drill: making.drill,
    version: '0.0.0',
    environment: 'prod',
    account: environment.aws.account,
    region: environment.aws.region,
    autoScalingGroup: environment.infrastructure.autoScalingGroup,
  };
  const made = createJournal(newJournalPath(making.folder, begun), begun);
  return withOptions(making, making.journal?.(made) ?? made, async (options, loaded) => {
    const result = await runDrill(options);
    return recordOf(options.drill, result, options.journal.lines, { loaded, mode: 'simulated', interrupted: false });
  });
}

export async function makeUndo(
  making: Omit<Making, 'folder' | 'drill'> & { readonly path: string },
): Promise<UndoResult> {
  const journal = openJournal(making.path);
  const drill = begunOf(journal.lines)?.drill ?? '';
  return withOptions({ ...making, drill }, journal, (options) => undoDrill(options));
}

async function withOptions<T>(
  { config, drill: id, options }: Pick<Making, 'config' | 'drill' | 'options'>,
  journal: JournalFile,
  work: (options: DrillOptions, loaded: ReturnType<typeof loadEnvironment>) => Promise<T>,
): Promise<T> {
  const loaded = loadEnvironment(config, 'prod');
  const live = livePorts(loaded, new AbortController().signal);
  const aws = drillAws(loaded.environment, { direct: false, secrets: new Set() });
  const drill = drillOf(id);
  const { calls, ports } = live;
  const forget = () => live.forget?.();
  const deploymentId = begunOf(journal.lines)?.id ?? '';
  const deployment = new Deployment({
    drill,
    loaded,
    ports,
    calls,
    forget,
    aws,
    mode: 'simulated',
    version: '0.0.0',
    id: deploymentId,
  });
  try {
    return await work(
      {
        drill,
        deployment,
        journal,
        emit: process.env['DRILL_SAY'] ? (e) => console.log(JSON.stringify(e).slice(0, 400)) : () => {},
        interrupt: new AbortController().signal,
        pollMs: 50,
        decide: async () => true,
        ...options,
      },
      loaded,
    );
  } finally {
    journal.close();
    aws.close();
    live.close();
  }
}
