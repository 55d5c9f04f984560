import type { Area } from '../model/check.ts';
import type {
  AwsProbe,
  Facts,
  FilesProbe,
  GatewayProbe,
  GitProbe,
  HostProbe,
  Needs,
  ProbeContext,
} from '../model/probe.ts';
import type { AwsOperation, InputOf, OperationRule, OutputOf, ReadOperation } from '../ports/aws.ts';
import type { Forbidden } from '../ports/aws-operations.ts';
import type { FilesPort } from '../ports/files.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { GitPort } from '../ports/git.ts';
import type { HostRecords, HostRunAs } from '../ports/host.ts';

/** Checks of a user's own: one area, `custom-<name>`, beside the areas of clawcheck. */
export interface Extension extends Area {
  /** Lower-case letters, digits and `-`. The ids of checks and probes begin with `custom-<name>/`. */
  readonly name: string;
}

/** Declares an extension; the default export of its module. */
export function extension(definition: Extension): Extension {
  return definition;
}

/** By operation: `known` for one of the allow-list, a rule for one that only this extension calls. */
export type AwsCalls = Readonly<Record<string, 'known' | OperationRule>>;

/** An operation that does not say that it only reads, that hands out a secret, or that is known already has no rule. */
type ReadCalls<C> = {
  readonly [K in keyof C]: K extends AwsOperation ? 'known' : K extends ReadOperation ? OperationRule : never;
} & Forbidden;

/** The AWS of a probe that declared what it calls: nothing else compiles, and nothing else is let through. */
export interface DeclaredAws<O> {
  readonly region: string;
  readonly account: string;
  /** The whole answer, all pages joined. Throws `ProbeError`. */
  read<X extends O & ReadOperation>(operation: X, input: InputOf<X>): Promise<OutputOf<X>>;
  /** As `read`, but undefined where the service says that the thing does not exist (`absent` of the rule). */
  find<X extends O & ReadOperation>(operation: X, input: InputOf<X>): Promise<OutputOf<X> | undefined>;
}

/** An AWS probe as an extension declares it. */
export interface DeclaredAwsProbe<T> extends Omit<AwsProbe<T>, 'calls'> {
  readonly awsCalls: AwsCalls;
}

interface Declared<Port, T, N extends Needs> {
  /** `custom-<name of the extension>/<fact>` */
  readonly id: string;
  readonly needs?: N;
  gather(port: Port, facts: Facts<N>, context: ProbeContext): Promise<T>;
}

/** @see DeclaredAws */
export function awsProbe<T, const C extends ReadCalls<C>, const N extends Needs = Record<never, never>>(
  p: { readonly calls: C } & Declared<DeclaredAws<keyof C>, T, N>,
): AwsProbe<T> {
  const { calls, needs = {}, ...rest } = p;
  return { ...rest, kind: 'aws', needs, awsCalls: calls } as unknown as AwsProbe<T>;
}

/** What a gateway probe of an extension may call: the methods that only read. */
export const gatewayReads = [
  'agents.list',
  'approval.history',
  'config.get',
  'exec.approval.list',
  'exec.approvals.get',
  'health',
  'skills.status',
  'status',
] as const;

/** `rpc status`, `GET /healthz` */
export type GatewayCall = `rpc ${(typeof gatewayReads)[number]}` | `GET /${string}`;

export function gatewayProbe<T, const N extends Needs = Record<never, never>>(
  p: { readonly calls: readonly GatewayCall[] } & Declared<GatewayPort, T, N>,
): GatewayProbe<T> {
  return { ...p, kind: 'gateway', needs: p.needs ?? {} } as unknown as GatewayProbe<T>;
}

/** @param p `calls`: the paths that it may GET, each with all that begins with it */
export function gitProbe<T, const N extends Needs = Record<never, never>>(
  p: { readonly calls: readonly `/${string}`[] } & Declared<GitPort, T, N>,
): GitProbe<T> {
  return { ...p, kind: 'git', needs: p.needs ?? {} } as unknown as GitProbe<T>;
}

/** Reads files beside the environment file. */
export function filesProbe<T, const N extends Needs = Record<never, never>>(
  p: Declared<FilesPort, T, N>,
): FilesProbe<T> {
  return { ...p, kind: 'files', needs: p.needs ?? {} } as unknown as FilesProbe<T>;
}

/** A part of the one script that each host gets: POSIX sh that only looks, and answers with `say KEY VALUE`. */
export function hostProbe<T>(p: {
  readonly id: string;
  /** Default: the agent's user. */
  readonly as?: HostRunAs;
  /** The longest that it may take on the host, 1 to 60. Default: 10. */
  readonly seconds?: number;
  readonly script: string | ((environment: ProbeContext['environment']) => string);
  /** Strict: what is not of the expected form throws `ProbeError('bad_response', …)`. */
  parse(records: HostRecords, context: ProbeContext): T;
}): HostProbe<T> {
  const { id, as = 'agent', seconds = 10, script, parse } = p;
  const text = typeof script === 'string' ? () => script : script;
  return { kind: 'host', id, needs: {}, as, seconds: () => seconds, script: text, parse };
}
