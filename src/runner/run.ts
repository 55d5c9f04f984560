import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Environment } from '../environment/schema.ts';
import type { EventSink } from '../model/event.ts';
import type { HostProbe, Probe, ProbeContext } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import {
  type CheckResult,
  countsOf,
  type Mode,
  type Report,
  type ReportExtension,
  verdictOf,
} from '../model/report.ts';
import { inert } from '../model/text.ts';
import type { CallLog } from '../ports/aws.ts';
import type { Ports } from '../ports/ports.ts';
import { consoleKeys } from '../probes/aws/console-keys.ts';
import { group } from '../probes/aws/group.ts';
import { identity } from '../probes/aws/identity.ts';
import { instances } from '../probes/aws/instances.ts';
import { hostIdentity } from '../probes/host/identity.ts';
import { accept, checkAcceptances } from './accept.ts';
import { type Binding, bind, confirm, notLookedAt } from './bind.ts';
import { type Clock, type Gathered, Gatherer, isHostScoped, longestChainFirst, probesOf } from './gather.ts';
import { Host } from './hosts.ts';
import { judge, merge, type Outcome, resultOf, unknown } from './judge.ts';
import { allChecks, type Plan, type PlannedCheck, plan, plannedAreas, type Registry, type Selection } from './plan.ts';
import { changesSince } from './settled.ts';
import { type Signers, verifySigners } from './signers.ts';
import { subjectOf } from './subject.ts';

export interface RunOptions {
  readonly registry: Registry;
  /** The extensions that the registry was extended with. Default: none. */
  readonly extensions?: readonly ReportExtension[];
  readonly environment: Environment;
  /** The other environments of the file, for checks that compare them. Default: none, and those are unknown. */
  readonly others?: readonly Environment[];
  readonly fileSha256: string;
  readonly selection: Selection;
  /** Consent to the experiments that act. Default: none. */
  readonly active?: boolean;
  /** Consent to evaluating the skills. Default: none. */
  readonly runEvals?: boolean;
  readonly ports: Ports;
  readonly calls: CallLog;
  readonly mode: Mode;
  readonly version: string;
  readonly clock: Clock;
  /** Makes what the run leaves on the gateway its own; a replay has that of the recording. Default: a new one. */
  readonly nonce?: string;
  readonly emit: EventSink;
  /** Aborted by the user: what is not seen by then is unknown, and the report says that it was interrupted. */
  readonly interrupt: AbortSignal;
  readonly timeoutMs: number;
}

/** What every run gathers, whatever is judged: it binds the run to its subject. */
export const boundProbes = { identity, group, hostIdentity };

/**
 * The whole run: plan, gather, bind, judge, report. Always resolves to a report that has every planned check once,
 * whatever fails; rejects only for the user's mistakes (`UsageError`) and defects.
 */
export async function run(options: RunOptions): Promise<Report> {
  const {
    environment,
    others = [],
    registry,
    clock,
    emit,
    nonce = randomUUID(),
    active = false,
    runEvals = false,
  } = options;
  const start = clock('start');
  const planned = plan(registry, options.selection);
  checkAcceptances(environment, allChecks(registry), start);
  const signers = await verifySigners(environment, options.ports, start);
  const judged = planned.checks.filter(({ id }) => !environment.notApplicable.some(({ check }) => check === id));
  // Who the credentials belong to is asked before all else: without an answer, nothing else counts.
  const all = probesOf([boundProbes, ...judged.map(({ check }) => check.needs)]);
  const probes = [...new Set([identity, ...longestChainFirst(all)])];
  emit({
    type: 'run-started',
    environment: environment.name,
    areas: plannedAreas(registry, planned),
    probes: probes.length,
  });

  const deadline = new AbortController();
  const late = () =>
    deadline.abort(new ProbeError('timeout', 'the run reached its time limit', { next: 'Raise --timeout.' }));
  // Every call and probe listens to it; that is no leak.
  setMaxListeners(0, deadline.signal, options.interrupt);
  const timer = setTimeout(late, options.timeoutMs);
  const stop = () => deadline.abort(new ProbeError('cancelled', 'the run was interrupted'));
  if (options.interrupt.aborted) stop();
  options.interrupt.addEventListener('abort', stop, { once: true });

  const { signatures } = options.ports;
  const context: ProbeContext = {
    environment,
    others,
    now: start,
    nonce,
    active,
    runEvals,
    signatures,
    signal: deadline.signal,
  };
  const gatherer = new Gatherer(context, options.ports, clock, emit);
  let hosts: readonly Host[] = [];
  try {
    for (const probe of probes) if (!isHostScoped(probe)) void gatherer.get(probe);
    const needsHost = judged.some(({ check }) =>
      Object.values(check.needs).some((p) => isHostScoped(p as Probe<unknown>)),
    );
    const opened = needsHost ? await openHosts(gatherer, probes, options.ports, context) : [];
    hosts = opened instanceof ProbeError ? [] : opened;
    const bound = await bind(gatherer, hosts, environment);
    // The gateways are asked while the hosts are still busy with their scripts.
    if (!bound.blocked && bound.mismatches.length === 0)
      for (const { gatherer, unproven } of bound.hosts)
        if (!unproven) for (const probe of probes) void gatherer.get(probe);
    const binding = await confirm(bound, gatherer);
    const judging = {
      gatherer,
      binding,
      environment,
      signers,
      others,
      now: start,
      lostHosts: opened instanceof ProbeError ? opened : undefined,
    };
    const results = await Promise.all(
      planned.checks.map(async (item) => {
        const result = await resultFor(item, judging);
        emit({ type: 'check-judged', area: item.area, check: item.id, status: result.status });
        return result;
      }),
    );
    const seen = await gatherer.get(group);
    const changes =
      seen.ok && !binding.blocked ? await changesSince(seen.value, options.ports.aws, deadline.signal) : [];
    const settled = { ...binding, unproven: [...binding.unproven, ...changes] };
    const report = await reportOf(options, planned, settled, results, gatherer, start);
    emit({ type: 'run-finished', verdict: report.verdict, seconds: (clock('end').getTime() - start.getTime()) / 1000 });
    return report;
  } finally {
    clearTimeout(timer);
    options.interrupt.removeEventListener('abort', stop);
    deadline.abort(new ProbeError('cancelled', 'the run is over'));
    await Promise.all(hosts.map((host) => host.close()));
  }
}

/** The hosts that the environment file names, or else every instance of the group by its private address. */
async function openHosts(
  gatherer: Gatherer,
  probes: readonly Probe<unknown>[],
  ports: Ports,
  context: ProbeContext,
): Promise<readonly Host[] | ProbeError> {
  const programs = probes.filter((p): p is HostProbe<unknown> => p.kind === 'host');
  const { ssh } = context.environment;
  const open = (address: string, keys: readonly string[]) => new Host(address, keys, programs, ports, context);
  if (ssh.hosts.length > 0) return ssh.hosts.map((address) => open(address, []));
  const found = await gatherer.get(instances);
  if (!found.ok) return found.error;
  const keys = ssh.trustConsoleKeys && ssh.fingerprints.length === 0 ? await gatherer.get(consoleKeys) : undefined;
  return found.value.flatMap(({ InstanceId, PrivateIpAddress, State }) =>
    PrivateIpAddress && State?.Name === 'running'
      ? [open(PrivateIpAddress, keys?.ok ? (keys.value[InstanceId] ?? []) : [])]
      : [],
  );
}

interface Judging {
  readonly gatherer: Gatherer;
  readonly binding: Binding;
  readonly environment: Environment;
  readonly signers: Signers;
  readonly others: readonly Environment[];
  readonly now: Date;
  readonly lostHosts: ProbeError | undefined;
}

async function resultFor({ id, check }: PlannedCheck, judging: Judging): Promise<CheckResult> {
  const { environment, binding } = judging;
  const declared = environment.notApplicable.find((n) => n.check === id);
  if (declared) {
    const none: Outcome = { status: 'unknown', reason: null, evidence: [], controls: [] };
    return { ...resultOf(id, check, none), status: 'not-applicable', notApplicable: inert(declared.reason) };
  }
  if (binding.mismatches.length > 0) {
    const wrong = new ProbeError(
      'wrong_subject',
      'this is not the deployment that was asked about; nothing was judged',
    );
    return resultOf(id, check, unknown(wrong));
  }
  return accept(resultOf(id, check, await outcomeOf(check, judging)), check, judging);
}

async function outcomeOf(check: PlannedCheck['check'], judging: Judging): Promise<Outcome> {
  const { gatherer, binding, environment, others, now, lostHosts } = judging;
  if (binding.blocked) return unknown(binding.blocked);
  const needs: Readonly<Record<string, Probe<unknown>>> = check.needs;
  const context = { environment, others, now };
  if (!Object.values(needs).some(isHostScoped)) return judge(check, await gatherAll(gatherer, needs), context);
  const hosts = lostHosts ? [notLookedAt(gatherer, 'the hosts', lostHosts)] : binding.hosts;
  const outcomes: Outcome[] = [];
  // Every host that can be looked at was asked by now; to wait for all at once takes 2 KB for each fact of each host.
  for (const { gatherer, instance, unproven } of hosts) {
    const outcome = judge(check, await gatherAll(gatherer, needs), context, instance);
    // What AWS shows is judged without the host too; what the host must decide is unknown for the host's own reason.
    outcomes.push(unproven && outcome.status === 'unknown' ? unknown(unproven) : outcome);
  }
  return merge(outcomes);
}

async function gatherAll(
  gatherer: Gatherer,
  needs: Readonly<Record<string, Probe<unknown>>>,
): Promise<Record<string, Gathered>> {
  const entries = Object.entries(needs).map(async ([name, probe]) => [name, await gatherer.get(probe)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function reportOf(
  options: RunOptions,
  { narrowedTo }: Plan,
  binding: Binding,
  results: readonly CheckResult[],
  gatherer: Gatherer,
  start: Date,
): Promise<Report> {
  const { environment, registry, extensions = [], interrupt } = options;
  const subject = await subjectOf(environment, binding, gatherer);
  const window = {
    start: start.toISOString(),
    end: options.clock('end').toISOString(),
    interrupted: interrupt.aborted,
  };
  const areas = Object.entries(registry).map(([id, { title }]) => ({
    id,
    title,
    checks: results.filter((result) => result.id.startsWith(`${id}/`)),
  }));
  return {
    schemaVersion: 1,
    tool: { name: 'clawcheck', version: options.version },
    mode: options.mode,
    environment: { name: environment.name, fileSha256: options.fileSha256 },
    subject,
    window,
    narrowedTo,
    calls: options.calls.counts(),
    ...(extensions.length > 0 && { extensions }),
    areas: areas.filter(({ checks }) => checks.length > 0),
    counts: countsOf(results),
    verdict: verdictOf(results, { subject, narrowedTo, window }),
  };
}
