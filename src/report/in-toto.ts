import { createHash } from 'node:crypto';
import type { Report } from '../model/report.ts';
import { checksOf, plain } from './words.ts';

export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://in-toto.io/attestation/test-result/v0.1';

/** An in-toto statement about a report: its bytes are the subject, what it came to is the predicate. */
export interface Statement {
  readonly _type: typeof statementType;
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: typeof predicateType;
  readonly predicate: {
    readonly result: 'PASSED' | 'FAILED';
    readonly configuration: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
    readonly passedTests: readonly string[];
    readonly warnedTests: readonly string[];
    readonly failedTests: readonly string[];
  };
}

/**
 * PASSED only for a live report that is READY. What is unknown counts as failed; what a person accepted is a warning.
 * @param bytes exactly those of the JSON report
 */
export function statementOf(bytes: Uint8Array, report: Report): Statement {
  const all = checksOf(report);
  const ids = (...statuses: string[]) => all.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  return {
    _type: statementType,
    subject: [{ name: 'report.json', digest: { sha256: createHash('sha256').update(bytes).digest('hex') } }],
    predicateType,
    predicate: {
      result: report.verdict === 'READY' && report.mode === 'live' ? 'PASSED' : 'FAILED',
      configuration: [{ name: plain(report.environment.name), digest: { sha256: report.environment.fileSha256 } }],
      passedTests: ids('pass'),
      warnedTests: ids('waived', 'attested', 'not-applicable'),
      failedTests: ids('fail', 'unknown'),
    },
  };
}
