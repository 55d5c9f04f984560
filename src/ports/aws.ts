import type { Command } from '@smithy/core/client';
import type { operations } from './aws-operations.ts';
import type { FisCommands } from './fis.ts';

/** Each AWS service that is read, by the prefix of its operations here. Types only: nothing is loaded. */
interface Services {
  autoscaling: typeof import('@aws-sdk/client-auto-scaling');
  backup: typeof import('@aws-sdk/client-backup');
  budgets: typeof import('@aws-sdk/client-budgets');
  cloudtrail: typeof import('@aws-sdk/client-cloudtrail');
  cloudwatch: typeof import('@aws-sdk/client-cloudwatch');
  ec2: typeof import('@aws-sdk/client-ec2');
  efs: typeof import('@aws-sdk/client-efs');
  elbv2: typeof import('@aws-sdk/client-elastic-load-balancing-v2');
  iam: typeof import('@aws-sdk/client-iam');
  kms: typeof import('@aws-sdk/client-kms');
  lambda: typeof import('@aws-sdk/client-lambda');
  logs: typeof import('@aws-sdk/client-cloudwatch-logs');
  secretsmanager: typeof import('@aws-sdk/client-secrets-manager');
  sns: typeof import('@aws-sdk/client-sns');
  ssm: typeof import('@aws-sdk/client-ssm');
  sts: typeof import('@aws-sdk/client-sts');
}

export type ServiceName = keyof Services;

/** Only the drills call FIS. */
interface AllServices extends Services {
  fis: FisCommands;
}

/** A service of a run or of the drills. */
export type AnyServiceName = keyof AllServices;

/** An operation that may be called: a key of the allow-list. */
export type AwsOperation = keyof typeof operations;

type ReadVerb = 'Describe' | 'Get' | 'List' | 'Simulate' | 'Lookup' | 'Filter';
/** An operation whose name says that it only reads. */
export type ReadOperation = `${ServiceName}:${ReadVerb}${string}`;

/** An operation of a service by its name, whether it may be called or not. */
export type NamedOperation = `${AnyServiceName}:${string}`;

type Commands<O extends NamedOperation> = O extends `${infer S extends AnyServiceName}:${infer N}`
  ? `${N}Command` extends keyof AllServices[S]
    ? AllServices[S][`${N}Command`]
    : never
  : never;

type Made<O extends NamedOperation> = Commands<O> extends new (...args: never[]) => infer C ? C : never;
// biome-ignore lint/suspicious/noExplicitAny: only used to infer
type Io<C> = C extends Command<infer I, infer R, any> ? { readonly input: I; readonly output: R } : never;
export type InputOf<O extends NamedOperation> = Io<Made<O>>['input'];
export type OutputOf<O extends NamedOperation> = Without$<Io<Made<O>>['output']>;
type Without$<R> = Omit<R, '$metadata'>;

/** What the allow-list says about an operation. */
export interface OperationRule {
  /**
   * Top-level members that the answer must have. The SDK resolves `200 {}`, an empty body and HTML to an object
   * without members, so an absent member is a bad answer and never an empty set.
   */
  readonly members: readonly string[];
  /** Lists that are joined over all pages. Default: `members`. */
  readonly joined?: readonly string[];
  /** Names of the page token in the input and in the answer. */
  readonly token?: readonly [input: string, output: string];
  /**
   * The input's member for the length of a page, and the most that the service takes. Asked for, so that a page that is
   * as long and has no token is known for what may be a list that lost it.
   */
  readonly pageSize?: readonly [input: string, most: number];
  /** Error codes by which the service says that the thing does not exist; `find` gives undefined for them. */
  readonly absent?: readonly string[];
  /** The IAM action, where it is not `<service>:<operation>`; null where none is needed. */
  readonly action?: string | null;
}

/** Read-only AWS. The adapter adds the deadline, all pages, the retries and the classification of errors. */
export interface AwsPort {
  readonly region: string;
  readonly account: string;
  /** The whole answer, all pages joined. The same call is made once a run. Throws `ProbeError`. */
  read<O extends AwsOperation>(operation: O, input: InputOf<O>): Promise<OutputOf<O>>;
  /** As `read`, but undefined where the service says that the thing does not exist (`absent` of the allow-list). */
  find<O extends AwsOperation>(operation: O, input: InputOf<O>): Promise<OutputOf<O> | undefined>;
  /** The same account in another region, for what the environment file names there. */
  inRegion(region: string): AwsPort;
}

/** What was called how often for this run, for the report and for proving that a run only reads. */
export interface CallLog {
  counts(): { operation: string; count: number }[];
}
