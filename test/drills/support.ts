import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Deployment, startDeployment } from '../../src/demo/deployment.ts';
import { assign } from '../../src/demo/scenario.ts';
import { type DrillRecord, drillRecordSchema } from '../../src/model/drill-record.ts';
import { type CliResult, clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';
import { type Making, makeDrill } from './make.ts';
import { type Behaviour, DrillWorld } from './world.ts';

export interface Stage {
  readonly world: DrillWorld;
  readonly deployment: Deployment;
  /** Folder of the journals. */
  readonly journal: string;
  close(): Promise<void>;
}

/** Limits of seconds where a real deployment has minutes. */
const quick = {
  'infrastructure.replaceWithinSeconds': 1,
  'monitoring.detectWithinSeconds': 1.5,
  'gateway.startSeconds': 1,
  'host.unit': 'openclaw-gateway.service',
  'drills.restoreRole': 'arn:aws:iam::123456789012:role/openclaw-prod-backup',
  'drills.killWithinSeconds': 2,
  'drills.holdSeconds': 1,
};

/** The embedded deployment with a memory. */
export async function stage(
  behaviour: Behaviour = {},
  environment: Readonly<Record<string, unknown>> = {},
  flaws: readonly string[] = [],
): Promise<Stage> {
  let world: DrillWorld | undefined;
  const deployment = await startDeployment(fixtures, flaws, {
    remember(scenario, forwarded) {
      world = new DrillWorld(scenario, forwarded, behaviour);
      return world;
    },
  });
  const file = parse(readFileSync(deployment.config, 'utf8'));
  for (const [path, value] of Object.entries({ ...quick, ...environment })) {
    assign(file.environments.prod, path.split('.'), value);
  }
  writeFileSync(deployment.config, stringify(file));
  const journal = join(dirname(deployment.config), 'journal');
  // The same credentials for every deployment but the tokens, of which each has its own: one stage at a time.
  Object.assign(process.env, deployment.variables);
  return { world: world as DrillWorld, deployment, journal, close: () => deployment.close() };
}

/** Makes a drill in this process. */
export function drillIn({ deployment, journal }: Stage, id: string, more: Partial<Making> = {}): Promise<DrillRecord> {
  return makeDrill({ config: deployment.config, folder: journal, drill: id, ...more });
}

export interface Drilled extends CliResult {
  readonly record: DrillRecord;
}

/** Makes a drill with the built command line. */
export async function drillOn(
  { deployment, journal }: Stage,
  id: string,
  args: readonly string[] = [],
  onSpawn?: NonNullable<Parameters<typeof clawcheck>[1]>['onSpawn'],
): Promise<Drilled> {
  const output = join(journal, `../${id}.json`);
  const common = ['-e', 'prod', '-c', deployment.config, '--journal', journal, '--poll', '0.1'];
  const result = await clawcheck(['drill', 'run', id, ...common, '--confirm', 'prod', '-o', output, ...args], {
    env: deployment.variables,
    ...(onSpawn && { onSpawn }),
  });
  let record: DrillRecord | undefined;
  try {
    record = drillRecordSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
  } catch {}
  return { ...result, record: record as DrillRecord };
}

export function undoOn({ deployment, journal }: Stage, args: readonly string[] = []): Promise<CliResult> {
  const common = ['-e', 'prod', '-c', deployment.config, '--journal', journal, '--poll', '0.1'];
  return clawcheck(['drill', 'undo', ...common, '--confirm', 'prod', ...args], { env: deployment.variables });
}

/** What was measured, by id. */
export function outcomes({ measurements }: DrillRecord): Record<string, string> {
  return Object.fromEntries(measurements.map(({ id, outcome }) => [id, outcome]));
}
