import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFile, isFolder } from '../adapters/files/kind.ts';
import { readAllowedSigners } from '../adapters/signature/ssh-keygen.ts';
import { type LoadedFile, loadFile } from '../environment/load.ts';
import type { ExtendedRegistry } from '../extensions/load.ts';
import { exitCodeOf, worstReason } from '../model/exit-code.ts';
import { type FleetDeployment, fleetOf, missing, type RefusedFile, summaryOf } from '../model/fleet.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { inconsistencies } from '../report/consistency.ts';
import { fleetCounts } from '../report/fleet-words.ts';
import { parseReport } from '../report/parse.ts';
import { declaredChecks } from './declared.ts';
import { chosenFrom } from './environments.ts';
import { extendedRegistry } from './extended.ts';
import { checkTitles } from './fleet.ts';
import { checkFleetOutput, writeFleetReport } from './fleet-output.ts';
import type { Format } from './formats.ts';
import {
  ageProblems,
  configProblems,
  duration,
  extensionProblems,
  readBytes,
  signatureOf,
  versionProblem,
} from './verify.ts';
import { version } from './version.ts';

interface MergeOptions {
  readonly env: readonly string[];
  readonly config?: string;
  readonly checks: readonly string[];
  readonly maxAge: string;
  readonly allowedSigners?: string;
  readonly identity?: string;
  readonly allowSimulated?: boolean;
  readonly format?: Format;
  readonly output: readonly string[];
}

const usualFile = 'clawcheck.yaml';

/** What is kept of a valid report: reports of hundreds of deployments do not have to fit into memory at once. */
interface Given {
  readonly file: string;
  readonly deployment: FleetDeployment;
}

/**
 * One fleet report of saved reports, whoever made them and where. A report that is not valid, not asked for, or the
 * second of its environment is refused; an environment without a report that counts is MISSING.
 */
export async function mergeCommand(paths: readonly string[], options: MergeOptions): Promise<void> {
  const output = { files: options.output, format: options.format };
  checkFleetOutput(output);
  if (options.allowedSigners !== undefined) readAllowedSigners(options.allowedSigners);
  const named = environmentFile(options);
  const [first = ''] = named?.names ?? [];
  const extended = await extendedRegistry(options.checks, named?.names.length ? named.load(first) : undefined);
  const judgement = { ...options, maxAgeMs: duration(options.maxAge), named, extended };
  const given: Given[] = [];
  const refused: RefusedFile[] = [];
  for (const file of paths.flatMap(filesOf)) {
    const judged = await judgeFile(file, judgement);
    if (judged === undefined) continue;
    if ('deployment' in judged) given.push(judged);
    else refused.push(judged);
  }
  const asked = askedFor(options, named, given);

  const deploymentOf = (name: string): FleetDeployment => {
    const [first, ...more] = given.filter(({ deployment }) => deployment.environment === name);
    if (!first) return missing(name, 'no report of it was given');
    if (more.length === 0) return first.deployment;
    for (const { file } of [first, ...more]) {
      refused.push({ file, problems: [`there are ${more.length + 1} reports of ${name}`] });
    }
    return missing(name, `${more.length + 1} reports of it were given, and one must be`);
  };
  const deployments = asked.map(deploymentOf);
  for (const { file, deployment } of given) {
    const name = deployment.environment;
    if (!asked.includes(name)) refused.push({ file, problems: [`it is of ${inert(name)}, which was not asked for`] });
  }
  refused.sort((a, b) => (a.file < b.file ? -1 : 1));
  for (const { file, problems } of refused) {
    for (const problem of problems) process.stderr.write(`clawcheck: refused ${inert(file)}: ${problem}\n`);
  }
  const fleet = fleetOf(deployments, { version, titles: checkTitles(extended.registry), refused });
  const written = await writeFleetReport(fleet, output);
  if (output.files.length > 0) process.stderr.write(`clawcheck: ${fleet.verdict}: ${fleetCounts(fleet)}\n`);
  process.exitCode = exitCodeOf(
    worstReason([
      ...(written ? [] : (['notWritten'] as const)),
      ...(refused.length > 0 ? (['notValid'] as const) : []),
      fleet.verdict,
    ]),
  );
}

/** The reports that a path names: the file, or every plain JSON file of the folder but SARIF. @throws UsageError */
function filesOf(path: string): string[] {
  if (!existsSync(path)) throw new UsageError(`there is no ${path}`, 'Name reports, or a folder with reports.');
  if (!isFolder(path)) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json') && !name.endsWith('.sarif.json'))
    .sort()
    .map((name) => join(path, name))
    .filter(isFile);
}

interface Judgement extends MergeOptions {
  readonly maxAgeMs: number;
  readonly named: LoadedFile | undefined;
  readonly extended: ExtendedRegistry;
}

/**
 * A report that holds together and, where signers are named, is signed by one of them, as a deployment of the fleet;
 * or why it is none. Undefined for the report of a fleet.
 */
async function judgeFile(file: string, options: Judgement): Promise<Given | RefusedFile | undefined> {
  const { allowedSigners, identity, extended, named, maxAgeMs } = options;
  const bytes = readBytes(file);
  if (isFleetReport(bytes)) {
    process.stderr.write(`clawcheck: ${inert(file)} is the report of a fleet and is left out\n`);
    return undefined;
  }
  const signed = allowedSigners === undefined ? [] : signatureOf(file, bytes, { allowedSigners, identity }).problems;
  const parsed = parseReport(bytes);
  if ('problems' in parsed) return { file, problems: [...signed, ...parsed.problems] };
  const { report } = parsed;
  const problems = [
    ...signed,
    ...versionProblem(report, inconsistencies(report, declaredChecks(extended.registry))),
    ...extensionProblems(report, extended),
  ];
  if (problems.length > 0) return { file, problems };
  const { name } = report.environment;
  const [problem] = [
    ...ageProblems(report, maxAgeMs, Date.now()),
    ...(named?.names.includes(name) ? await configProblems(report, named.load(name)) : []),
    ...modeProblem(report, options),
  ];
  const summary = summaryOf(report, createHash('sha256').update(bytes).digest('hex'));
  return { file, deployment: problem === undefined ? summary : { ...summary, state: 'MISSING', problem } };
}

function isFleetReport(bytes: Buffer): boolean {
  // Only tells which schema a file claims; what it says is not used.
  return /^\{\s*"schemaVersion": \d+,\s*"kind": "fleet",/.test(bytes.subarray(0, 200).toString('latin1'));
}

/** The environment file that --config names, or the usual one where it is there. @throws UsageError */
function environmentFile({ config }: MergeOptions): LoadedFile | undefined {
  return config !== undefined || existsSync(usualFile) ? loadFile(config ?? usualFile) : undefined;
}

/**
 * What the fleet consists of. It must not follow from the reports: one that was never made would not be missed.
 * @throws UsageError
 */
function askedFor(
  { env, config = usualFile }: MergeOptions,
  file: LoadedFile | undefined,
  given: readonly Given[],
): readonly string[] {
  if (file) return chosenFrom(file, config, { env, all: env.length === 0 });
  if (env.length > 0) return [...new Set(env)];
  const names = given.map(({ deployment }) => deployment.environment);
  throw new UsageError(
    'which environments does the fleet have? A report that is missing would not be missed',
    `Name the environment file with --config FILE, or exactly these with --env ${inert(names.join(','), 2000)}.`,
  );
}

function modeProblem({ mode }: Report, { allowSimulated }: MergeOptions): string[] {
  return mode === 'live' || allowSimulated
    ? []
    : [`mode: it is of a ${mode} run, not of the live deployment (--allow-simulated accepts it)`];
}
