import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { localFiles } from '../adapters/files/files.ts';
import { readDssePublicKey, unseal } from '../adapters/signature/dsse.ts';
import { readAllowedSigners, sshSignatures } from '../adapters/signature/ssh-keygen.ts';
import { type LoadedEnvironment, loadEnvironment } from '../environment/load.ts';
import type { ExtendedRegistry } from '../extensions/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { firstDifference } from '../report/compare.ts';
import { inconsistencies } from '../report/consistency.ts';
import { statementOf } from '../report/in-toto.ts';
import { parseReport } from '../report/parse.ts';
import { checksOf, signatureNamespace, verdictWords } from '../report/words.ts';
import { foreignAcceptances } from '../runner/accept.ts';
import { verifySigners } from '../runner/signers.ts';
import { declaredChecks } from './declared.ts';
import { extendedRegistry } from './extended.ts';
import { judgeAgain, recordingFor } from './replay.ts';
import { say } from './say.ts';
import { version } from './version.ts';

export interface VerifyOptions {
  readonly allowedSigners?: string;
  readonly identity?: string;
  readonly signature?: string;
  readonly unsigned?: boolean;
  readonly checks: readonly string[];
  readonly dsse?: string;
  readonly dsseKey?: string;
  readonly maxAge?: string;
  readonly config?: string;
  readonly recording?: string;
  readonly allowSimulated?: boolean;
  readonly expectEnv?: string;
  readonly expectAccount?: string;
  readonly expectRegion?: string;
  readonly expectGroup?: string;
  readonly expectCommit?: string;
}

/** How far two clocks may be apart. */
const skewMs = 5 * 60_000;

/**
 * Verifies a saved report: signature over its bytes, form, completeness, arithmetic, subject, age, and where given the
 * environment file and the recording. One line for each thing that is not as it should be. A valid report exits with
 * the code of its verdict, so that 0 means valid and READY.
 */
export async function verifyCommand(file: string, options: VerifyOptions): Promise<void> {
  if (options.recording !== undefined && options.config === undefined) {
    throw new UsageError('--recording is judged with the environment file of the run', 'Add --config FILE.');
  }
  if ((options.dsse === undefined) !== (options.dsseKey === undefined)) {
    throw new UsageError('--dsse and --dsse-key go together');
  }
  const maxAgeMs = options.maxAge === undefined ? undefined : duration(options.maxAge);
  const bytes = readBytes(file);
  const signed = signatureOf(file, bytes, options);
  const parsed = parseReport(bytes);
  const problems = [...signed.problems];
  if ('problems' in parsed) problems.push(...parsed.problems);
  else {
    const { report } = parsed;
    const loaded = options.config === undefined ? undefined : loadEnvironment(options.config, report.environment.name);
    const extended = await extendedRegistry(options.checks, loaded);
    problems.push(...versionProblem(report, inconsistencies(report, declaredChecks(extended.registry))));
    problems.push(...extensionProblems(report, extended));
    problems.push(...subjectProblems(report, options), ...ageProblems(report, maxAgeMs, Date.now()));
    if (loaded) problems.push(...(await againstConfig(report, options, loaded, extended)));
    problems.push(...statementProblems(bytes, report, options));
  }
  if (problems.length > 0 || 'problems' in parsed) {
    say(process.stdout, problems.map((problem) => `NOT VALID  ${problem}\n`).join(''));
    process.exitCode = exitCodeOf('notValid');
    return;
  }
  const { report } = parsed;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const by = signed.identity === undefined ? 'not signed' : `signed by ${signed.identity}`;
  say(
    process.stdout,
    `VALID  ${verdictWords[report.verdict]}  ${inert(report.environment.name)} in account ${inert(report.subject.account ?? 'not proven')}, ${report.mode}, ${by}\n` +
      `       observed ${report.window.start} to ${report.window.end} by clawcheck ${inert(report.tool.version)}; sha256 ${sha256}\n`,
  );
  process.exitCode = exitCodeOf(report.verdict);
}

/** @throws UsageError */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new UsageError(`there is no file ${file}`, 'clawcheck run --output report.json writes a report.')
      : new UsageError(`cannot read ${file} (${code})`, 'Name a file that this user may read.');
  }
}

export function signatureOf(
  file: string,
  bytes: Buffer,
  options: { readonly [K in 'allowedSigners' | 'identity' | 'signature']?: string | undefined } & Pick<
    VerifyOptions,
    'unsigned'
  >,
): { identity?: string; problems: string[] } {
  const path = options.signature ?? `${file}.sig`;
  const there = existsSync(path);
  if (options.allowedSigners === undefined) {
    if (options.unsigned) return { problems: [] };
    const what = there ? 'signature: not checked; name the --allowed-signers' : 'signature: the report is not signed';
    return { problems: [`${what} (--unsigned verifies the rest alone)`] };
  }
  const allowedSigners = readAllowedSigners(options.allowedSigners);
  if (!there) return { problems: [`signature: there is no ${inert(path)}`] };
  const { identity } = options;
  const signature = readFileSync(path, 'latin1');
  const result = sshSignatures.verify({ bytes, signature, namespace: signatureNamespace, allowedSigners, identity });
  return 'problem' in result
    ? { problems: [`signature: ${result.problem}`] }
    : { identity: result.identity, problems: [] };
}

/** Another version may have other checks: what does not fit is then said to come from there. */
export function versionProblem({ tool }: Report, problems: readonly string[]): readonly string[] {
  if (problems.length === 0 || tool.version === version) return problems;
  return [
    `version: it was made by clawcheck ${inert(tool.version)}; verify it with that version, this is ${version}`,
    ...problems,
  ];
}

function subjectProblems({ subject, environment, mode }: Report, options: VerifyOptions): string[] {
  const group = subject.autoScalingGroup?.split('/').at(-1) ?? null;
  const expected: [string, string | undefined, string | null][] = [
    ['environment', options.expectEnv, environment.name],
    ['account', options.expectAccount, subject.account],
    ['region', options.expectRegion, subject.region],
    ['group', options.expectGroup, group],
    ['commit', options.expectCommit, subject.commit],
  ];
  const lines = expected.flatMap(([name, wanted, found]) =>
    wanted === undefined || wanted === found
      ? []
      : [`subject: the ${name} is ${inert(found ?? 'not proven')}, not ${inert(wanted)}`],
  );
  if (mode !== 'live' && !options.allowSimulated) {
    lines.push(`mode: it is of a ${mode} run, not of the live deployment (--allow-simulated accepts it)`);
  }
  return lines;
}

export function ageProblems({ window }: Report, maxAgeMs: number | undefined, now: number): string[] {
  const age = now - Date.parse(window.start);
  if (Date.parse(window.end) > now + skewMs) return ['age: it is from the future'];
  if (maxAgeMs === undefined || age <= maxAgeMs) return [];
  const [unit, ms] = maxAgeMs < 7_200_000 ? ['minutes', 60_000] : ['hours', 3_600_000];
  return [`age: it is ${Math.floor(age / ms)} ${unit} old, the most allowed is ${Math.floor(maxAgeMs / ms)}`];
}

/** Custom checks can only be verified against the very files that judged. */
export function extensionProblems({ extensions = [] }: Report, { extensions: own }: ExtendedRegistry): string[] {
  const left = own.filter(({ area }) => !extensions.some((one) => one.area === area));
  const missing = left.map(({ area }) => `extensions: the run was without ${area}`);
  const others = extensions.flatMap(({ area, sha256 }) => {
    const mine = own.find((one) => one.area === area);
    if (!mine) return [`extensions: ${inert(area)} is not at hand; name it with --checks`];
    return mine.sha256 === sha256 ? [] : [`extensions: ${inert(area)} is another version than the one that judged`];
  });
  return [...missing, ...others];
}

async function againstConfig(
  report: Report,
  { recording }: VerifyOptions,
  loaded: LoadedEnvironment,
  extended: ExtendedRegistry,
): Promise<string[]> {
  const lines = await configProblems(report, loaded);
  if (recording === undefined) return lines;
  try {
    const difference = firstDifference(report, await judgeAgain(recordingFor(recording, loaded), loaded, extended));
    if (difference !== undefined) {
      lines.push(`recording: judged again it gives another report: ${inert(difference)} differs`);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    lines.push(`recording: ${inert(error.message)}`);
  }
  return lines;
}

/** Whether the report was made with this environment file, and is about what it names. */
export async function configProblems(
  report: Report,
  { environment, sha256, directory }: LoadedEnvironment,
): Promise<string[]> {
  if (sha256 !== report.environment.fileSha256) return ['config: the report was made with another environment file'];
  const { account, region, fileSystemId } = report.subject;
  const lines: string[] = [];
  // An UNTRUSTED report says so itself.
  if (account !== null && account !== environment.aws.account && report.verdict !== 'UNTRUSTED') {
    lines.push('config: the account is not that of the environment file');
  }
  if (region !== environment.aws.region) lines.push('config: the region is not that of the environment file');
  if (fileSystemId !== environment.soulDocuments.fileSystemId) {
    lines.push('config: the file system is not that of the environment file');
  }
  try {
    const ports = { files: localFiles(directory), signatures: sshSignatures };
    const signers = await verifySigners(environment, ports, new Date(report.window.start));
    lines.push(...foreignAcceptances(checksOf(report), environment, signers).map((line) => `config: ${line}`));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    lines.push(`config: ${inert(error.message)}`);
  }
  return lines;
}

/** The statement must be the one that follows from the report: a signature over another one is worth nothing here. */
function statementProblems(bytes: Buffer, report: Report, { dsse, dsseKey }: VerifyOptions): string[] {
  if (dsse === undefined || dsseKey === undefined) return [];
  const opened = unseal(readBytes(dsse).toString('utf8'), readDssePublicKey(dsseKey));
  if ('problem' in opened) return [`dsse: ${inert(opened.problem)}`];
  const expected = Buffer.from(JSON.stringify(statementOf(bytes, report)));
  return opened.payload.equals(expected)
    ? []
    : ['dsse: the statement is not about this report, or says something else'];
}

/** `7d`, `12h`, `90m` in milliseconds. @throws UsageError */
export function duration(text: string): number {
  const [, n, unit] = /^(\d{1,5})([dhm])$/.exec(text) ?? [];
  const units: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000 };
  if (n === undefined || unit === undefined)
    throw new UsageError(`--max-age takes days, hours or minutes, such as 7d, not ${JSON.stringify(text)}`);
  return Number(n) * (units[unit] ?? 0);
}
