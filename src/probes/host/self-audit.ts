import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { HostRecords } from '../../ports/host.ts';
import { commandSeconds, demandAnswer, openclawScript } from './openclaw-command.ts';
import { all, single } from './records.ts';

export const auditSeverities = ['critical', 'warn', 'info'] as const;
export type AuditSeverity = (typeof auditSeverities)[number];

export interface AuditFinding {
  readonly id: string;
  readonly severity: AuditSeverity;
  /** Taken out of the summary by the gateway's own configuration (`security.audit.suppressions`). */
  readonly suppressed: boolean;
}

/** What `openclaw security audit --json` says: which findings, never their text. */
export interface SelfAudit {
  readonly findings: readonly AuditFinding[];
  /** As its own summary counts them, without those that are suppressed. */
  readonly summary: Readonly<Record<AuditSeverity, number>>;
}

const most = 200;

/** Only ids and severities are said. */
const reduce = `
const lists = [[audit.findings, "active"], [audit.suppressedFindings ?? [], "suppressed"]];
if (!audit.summary || lists.some(([list]) => !Array.isArray(list))) { say("state garbled"); process.exit(0); }
say("state audited");
for (const name of ["critical", "warn", "info"]) say("summary", name, Number(audit.summary[name]));
let count = 0;
for (const [list, kind] of lists) for (const { checkId, severity } of list) {
  count += 1;
  const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(checkId) ? checkId : "unnamed";
  const word = ["critical", "warn", "info"].includes(severity) ? severity : "unknown";
  if (count <= ${most}) say("finding", kind, word, id);
}
say("count", count);
`;

/** Undefined where `gateway.selfAudit` is off. */
export const selfAudit = hostProbe<SelfAudit | undefined>({
  id: 'host/self-audit',
  as: 'agent',
  seconds: ({ gateway }) => (gateway.selfAudit ? commandSeconds + 10 : 1),
  script: (environment) =>
    openclawScript(environment, ['security', 'audit', '--json'], reduce, ['summary', 'finding', 'count']),
  parse: (records) => (demandAnswer(records, 'openclaw security audit --json') ? auditOf(records) : undefined),
});

function auditOf(records: HostRecords): SelfAudit {
  const findings = all(records, 'finding').map((text): AuditFinding => {
    const [kind = '', word, id = '', ...more] = text.split(' ');
    const severity = auditSeverities.find((one) => one === word);
    const known = (kind === 'active' || kind === 'suppressed') && /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id);
    if (!known || !severity || more.length > 0) {
      throw new ProbeError('bad_response', 'the audit of the gateway names a finding out of form');
    }
    return { id, severity, suppressed: kind === 'suppressed' };
  });
  if (single(records, 'count') !== String(findings.length)) {
    throw new ProbeError('truncated', 'findings of the audit of the gateway are missing');
  }
  const counted = all(records, 'summary').map((text) => /^([a-z]+) (\d{1,6})$/.exec(text));
  const summary = Object.fromEntries(
    auditSeverities.map((severity) => {
      const [match, ...more] = counted.filter((one) => one?.[1] === severity);
      if (!match || more.length > 0) {
        throw new ProbeError('bad_response', 'the audit of the gateway did not count its findings');
      }
      return [severity, Number(match[2])];
    }),
  ) as Record<AuditSeverity, number>;
  for (const severity of auditSeverities) {
    const listed = findings.filter((one) => one.severity === severity && !one.suppressed).length;
    if (listed !== summary[severity]) {
      throw new ProbeError('conflict', 'the audit of the gateway counts other findings than it lists');
    }
  }
  return { findings, summary };
}
