/**
 * Why something is unknown. The codes are part of the report's contract: they are never renamed.
 * The text says what the code means to the person who reads the report.
 */
export const reasons = {
  access_denied: 'not permitted to look',
  auth_failed: 'could not authenticate',
  bad_response: 'the answer was not of the documented form',
  cancelled: 'the run was stopped before this was looked at',
  clock_skew: 'the clock of this machine is wrong, so no age can be judged',
  conflict: 'two sources contradict each other',
  credentials: 'no usable credentials',
  empty_subject: 'nothing was found to judge',
  host_key: 'the host key could not be trusted',
  internal: 'a defect in clawcheck',
  no_control: 'the positive control failed, so a negative proves nothing',
  not_attested: 'a named person has to state this, and nobody has',
  not_configured: 'the environment file does not say what to look at',
  not_drilled: 'no valid record of the drill that shows this',
  not_found: 'the thing to look at does not exist',
  stale: 'the evidence is older than allowed',
  throttled: 'the service refused further calls for now',
  timeout: 'no answer in time',
  tool_missing: 'a tool that the probe needs is missing on the host',
  truncated: 'only a part of the answer was seen',
  unbound: 'it is not proven that this is the deployment in question',
  unreachable: 'could not connect',
  wrong_subject: 'this is not the deployment that was asked about',
} as const;

export type Reason = keyof typeof reasons;

/**
 * We could not look. A probe throws this; the runner turns it into `unknown` for each check that needs the fact.
 * The message is our own text and never carries text of the target: what a host or service answered may be hostile.
 */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly reason: Reason;
  /** What the reader can do about it; one sentence. */
  readonly next: string | undefined;
  /** The IAM action that was refused, when there is one. */
  readonly action: string | undefined;

  constructor(reason: Reason, message: string, more: { next?: string; action?: string } = {}) {
    super(message);
    this.reason = reason;
    this.next = more.next;
    this.action = more.action;
  }
}

/** The target is not what the environment file names: account, region, host key or instance. The run stops. */
export class UntrustedError extends ProbeError {
  constructor(message: string, next?: string) {
    super('wrong_subject', message, next === undefined ? {} : { next });
  }
}

/** The user's mistake: one line and the next step, exit 64, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}
