import type { Environment } from '../environment/schema.ts';
import type { Check } from '../model/check.ts';
import type { Facts, Needs } from '../model/probe.ts';
import type { ProbeError } from '../model/reason.ts';
import type { SubjectInstance } from '../model/report.ts';
import type { AwsPort, InputOf, OutputOf } from '../ports/aws.ts';
import type { DrillAwsPort, DrillOperation } from '../ports/drill-operations.ts';
import type { HostRecords, HostRunAs } from '../ports/host.ts';

/** What a drill came to know and needs to know for its undo: ids, addresses, times. Never a secret: it is journaled. */
export type Values = Readonly<Record<string, string>>;

/** The deployment as a drill sees it; every look is a new one. Each throws `ProbeError`. */
export interface World {
  readonly environment: Environment;
  readonly values: Values;
  /** The instances that answered over SSH and proved to be of the group. */
  readonly instances: readonly SubjectInstance[];
  /** A UUID of this drill alone. */
  readonly id: string;
  readonly aws: DrillAwsPort;
  /** What a run may call, too. */
  readonly read: AwsPort;
  now(): Date;
  /**
   * Facts of the deployment; those of a host or its gateway from the named address. Only a move may gather what acts
   * (`active`).
   */
  facts<const N extends Needs>(needs: N, address?: string, active?: boolean): Promise<Facts<N>>;
}

interface AwsMove {
  readonly kind: 'aws';
  readonly operation: DrillOperation;
  input(values: Values, environment: Environment): object;
  learn?(output: object): Values;
}

interface HostMove {
  readonly kind: 'host';
  /** Letters, digits, `/` and `-`. */
  readonly program: string;
  readonly as: HostRunAs;
  readonly seconds: number;
  /** What it does, for the plan, the journal and the progress. */
  readonly command: string;
  /** POSIX sh that answers with `say KEY VALUE`; it gets what it needs through `quote`. */
  script(values: Values, environment: Environment): string;
  /** Whether it worked, and what it said. Throws `ProbeError` when it did not. */
  learn(records: HostRecords): Values;
}

/** A fact that can only be had by leaving something on the gateway: a message, a request. */
interface FactMove {
  readonly kind: 'gateway';
  /** What it sends. */
  readonly command: string;
  send(world: World): Promise<Values>;
}

/** One change of the deployment: planned, written down, made. */
export type Move = AwsMove | HostMove | FactMove;

/** An AWS operation of the drills with its own types. */
export function awsMove<O extends DrillOperation>(move: {
  readonly operation: O;
  input(values: Values, environment: Environment): InputOf<O>;
  learn?(output: OutputOf<O>): Values;
}): Move {
  return { kind: 'aws', ...move } as unknown as AwsMove;
}

export function hostMove(move: Omit<HostMove, 'kind'>): Move {
  return { kind: 'host', ...move };
}

export function gatewayMove(move: Omit<FactMove, 'kind'>): Move {
  return { kind: 'gateway', ...move };
}

/** How a step is taken back. */
export interface Undo {
  readonly title: string;
  /** What is taken back before. */
  readonly first?: Undo;
  /**
   * Looks whether there is anything to take back: what is to be known for it, `later` while that cannot be said yet,
   * or undefined for nothing. The step may have been made, made in part, or not at all.
   */
  needed(world: World): Promise<Values | 'later' | undefined>;
  readonly moves: readonly Move[];
  /** Whether it has come to its end. Default: with its moves. */
  settled?(world: World): Promise<boolean>;
  /** Longest time for all of it. */
  seconds(environment: Environment): number;
  /** The person decides: kept until then, at a cost that is said here. */
  readonly offered?: string;
  /** Only once every other step is taken back. */
  readonly last?: true;
}

/** What was seen of an expectation. Times are AWS's own where there is a record of AWS. */
export interface Seen {
  readonly ok: boolean;
  readonly observed: string;
  /** Seconds by the record that `from` names. */
  readonly seconds?: number;
  readonly learned?: Values;
}

/** What has to follow from a step, and within what time. */
export interface Expectation {
  readonly id: string;
  readonly claim: string;
  /** The record that it is read from, such as `alarm history`. */
  readonly from: string;
  /** The tolerance in seconds; undefined where nothing is timed. */
  limit?(environment: Environment): number;
  /** How long it is waited for, in seconds from the end of the step: longer than the limit, to see how late it comes. */
  patience(environment: Environment): number;
  /** One look: undefined while it has not come. */
  look(world: World): Promise<Seen | undefined>;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly moves: readonly Move[];
  readonly undo?: Undo;
  readonly expect?: readonly Expectation[];
}

/** A timed experiment: steady state, method, tolerance and rollback, declared once for plan, run and undo. */
export interface Drill {
  readonly title: string;
  readonly why: string;
  /** What it does to whom, for the plan: what a person should know before consenting. */
  readonly effects: readonly string[];
  /** What the environment file lacks; a drill with any is refused. */
  missing(environment: Environment): readonly string[];
  /** Operations of the drills' list that its looks call, beside those of its moves. */
  reads?(environment: Environment): readonly DrillOperation[];
  /** What must hold before anything is done, and again at the end. */
  // biome-ignore lint/suspicious/noExplicitAny: checks of any facts
  readonly steady: Readonly<Record<string, Check<any>>>;
  /** Reads what the method needs to know; changes nothing. */
  prepare(world: World): Promise<Values>;
  method(environment: Environment): readonly Step[];
  /** How long the steady state may take to come back, in seconds. */
  recovery(environment: Environment): number;
}

export function drill(definition: Drill): Drill {
  return definition;
}

/** Failures of a look that may pass: the next look can succeed. */
export function isPassing({ reason }: ProbeError): boolean {
  return ['throttled', 'timeout', 'unreachable', 'not_found', 'truncated'].includes(reason);
}
