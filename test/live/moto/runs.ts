import { registry } from '../../../checks/index.ts';
import { decidedByAws } from '../../../scripts/testing-aws-page.ts';
import { type AwsAdapter, liveAws } from '../../../src/adapters/aws/aws.ts';
import { noGit } from '../../../src/adapters/git/github.ts';
import { sshSignatures } from '../../../src/adapters/signature/ssh-keygen.ts';
import type { AwsProbe, Probe } from '../../../src/model/probe.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { CheckResult, Report } from '../../../src/model/report.ts';
import type { AwsOperation, AwsPort, CallLog, InputOf, OperationRule } from '../../../src/ports/aws.ts';
import { operations } from '../../../src/ports/aws-operations.ts';
import { group } from '../../../src/probes/aws/group.ts';
import { identity } from '../../../src/probes/aws/identity.ts';
import { type Clock, probesOf } from '../../../src/runner/gather.ts';
import { allChecks, type Registry } from '../../../src/runner/plan.ts';
import { run } from '../../../src/runner/run.ts';
import type { LabEnvironment } from './environment.ts';

/** The lab checks no signature; the SDK demands something to sign with. */
export const labCredentials = {
  AWS_ACCESS_KEY_ID: 'lab',
  AWS_SECRET_ACCESS_KEY: 'lab',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The areas with only those checks that AWS alone can answer. */
export function seenByAws(all: Registry = registry): Registry {
  return Object.fromEntries(
    Object.entries(all).map(([id, area]) => {
      const checks = Object.entries(area.checks).filter(([, check]) => decidedByAws(check));
      return [id, { ...area, checks: Object.fromEntries(checks) }];
    }),
  );
}

/** Ids of the checks that the runs here judge, in the order of the registry. */
export const judgedIds: readonly string[] = allChecks(seenByAws()).map(({ id }) => id);

const unreachable = () => Promise.reject(new ProbeError('unreachable', 'there is no host here'));

/** A run of the checks that AWS alone can answer. It is a whole run of these, so that it can be READY. */
export async function runOn(
  { environment, others }: LabEnvironment,
  aws: AwsPort & CallLog,
  clock: Clock = () => new Date(),
): Promise<Report> {
  const judged = seenByAws();
  const ids = allChecks(judged).map(({ id }) => id);
  return run({
    registry: judged,
    environment: { ...environment, attestations: environment.attestations.filter(({ check }) => ids.includes(check)) },
    others,
    fileSha256: '0'.repeat(64),
    selection: { areas: [], checks: [] },
    ports: {
      aws,
      git: noGit(),
      composio: { connectedAccounts: unreachable },
      files: { read: unreachable, sha256: unreachable, glob: async () => [] },
      vantage: { answers: unreachable },
      signatures: sshSignatures,
      openHost: unreachable,
      openGateway: () => {
        throw new ProbeError('unreachable', 'there is no host here');
      },
    },
    calls: aws,
    mode: 'simulated',
    version: '0.0.0',
    clock,
    emit: () => {},
    interrupt: new AbortController().signal,
    timeoutMs: 120_000,
  });
}

/** A run that asks the lab for everything. */
export async function liveRun(lab: LabEnvironment, clock?: Clock): Promise<Report> {
  const aws = openAws(lab);
  try {
    return await runOn(lab, aws, clock);
  } finally {
    aws.close();
  }
}

export function openAws({ environment }: LabEnvironment, callSeconds = 20, pageRows?: number): AwsAdapter {
  return liveAws(environment, new AbortController().signal, { callSeconds, ...(pageRows && { pageRows }) });
}

export function resultsOf(report: Report): Map<string, CheckResult> {
  return new Map(report.areas.flatMap(({ checks }) => checks.map((check) => [check.id, check] as const)));
}

export function statusesOf(report: Report): Record<string, string> {
  return Object.fromEntries([...resultsOf(report)].map(([id, { status }]) => [id, status]));
}

/** Which operations a check depends on, as a run has shown it. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<AwsOperation>>;

/**
 * Makes a run and notes which probe called which operation. A check depends on what its probes call, on what the
 * probes call that these need, and on what names the account: nothing is judged without it.
 */
export async function traceDependencies(work: () => Promise<unknown>): Promise<Dependencies> {
  const checks = allChecks(seenByAws());
  const probes = [...probesOf([{ identity, group }, ...checks.map(({ check }) => check.needs)])];
  const called = new Map<Probe<unknown>, Set<AwsOperation>>();
  const originals = probes.map((probe) => [probe, (probe as AwsProbe<unknown>).gather] as const);
  for (const [probe, gather] of originals) {
    const seen = new Set<AwsOperation>();
    called.set(probe, seen);
    const note = (aws: AwsPort): AwsPort => ({
      ...aws,
      find: <O extends AwsOperation>(operation: O, input: InputOf<O>) => {
        seen.add(operation);
        return aws.find(operation, input);
      },
      read: <O extends AwsOperation>(operation: O, input: InputOf<O>) => {
        seen.add(operation);
        return aws.read(operation, input);
      },
    });
    Object.assign(probe, {
      gather: (aws: AwsPort, facts: never, context: never) => gather.call(probe, note(aws), facts, context),
    });
  }
  try {
    await work();
  } finally {
    for (const [probe, gather] of originals) Object.assign(probe, { gather });
  }
  return new Map(
    checks.map(({ id, check }) => {
      const behind = [...probesOf([{ identity }, check.needs])];
      return [id, new Set(behind.flatMap((probe) => [...(called.get(probe) ?? [])]))];
    }),
  );
}

/**
 * The port of a good run, but for one operation, which the lab is asked for again: with the fault that is planted.
 * @param onCut called when an answer has fewer rows than in the good run, or is refused for what it lacks
 */
export function faultyAt(
  operation: AwsOperation,
  good: AwsAdapter,
  live: AwsAdapter,
  onCut: () => void = () => {},
): AwsPort & CallLog {
  const of = (asked: AwsOperation) => (asked === operation ? live : good);
  const compared = async <O extends AwsOperation, T>(asked: O, input: InputOf<O>, answered: Promise<T>): Promise<T> => {
    if (asked !== operation) return answered;
    const answer = await answered.catch((thrown) => {
      onCut();
      throw thrown;
    });
    if (rowsOf(asked, answer) < rowsOf(asked, await good.find(asked, input))) onCut();
    return answer;
  };
  return {
    region: good.region,
    account: good.account,
    find: async (asked, input) => compared(asked, input, of(asked).find(asked, input)),
    read: async (asked, input) => compared(asked, input, of(asked).read(asked, input)),
    inRegion: () => good,
    counts: () => live.counts(),
  };
}

function rowsOf(operation: AwsOperation, answer: unknown): number {
  const rule: OperationRule = operations[operation];
  const members = (rule.joined ?? rule.members).map(
    (member) => (answer as Record<string, unknown> | undefined)?.[member],
  );
  return members.reduce<number>((sum, value) => sum + Object.keys(value ?? {}).length, 0);
}

/** Does the work for each item, some at a time, and gives what came of it in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return results;
}
