import type { Source } from './probe.ts';
import type { Reason } from './reason.ts';

/** What a check came to. Only `pass`, `attested`, `waived` and `not-applicable` let a deployment be READY. */
export const statuses = ['pass', 'fail', 'unknown', 'waived', 'attested', 'not-applicable'] as const;
export type Status = (typeof statuses)[number];

export const verdicts = ['READY', 'NOT_READY', 'INCOMPLETE', 'UNTRUSTED'] as const;
export type Verdict = (typeof verdicts)[number];

/** `live` is real AWS, reached directly; anything else says so and can never be signed off as live. */
export const modes = ['live', 'simulated', 'replay'] as const;
export type Mode = (typeof modes)[number];

export interface Evidence {
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  readonly source: Source;
  /** ISO 8601, UTC. */
  readonly observedAt: string;
  /** Id of the instance, where the fact was gathered once an instance. */
  readonly instance?: string;
}

export interface ReasonDetail {
  readonly code: Reason;
  readonly message: string;
  readonly next?: string;
  /** The IAM action that was refused. */
  readonly action?: string;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  /** The claim, or what is wrong instead. */
  readonly headline: string;
  /** Why it is unknown (also behind a waiver or an attestation). */
  readonly reason: ReasonDetail | null;
  readonly expected: string;
  readonly observed: string;
  readonly evidence: readonly Evidence[];
  /** What shows that the opposite would have been seen. */
  readonly controls: readonly Evidence[];
  readonly remediation: string;
  /** Set with status `waived`: what it is without the waiver, and who accepted it. */
  readonly waiver: {
    readonly status: Status;
    readonly by: string;
    readonly reason: string;
    readonly expires: string;
    readonly ticket: string;
  } | null;
  readonly attestation: {
    readonly by: string;
    readonly date: string;
    readonly expires: string;
    readonly statement: string;
    readonly evidence: string;
    readonly evidenceSha256: string | null;
    /** Who signed it, as the allowed signers name them; null for one that is not signed. */
    readonly signedBy: string | null;
  } | null;
  /** Set with status `not-applicable`: why. */
  readonly notApplicable: string | null;
}

export interface AreaResult {
  readonly id: string;
  readonly title: string;
  readonly checks: readonly CheckResult[];
}

export interface SubjectInstance {
  readonly id: string;
  readonly address: string;
  readonly hostKeyFingerprint: string | null;
}

/** What the report is about, as it was observed; null where it could not be. */
export interface Subject {
  readonly account: string | null;
  readonly region: string;
  readonly principal: string | null;
  readonly autoScalingGroup: string | null;
  readonly instances: readonly SubjectInstance[];
  readonly fileSystemId: string;
  readonly gatewayVersion: string | null;
  readonly repository: string | null;
  readonly commit: string | null;
  /** Each way in which this is not, or not provably, the deployment that was asked about. */
  readonly mismatches: readonly string[];
  readonly unproven: readonly string[];
}

/** Checks of a user's own that a run judged beside those of clawcheck. */
export interface ReportExtension {
  /** The area of its checks: `custom-<name>`. */
  readonly area: string;
  /** As it was named: a file, a folder or a package. */
  readonly source: string;
  /** SHA-256 over its files. */
  readonly sha256: string;
  readonly checks: number;
}

export interface Report {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'clawcheck'; readonly version: string };
  readonly mode: Mode;
  readonly environment: { readonly name: string; readonly fileSha256: string };
  readonly subject: Subject;
  readonly window: { readonly start: string; readonly end: string; readonly interrupted: boolean };
  /** The areas or checks that the run was narrowed to; null for a whole run. A narrowed run is never READY. */
  readonly narrowedTo: readonly string[] | null;
  /** The calls to AWS that the answers took. Runs side by side may share an answer, which counts in each of them. */
  readonly calls: readonly { readonly operation: string; readonly count: number }[];
  /** Absent where the run had the checks of clawcheck alone. */
  readonly extensions?: readonly ReportExtension[];
  readonly areas: readonly AreaResult[];
  readonly counts: Readonly<Record<Status, number>>;
  readonly verdict: Verdict;
}

/**
 * The verdict follows from the statuses, the subject and the extent of the run, all of which stand in the report, so
 * that anyone can compute it again. No waiver reaches it where it is not proven what was looked at.
 */
export function verdictOf(
  results: readonly Pick<CheckResult, 'status'>[],
  { subject, narrowedTo, window }: Pick<Report, 'subject' | 'narrowedTo' | 'window'>,
): Verdict {
  if (subject.mismatches.length > 0) return 'UNTRUSTED';
  if (results.some(({ status }) => status === 'fail')) return 'NOT_READY';
  const complete = results.length > 0 && results.every(({ status }) => status !== 'unknown');
  const whole = narrowedTo === null && !window.interrupted && gapsIn(subject).length === 0;
  return complete && whole ? 'READY' : 'INCOMPLETE';
}

/** What is not proven of the subject: with any of it, a report is never READY. */
export function gapsIn(subject: Subject): string[] {
  const { account, principal, autoScalingGroup, region, instances, unproven } = subject;
  const arn = autoScalingGroup?.split(':') ?? [];
  const gaps: [boolean, string][] = [
    [account === null || principal === null, 'the AWS account is not proven'],
    [autoScalingGroup === null, 'the Auto Scaling Group was not seen'],
    [arn.length > 4 && (arn[3] !== region || arn[4] !== account), 'the group is of another account or region'],
    [instances.length === 0, 'no instance was reached'],
    [instances.some(({ hostKeyFingerprint }) => hostKeyFingerprint === null), 'a host key was not verified'],
  ];
  return [...unproven, ...gaps.flatMap(([missing, what]) => (missing ? [what] : []))];
}

export function countsOf(results: readonly Pick<CheckResult, 'status'>[]): Record<Status, number> {
  const counts: Record<Status, number> = { pass: 0, fail: 0, unknown: 0, waived: 0, attested: 0, 'not-applicable': 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}
