import { createHash } from 'node:crypto';
import type { AwsSessions } from '../adapters/aws/sessions.ts';
import { ownSecrets } from '../adapters/recording/own-secrets.ts';
import { Redactor } from '../adapters/recording/redact.ts';
import type { LoadedFile } from '../environment/load.ts';
import { exitCodeOf, worstReason } from '../model/exit-code.ts';
import { type FleetDeployment, fleetOf, missing, summaryOf } from '../model/fleet.ts';
import { UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import { unknownOf } from '../report/fleet-words.ts';
import { renderJson } from '../report/json.ts';
import { allChecks, type Registry } from '../runner/plan.ts';
import { type Executed, type Execution, executeOnce, noProgress, onInterrupt } from './execute.ts';
import { SecretInOutput, sayFailure } from './failure.ts';
import { checkFleetOutput, type FleetOutput, writeFleetReport } from './fleet-output.ts';
import { version } from './version.ts';

type Outcome = Parameters<typeof worstReason>[0] extends Iterable<infer R> ? R : never;

export interface FleetExecution {
  readonly file: LoadedFile;
  /** Environments, each once. */
  readonly names: readonly string[];
  /** How many runs go on at once. */
  readonly jobs: number;
  readonly output: FleetOutput;
  /** What all runs share. */
  readonly sessions: AwsSessions;
  /** Of all checks, by id. */
  readonly titles: ReadonlyMap<string, string>;
  /** The run of one environment. @throws UsageError */
  prepare(name: string): Execution;
}

/** The titles of all checks, by id. */
export function checkTitles(registry: Registry): ReadonlyMap<string, string> {
  return new Map(allChecks(registry).map(({ id, check }) => [id, check.title]));
}

/**
 * Runs several environments side by side, at most `jobs` at once, each with a report of its own, and then the report
 * of the fleet. The exit code is that of the worst. Of a run that is over, only its summary is kept.
 */
export async function executeFleet({
  file,
  names,
  jobs,
  output,
  sessions,
  titles,
  prepare,
}: FleetExecution): Promise<void> {
  checkFleetOutput(output);
  const say = output.quiet ? () => {} : (line: string) => process.stderr.write(`clawcheck: ${line}\n`);
  const started = performance.now();
  const interruption = onInterrupt();
  const deployments: FleetDeployment[] = [];
  const reasons = new Set<Outcome>();

  const one = async (name: string): Promise<[FleetDeployment, Outcome]> => {
    if (interruption.signal.aborted)
      return [missing(name, 'the run was interrupted before it was looked at'), 'INCOMPLETE'];
    let executed: Executed;
    try {
      executed = await executeOnce(prepare(name), interruption.signal, noProgress);
    } catch (error) {
      sayFailure(error, name);
      if (error instanceof UsageError) return [missing(name, inert(error.message)), 'usage'];
      return [missing(name, 'a defect in clawcheck; its trace is in the log of the run'), 'internal'];
    }
    const { report, complete } = executed;
    if (!complete) return [missing(name, 'its report could not be written'), 'notWritten'];
    return [summaryOf(report, createHash('sha256').update(renderJson(report)).digest('hex')), report.verdict];
  };

  try {
    say(`${names.length} environments, ${Math.min(jobs, names.length)} at a time`);
    const queue = names.values();
    const worker = async () => {
      for (const name of queue) {
        const [deployment, reason] = await one(name);
        deployments.push(deployment);
        reasons.add(reason);
        const { state, report } = deployment;
        const found = report ? `: ${report.failed.length} failed, ${unknownOf(report)}` : '';
        say(`${deployments.length}/${names.length} ${name} ${state}${found}`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(jobs, names.length) }, worker));
    const fleet = fleetOf(deployments, { version, titles });
    const secrets = new Set(names.flatMap((name) => ownSecrets(file.load(name).environment)));
    const held = new Redactor([...secrets, ...sessions.secrets]);
    const written = await writeFleetReport(fleet, output, (text) => {
      if (held.holds(text) || held.holds(text.replaceAll(/\s+/g, ''))) throw new SecretInOutput();
    });
    if (!written) reasons.add('notWritten');
    const seconds = (performance.now() - started) / 1000;
    say(
      `${fleet.verdict} after ${seconds.toFixed(1)} s; ${sessions.calls} calls to AWS, ${sessions.throttledCalls} throttled`,
    );
    process.exitCode = exitCodeOf(interruption.reason ?? worstReason(reasons));
  } finally {
    interruption.release();
  }
}
