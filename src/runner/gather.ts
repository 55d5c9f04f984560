import { setMaxListeners } from 'node:events';
import type { EventSink } from '../model/event.ts';
import type { GatewayProbe, HostProbe, Needs, Probe, ProbeContext } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import type { AwsPort } from '../ports/aws.ts';
import type { ComposioPort } from '../ports/composio.ts';
import type { FilesPort } from '../ports/files.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { GitPort } from '../ports/git.ts';
import type { HostProgram, HostRecords } from '../ports/host.ts';
import type { VantagePort } from '../ports/vantage.ts';
import { realWaiting, type WaitingPort } from '../ports/waiting.ts';
import {
  type Look,
  tracedAws,
  tracedComposio,
  tracedFiles,
  tracedGateway,
  tracedGit,
  tracedHost,
  tracedVantage,
} from './trace.ts';

/** How many looks stand for a fact, its own before those of the facts that it needed. */
const mostLooks = 5;

/** A fact, or why it could not be observed, with the time and the looks that were answered on the way. */
export type Gathered<T = unknown> = { readonly at: Date; readonly looks: readonly Look[] } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ProbeError }
);

export interface DeploymentPorts {
  readonly aws: AwsPort;
  readonly git: GitPort;
  readonly files: FilesPort;
  readonly composio: ComposioPort;
  readonly waiting?: WaitingPort;
  readonly vantage: VantagePort;
}

/** What one host offers: the answers of its one script, its gateway, and later looks for experiments. */
export interface HostAccess {
  readonly label: string;
  records(probe: HostProbe<unknown>): Promise<HostRecords>;
  ask(program: HostProgram): Promise<HostRecords>;
  gateway(): Promise<GatewayPort>;
  /** Settles with the whole answer to the script. @returns why what the host said first does not count */
  broken(): Promise<ProbeError | undefined>;
}

/** The time, and what it is taken for: `start`, `end`, or a probe. A recording answers with the time of back then. */
export type Clock = (moment: string) => Date;

type AnyProbe = Probe<unknown>;

/**
 * Gathers each probe once, when it is first asked for, side by side with all others. A probe that throws is a value
 * here: one probe's failure or time-out ends only that probe and those that need its fact.
 */
export class Gatherer {
  readonly #gathered = new Map<AnyProbe, Promise<Gathered>>();
  readonly #context: ProbeContext;
  readonly #ports: DeploymentPorts;
  readonly #clock: Clock;
  readonly #emit: EventSink;
  readonly #parent: Gatherer | undefined;
  readonly #host: HostAccess | undefined;

  constructor(
    context: ProbeContext,
    ports: DeploymentPorts,
    clock: Clock,
    emit: EventSink,
    scope?: { parent: Gatherer; host: HostAccess },
  ) {
    // Whatever is being gathered waits for the end of the run as well, and stops waiting with its answer: no leak.
    setMaxListeners(0, context.signal);
    this.#context = context;
    this.#ports = ports;
    this.#clock = clock;
    this.#emit = emit;
    this.#parent = scope?.parent;
    this.#host = scope?.host;
  }

  /** A gatherer for the facts of one host; facts of the deployment are shared with this one. */
  forHost(host: HostAccess): Gatherer {
    return new Gatherer(this.#context, this.#ports, this.#clock, this.#emit, { parent: this, host });
  }

  get<T>(probe: Probe<T>): Promise<Gathered<T>> {
    if (this.#parent && !isHostScoped(probe)) return this.#parent.get(probe);
    let gathered = this.#gathered.get(probe);
    if (!gathered) {
      gathered = this.#gather(probe);
      this.#gathered.set(probe, gathered);
    }
    return gathered as Promise<Gathered<T>>;
  }

  /** What a probe gathered, where something has asked for it; never makes a probe look. */
  asked<T>(probe: Probe<T>): Promise<Gathered<T>> | undefined {
    if (this.#parent && !isHostScoped(probe)) return this.#parent.asked(probe);
    return this.#gathered.get(probe) as Promise<Gathered<T>> | undefined;
  }

  async #gather(probe: AnyProbe): Promise<Gathered> {
    const host = this.#host && { host: this.#host.label };
    const seconds = probe.kind === 'host' && { seconds: probe.seconds(this.#context.environment) };
    this.#emit({ type: 'probe-started', probe: probe.id, ...host, ...seconds });
    const moment = this.#host ? `${this.#host.label} ${probe.id}` : probe.id;
    const looks: Look[] = [];
    const inherited: Look[] = [];
    try {
      const value = await untilAborted(this.#lookOrLose(probe, moment, looks, inherited), this.#context.signal);
      this.#emit({ type: 'probe-finished', probe: probe.id, ...host });
      return { ok: true, value, at: this.#clock(moment), looks: [...looks, ...inherited].slice(0, mostLooks) };
    } catch (thrown) {
      const error = asProbeError(thrown, probe.id);
      this.#emit({ type: 'probe-finished', probe: probe.id, reason: error.reason, ...host });
      return { ok: false, error, at: this.#clock(moment), looks };
    }
  }

  async #lookOrLose(probe: AnyProbe, moment: string, looks: Look[], inherited: Look[]): Promise<unknown> {
    try {
      return await this.#look(probe, moment, looks, inherited);
    } catch (thrown) {
      if (thrown instanceof ProbeError && probe.lost) return probe.lost(thrown);
      throw thrown;
    }
  }

  async #look(probe: AnyProbe, moment: string, looks: Look[], inherited: Look[]): Promise<unknown> {
    const facts = (await this.#facts(probe.needs, inherited)) as never;
    const { signal } = this.#context;
    signal.throwIfAborted();
    const context = { ...this.#context, waiting: (this.#ports.waiting ?? realWaiting)(moment, signal) };
    switch (probe.kind) {
      case 'aws':
        return probe.gather(tracedAws(this.#ports.aws, looks), facts, context);
      case 'git':
        return probe.gather(tracedGit(this.#ports.git, looks), facts, context);
      case 'composio':
        return probe.gather(tracedComposio(this.#ports.composio, looks), facts, context);
      case 'files':
        return probe.gather(tracedFiles(this.#ports.files, looks), facts, context);
      case 'vantage':
        return probe.gather(tracedVantage(this.#ports.vantage, looks), facts, context);
      case 'gateway':
        return this.#lookAtGateway(probe, facts, looks, context);
      case 'host':
        return this.#lookAtHost(probe, looks);
    }
  }

  async #lookAtGateway(
    probe: GatewayProbe<unknown>,
    facts: never,
    looks: Look[],
    context: ProbeContext,
  ): Promise<unknown> {
    const host = this.#hostOf(probe);
    // What is tried asks the host in between, which takes one script after the other.
    if (context.active) await host.broken();
    const gateway = tracedGateway(await host.gateway(), looks);
    const shell = tracedHost({ run: (program) => host.ask(program) }, looks);
    return probe.gather(gateway, facts, { ...context, host: shell });
  }

  async #lookAtHost(probe: HostProbe<unknown>, looks: Look[]): Promise<unknown> {
    let records: HostRecords | undefined;
    try {
      records = await this.#hostOf(probe).records(probe);
      looks.push({ at: probe.id, answer: `the host answered a fresh challenge with ${records.length} records` });
      return probe.parse(records, this.#context);
    } catch (thrown) {
      if (!(thrown instanceof ProbeError)) throw thrown;
      if (probe.refused && !records && thrown.reason === 'access_denied') {
        looks.push({ at: probe.id, answer: 'the host does not permit it' });
        return probe.refused.fact;
      }
      throw thrown;
    }
  }

  #hostOf(probe: AnyProbe): HostAccess {
    if (!this.#host) throw new Error(`${probe.id} is gathered once a host, and was asked for without one`);
    return this.#host;
  }

  async #facts(needs: Needs, inherited: Look[]): Promise<Record<string, unknown>> {
    const entries = Object.entries(needs);
    const gathered = await Promise.all(entries.map(([, need]) => this.get(need)));
    return Object.fromEntries(
      entries.map(([name], i) => {
        const fact = gathered[i] as Gathered;
        if (!fact.ok) throw fact.error;
        inherited.push(...fact.looks);
        return [name, fact.value];
      }),
    );
  }
}

const hostScoped = new WeakMap<AnyProbe, boolean>();

export function isHostScoped(probe: AnyProbe): boolean {
  let scoped = hostScoped.get(probe);
  if (scoped === undefined) {
    scoped = probe.kind === 'host' || probe.kind === 'gateway' || Object.values(probe.needs).some(isHostScoped);
    hostScoped.set(probe, scoped);
  }
  return scoped;
}

/** All probes that a set of needs leads to, each once. */
export function probesOf(needs: readonly Needs[]): ReadonlySet<AnyProbe> {
  const found = new Set<AnyProbe>();
  const visit = (set: Needs) => {
    for (const probe of Object.values(set)) {
      if (found.has(probe)) continue;
      found.add(probe);
      visit(probe.needs);
    }
  };
  needs.forEach(visit);
  return found;
}

/** The same probes, those first that wait for the longest chain of others: whoever begins it is asked before all else. */
export function longestChainFirst(probes: Iterable<AnyProbe>): AnyProbe[] {
  const lengths = new Map<AnyProbe, number>();
  const lengthOf = (probe: AnyProbe): number => {
    const known = lengths.get(probe);
    if (known !== undefined) return known;
    const length = 1 + Math.max(0, ...Object.values(probe.needs).map(lengthOf));
    lengths.set(probe, length);
    return length;
  };
  return [...probes].sort((a, b) => lengthOf(b) - lengthOf(a));
}

/** Ends the wait when the run is aborted: no probe can hold up a run, whatever it waits for. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const waiting = waitingOn(signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else waiting.add(stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) waiting.delete(stop);
  }
}

/** Who waits for the end of a run: a signal looks through all its listeners for each one that is added. */
const waits = new WeakMap<AbortSignal, Set<() => void>>();

function waitingOn(signal: AbortSignal): Set<() => void> {
  let waiting = waits.get(signal);
  if (!waiting) {
    const all = new Set<() => void>();
    signal.addEventListener(
      'abort',
      () => {
        for (const stop of all) stop();
      },
      { once: true },
    );
    waits.set(signal, all);
    waiting = all;
  }
  return waiting;
}

/** Anything that is not a `ProbeError` is a defect of ours, and its text is not shown: it may quote the target. */
export function asProbeError(thrown: unknown, probe: string): ProbeError {
  if (thrown instanceof ProbeError) return thrown;
  if (process.env['CLAWCHECK_DEBUG'] === '1') console.error(`${probe}:`, thrown);
  const kind = thrown instanceof Error ? thrown.name.replaceAll(/[^A-Za-z]/g, '') : typeof thrown;
  return new ProbeError('internal', `the probe ${probe} failed with an unexpected ${kind}`, {
    next: 'Run again with CLAWCHECK_DEBUG=1 and report the trace.',
  });
}
