import type { Environment } from '../environment/schema.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { Ports } from '../ports/ports.ts';
import { identity } from '../probes/aws/identity.ts';
import { Gatherer, isHostScoped, probesOf } from '../runner/gather.ts';
import type { Outline } from '../runner/outline.ts';
import { allChecks, type Registry } from '../runner/plan.ts';
import { boundProbes } from '../runner/run.ts';
import { type Finding, lost, note, ok, problem } from './finding.ts';
import { hostFindings } from './hosts.ts';
import { notingAws, type Permission, permissionFindings } from './permissions.ts';

export interface DoctorOptions {
  readonly registry: Registry;
  readonly outline: Outline;
  readonly ports: Ports;
  readonly context: ProbeContext;
}

/** Tries whether a run could look at everything. Judges nothing, and writes nothing anywhere. */
export async function examine({ registry, outline, ports, context }: DoctorOptions): Promise<Finding[]> {
  const noted = new Map<string, Permission>();
  const noting = { ...ports, aws: notingAws(ports.aws, noted) };
  const gatherer = new Gatherer(
    context,
    noting,
    () => new Date(),
    () => {},
  );
  const caller = await gatherer.get(identity);
  const { environment } = context;
  const findings: Finding[] = [];
  if (!caller.ok) findings.push(lost(caller.error.reason === 'clock_skew' ? 'clock' : 'credentials', caller.error));
  else if (caller.value.account !== environment.aws.account) {
    findings.push(
      problem(
        'credentials',
        `they belong to account ${caller.value.account}, the environment file says ${environment.aws.account}`,
        'Sign in to the right account, or correct aws.account.',
      ),
    );
  } else {
    findings.push(ok('credentials', `${caller.value.principal} in account ${caller.value.account}`));
    findings.push(ok('clock', 'no answer of AWS was dated more than 60 s away'));
    const facts = await lostFacts(gatherer, registry, environment);
    const operations = outline.aws.map(({ call }) => call);
    findings.push(...(await permissionFindings(noting.aws, noted, operations, caller.value.principal)), ...facts);
  }
  // Where the credentials are wrong, what AWS says about hosts cannot be asked; named hosts can be tried all the same.
  if (findings.every(({ state }) => state !== 'problem') || environment.ssh.hosts.length > 0 || caller.ok) {
    findings.push(...(await hostFindings(gatherer, outline.host, ports, context)));
  }
  findings.push(...gitFinding(environment, findings));
  return findings;
}

/** Every fact of AWS and the git host, gathered as a run does; one finding for each cause that hides some of them. */
async function lostFacts(gatherer: Gatherer, registry: Registry, environment: Environment): Promise<Finding[]> {
  const judged = allChecks(registry).filter(({ id }) => !environment.notApplicable.some(({ check }) => check === id));
  const probes = [...probesOf([boundProbes, ...judged.map(({ check }) => check.needs)])].filter(
    (probe) => ['aws', 'git', 'composio'].includes(probe.kind) && !isHostScoped(probe),
  );
  const gathered = await Promise.all(probes.map(async (probe) => [probe, await gatherer.get(probe)] as const));
  const causes = new Map<string, { finding: Finding; hidden: string[] }>();
  for (const [probe, fact] of gathered) {
    // A refusal is named once, by its action.
    if (fact.ok || fact.error.action !== undefined) continue;
    const what = probe.kind;
    const key = `${what} ${fact.error.message}`;
    const cause = causes.get(key) ?? { finding: lost(what, fact.error), hidden: [] };
    cause.hidden.push(probe.id);
    causes.set(key, cause);
  }
  return [...causes.values()].map(({ finding, hidden }) => ({
    ...finding,
    message: `${finding.message} (hides ${hidden.sort().join(', ')})`,
  }));
}

function gitFinding({ git }: Environment, findings: readonly Finding[]): Finding[] {
  if (findings.some(({ what }) => what === 'git')) return [];
  const asked = git?.repository ?? git?.remote;
  if (asked === undefined) return [note('git', 'the environment file names no git host')];
  if (!findings.some(({ what, state }) => what === 'clock' && state === 'ok'))
    return [note('git', 'not tried, for want of AWS credentials')];
  return [
    ok(
      'git',
      git?.repository === undefined
        ? `${git?.branch} of ${asked} can be read; no rules, reviews and runs without git.repository`
        : `${asked} and the rules of ${git.branch} can be read`,
    ),
  ];
}
