import { createHash } from 'node:crypto';
import type { CheckResult, Report, Status } from '../model/report.ts';
import { acceptanceOf, checksOf, plain, sourceWords } from './words.ts';

/** The environment file: what a finding is about has no line of source, and code scanning asks for one. */
const artifact = 'clawcheck.yaml';

const kinds = {
  pass: 'pass',
  attested: 'pass',
  fail: 'fail',
  unknown: 'open',
  'not-applicable': 'notApplicable',
} as const satisfies Record<Exclude<Status, 'waived'>, string>;

/**
 * SARIF 2.1.0, with every check as a result: `fail` is an error, `open` could not be decided, what was waived is
 * suppressed with the justification. Texts only: no Markdown, and no URI that comes from what was looked at.
 */
export function renderSarif(report: Report): string {
  return sarifOf(report, (check, index) => [result(check, index, report)]);
}

/**
 * SARIF for GitHub's code scanning: what failed as an error, what is not verified as a warning, and nothing else. Code
 * scanning does not read `kind`: a result of a check that passed would be an alert as well.
 */
export function renderAlerts(report: Report): string {
  return sarifOf(report, (check, index) => {
    if (check.status === 'fail') return [result(check, index, report)];
    if (check.status === 'unknown') return [{ ...result(check, index, report), kind: 'fail', level: 'warning' }];
    return [];
  });
}

function sarifOf(report: Report, resultsOf: (check: CheckResult, index: number) => readonly object[]): string {
  const all = checksOf(report);
  const unknown = all.filter(({ status }) => status === 'unknown');
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'clawcheck', version: report.tool.version, rules: all.map(rule) },
        },
        automationDetails: { id: `clawcheck/${report.environment.name.replaceAll(/[^A-Za-z0-9._-]/g, '_')}/` },
        invocations: [
          {
            executionSuccessful: !report.window.interrupted && unknown.length === 0,
            startTimeUtc: report.window.start,
            endTimeUtc: report.window.end,
            toolExecutionNotifications: unknown.map(({ id, reason }) => ({
              level: 'error',
              message: { text: plain(`${id} is not verified: ${reason?.code ?? 'unknown'}: ${reason?.message ?? ''}`) },
              associatedRule: { id },
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: all.flatMap(resultsOf),
        properties: {
          verdict: report.verdict,
          mode: report.mode,
          counts: report.counts,
          account: report.subject.account,
          region: plain(report.subject.region),
        },
      },
    ],
  };
  const ascii = JSON.stringify(log, null, 2).replaceAll(
    /[^\x20-\x7e\n]|(?<=#)#/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${ascii}\n`;
}

function rule({ id, title, remediation }: CheckResult): object {
  return {
    id,
    shortDescription: { text: plain(title) },
    help: { text: plain(remediation) },
    defaultConfiguration: { level: 'error' },
  };
}

function result(check: CheckResult, ruleIndex: number, { subject }: Report): object {
  const { id, status, waiver, evidence } = check;
  const judged = status === 'waived' ? (waiver?.status ?? 'fail') : status;
  const kind = judged === 'waived' ? 'fail' : kinds[judged];
  const said = acceptanceOf(check);
  const subjects = [...new Set(evidence.map((e) => plain(e.subject)))].slice(0, 20);
  return {
    ruleId: id,
    ruleIndex,
    kind,
    level: kind === 'fail' ? 'error' : 'none',
    message: { text: messageOf(check) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: artifact }, region: { startLine: 1 } },
        ...(subjects.length > 0 && {
          logicalLocations: subjects.map((name) => ({ fullyQualifiedName: name, kind: 'resource' })),
        }),
      },
    ],
    partialFingerprints: {
      'clawcheck/v1': createHash('sha256').update(`${subject.account} ${subject.autoScalingGroup} ${id}`).digest('hex'),
    },
    ...(status === 'waived' &&
      said !== undefined && {
        suppressions: [{ kind: 'external', status: 'accepted', justification: plain(said) }],
      }),
    properties: { status, ...(status === 'attested' && said !== undefined && { attestation: plain(said) }) },
  };
}

function messageOf(check: CheckResult): string {
  const seen = check.evidence
    .slice(0, 5)
    .map((e) => plain(`${e.subject}: expected ${e.expected}; observed ${e.observed} [${sourceWords[e.source]}]`));
  const why = check.reason ? [plain(`${check.reason.code}: ${check.reason.message}`)] : [];
  return [plain(check.headline), ...why, ...seen].join('\n');
}
