import type { Verdict } from './report.ts';

/**
 * The exit codes, a contract with release pipelines. None of them is a code that Node, a shell or a signal gives by
 * itself for something else: a crash is never a verdict.
 */
export const exitCodes = {
  READY: { code: 0, meaning: 'READY: every check passed, or is attested, waived or declared not applicable' },
  NOT_READY: { code: 20, meaning: 'NOT_READY: at least one check failed' },
  INCOMPLETE: { code: 21, meaning: 'INCOMPLETE: nothing failed, but something is unknown or the run was narrowed' },
  UNTRUSTED: { code: 22, meaning: 'UNTRUSTED: account, region, host key or instance is not the one asked about' },
  notValid: { code: 23, meaning: 'verify, report, diff, merge: a saved report is not valid, each reason on a line' },
  worse: { code: 24, meaning: 'diff: a check got worse, is gone, or is new and not as it should be' },
  usage: { code: 64, meaning: 'usage or environment file: the message says what to mend' },
  internal: { code: 70, meaning: 'a defect in clawcheck' },
  notWritten: { code: 73, meaning: 'the report, its signature or the recording could not be written' },
  hungUp: { code: 129, meaning: 'its terminal is gone (SIGHUP); the report, if any, is INCOMPLETE' },
  interrupted: { code: 130, meaning: 'interrupted (SIGINT); the report, if any, is INCOMPLETE' },
  terminated: { code: 143, meaning: 'terminated (SIGTERM); the report, if any, is INCOMPLETE' },
} as const satisfies Record<Verdict | string, { code: number; meaning: string }>;

export type ExitReason = keyof typeof exitCodes;

/** The signals that end a run, which then reports what was seen by then. */
export const endingSignals = { SIGHUP: 'hungUp', SIGINT: 'interrupted', SIGTERM: 'terminated' } as const;
export type EndedBy = (typeof endingSignals)[keyof typeof endingSignals];

/**
 * Of several runs, the one that decides the exit code, worst first: what kept a run from taking place or its report
 * from being written comes before any verdict, and an untrusted subject before a failure before what is unknown.
 */
export const worstFirst = [
  'terminated',
  'interrupted',
  'hungUp',
  'internal',
  'notWritten',
  'usage',
  'notValid',
  'UNTRUSTED',
  'NOT_READY',
  'INCOMPLETE',
  'READY',
] as const satisfies readonly ExitReason[];

/** The worst of several reasons; `INCOMPLETE` where there is none. */
export function worstReason(reasons: Iterable<(typeof worstFirst)[number]>): (typeof worstFirst)[number] {
  const given = new Set(reasons);
  return worstFirst.find((reason) => given.has(reason)) ?? 'INCOMPLETE';
}

export function exitCodeOf(reason: ExitReason): number {
  return exitCodes[reason].code;
}
