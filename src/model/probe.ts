import type { Environment } from '../environment/schema.ts';
import type { AwsPort } from '../ports/aws.ts';
import type { ComposioPort } from '../ports/composio.ts';
import type { FilesPort } from '../ports/files.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { GitPort } from '../ports/git.ts';
import type { HostRecords, HostRunAs, HostShell } from '../ports/host.ts';
import type { SignaturesPort } from '../ports/signatures.ts';
import type { VantagePort } from '../ports/vantage.ts';
import type { Waiting } from '../ports/waiting.ts';
import type { ProbeError } from './reason.ts';

/** Where a fact comes from, in falling order of trust. */
export const sources = {
  aws: 'aws-control-plane',
  git: 'git-host',
  composio: 'integration-host',
  files: 'local-files',
  vantage: 'runner-network',
  gateway: 'target-self-report',
  host: 'target-self-report',
} as const;

export type ProbeKind = keyof typeof sources;
export type Source = (typeof sources)[ProbeKind] | 'human-attested';

/** What each kind of evidence is worth. */
export const sourceMeanings = {
  'aws-control-plane': 'what AWS says about its own resources',
  'git-host': 'what the git host says',
  'integration-host': 'what Composio says of the accounts that it holds',
  'local-files': 'files that stand beside the environment file',
  'runner-network': 'what answers from the machine that clawcheck runs on',
  'target-self-report': 'what the host or the gateway says about itself, each with a fresh challenge',
  'human-attested': 'the statement of a named person',
} as const satisfies Record<Source, string>;

// biome-ignore lint/suspicious/noExplicitAny: a set of probes of any facts
export type Needs = Readonly<Record<string, Probe<any>>>;
export type FactOf<P> = P extends Probe<infer T> ? T : never;
export type Facts<N extends Needs> = { readonly [K in keyof N]: FactOf<N[K]> };

export interface ProbeContext {
  readonly environment: Environment;
  /** The other environments of the file. */
  readonly others: readonly Environment[];
  /** The start of the run. */
  readonly now: Date;
  /** A UUID of this run alone. */
  readonly nonce: string;
  readonly signal: AbortSignal;
  /** The time of this probe where it waits for something. Default: that of this machine. */
  readonly waiting?: Waiting;
  /** Consent to experiments that act: without it a probe must not do anything that somebody could notice. */
  readonly active?: boolean;
  /** Verifies what is signed beside the environment file. */
  readonly signatures?: SignaturesPort;
  /** Consent to evaluating the skills, which asks the models of their configurations. */
  readonly runEvals?: boolean;
}

export interface GatewayContext extends ProbeContext {
  /** The host that the gateway is on, for the effects of what the gateway is made to do. */
  readonly host?: HostShell;
}

interface ProbeBase<T> {
  /** Unique and stable: recordings and events name it. `<kind>/<fact>` */
  readonly id: string;
  readonly needs: Needs;
  readonly kind: ProbeKind;
  /** What a probe of an extension may ask of its port. Of the others a table is generated. */
  readonly calls?: readonly string[];
  /**
   * The fact where there is no answer, or none that can be read: for a probe whose loss must not hide what another one
   * saw. The check that needs it must then tell `ProbeError`s apart itself.
   */
  readonly lost?: (error: ProbeError) => T;
  /** Never set: carries the type of the fact. */
  readonly fact?: T;
}

export interface AwsProbe<T> extends ProbeBase<T> {
  readonly kind: 'aws';
  gather(aws: AwsPort, facts: never, context: ProbeContext): Promise<T>;
}

export interface GitProbe<T> extends ProbeBase<T> {
  readonly kind: 'git';
  gather(git: GitPort, facts: never, context: ProbeContext): Promise<T>;
}

export interface ComposioProbe<T> extends ProbeBase<T> {
  readonly kind: 'composio';
  gather(composio: ComposioPort, facts: never, context: ProbeContext): Promise<T>;
}

export interface FilesProbe<T> extends ProbeBase<T> {
  readonly kind: 'files';
  gather(files: FilesPort, facts: never, context: ProbeContext): Promise<T>;
}

/** Tries from this machine what the instance tries from its own place. */
export interface VantageProbe<T> extends ProbeBase<T> {
  readonly kind: 'vantage';
  gather(vantage: VantagePort, facts: never, context: ProbeContext): Promise<T>;
}

/** Speaks to the gateway of one host; gathered once a host. */
export interface GatewayProbe<T> extends ProbeBase<T> {
  readonly kind: 'gateway';
  gather(gateway: GatewayPort, facts: never, context: GatewayContext): Promise<T>;
}

/**
 * A part of the one script that is sent to each host; gathered once a host. `script` is POSIX sh that answers with
 * `say KEY VALUE` only; what it gets from the environment file goes in through `quote`. It cannot need other facts,
 * because the script is sent before anything is known.
 */
export interface HostProbe<T> extends ProbeBase<T> {
  readonly kind: 'host';
  readonly as: HostRunAs;
  /** The longest that the script may take on the host. */
  seconds(environment: Environment): number;
  script(environment: Environment): string;
  /** The fact where the host does not let the login become the user that the script runs as; without it, an error. */
  readonly refused?: { readonly fact: T };
  /** Strict: what is not of the expected form throws `ProbeError('bad_response', …)`. */
  parse(records: HostRecords, context: ProbeContext): T;
}

export type Probe<T> =
  | AwsProbe<T>
  | GitProbe<T>
  | ComposioProbe<T>
  | FilesProbe<T>
  | VantageProbe<T>
  | GatewayProbe<T>
  | HostProbe<T>;

type Gathering<Port, T, N extends Needs, C extends ProbeContext = ProbeContext> = {
  readonly id: string;
  readonly needs?: N;
  readonly lost?: (error: ProbeError) => T;
  gather(port: Port, facts: Facts<N>, context: C): Promise<T>;
};

export function awsProbe<T, const N extends Needs = Record<never, never>>(p: Gathering<AwsPort, T, N>): AwsProbe<T> {
  return { kind: 'aws', ...p, needs: p.needs ?? {} } as AwsProbe<T>;
}

export function gitProbe<T, const N extends Needs = Record<never, never>>(p: Gathering<GitPort, T, N>): GitProbe<T> {
  return { kind: 'git', ...p, needs: p.needs ?? {} } as GitProbe<T>;
}

export function composioProbe<T, const N extends Needs = Record<never, never>>(
  p: Gathering<ComposioPort, T, N>,
): ComposioProbe<T> {
  return { kind: 'composio', ...p, needs: p.needs ?? {} } as ComposioProbe<T>;
}

export function filesProbe<T, const N extends Needs = Record<never, never>>(
  p: Gathering<FilesPort, T, N>,
): FilesProbe<T> {
  return { kind: 'files', ...p, needs: p.needs ?? {} } as FilesProbe<T>;
}

export function vantageProbe<T, const N extends Needs = Record<never, never>>(
  p: Gathering<VantagePort, T, N>,
): VantageProbe<T> {
  return { kind: 'vantage', ...p, needs: p.needs ?? {} } as VantageProbe<T>;
}

export function gatewayProbe<T, const N extends Needs = Record<never, never>>(
  p: Gathering<GatewayPort, T, N, GatewayContext>,
): GatewayProbe<T> {
  return { kind: 'gateway', ...p, needs: p.needs ?? {} } as GatewayProbe<T>;
}

export function hostProbe<T>(p: {
  readonly id: string;
  readonly as?: HostRunAs;
  readonly seconds?: number | ((environment: Environment) => number);
  readonly script: string | ((environment: Environment) => string);
  readonly refused?: { readonly fact: T };
  readonly lost?: (error: ProbeError) => T;
  parse(records: HostRecords, context: ProbeContext): T;
}): HostProbe<T> {
  const { seconds = 10, script } = p;
  return {
    kind: 'host',
    id: p.id,
    needs: {},
    as: p.as ?? 'agent',
    seconds: typeof seconds === 'number' ? () => seconds : seconds,
    script: typeof script === 'string' ? () => script : script,
    ...(p.refused && { refused: p.refused }),
    ...(p.lost && { lost: p.lost }),
    parse: p.parse,
  };
}
