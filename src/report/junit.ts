import type { AreaResult, CheckResult, Evidence, Report } from '../model/report.ts';
import { acceptanceOf, cautions, plain, sourceWords, subjectRows, verdictMeanings, verdictWords } from './words.ts';

/**
 * JUnit XML: a suite an area, a case a check. A failure is a `failure`, an unknown an `error`, a waived or not
 * applicable check is `skipped`. The first suite holds the verdict alone, so that a narrowed or untrusted run is red
 * although no check of it failed.
 */
export function renderJunit(report: Report): string {
  const suites = [verdictSuite(report), ...report.areas.map((area) => areaSuite(area, report))];
  const sum = (name: 'tests' | 'failures' | 'errors') => suites.reduce((total, suite) => total + suite[name], 0);
  const seconds = (Date.parse(report.window.end) - Date.parse(report.window.start)) / 1000;
  const totals = { tests: sum('tests'), failures: sum('failures'), errors: sum('errors') };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `clawcheck ${report.environment.name}`, ...totals, time: seconds.toFixed(3) })}>`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly lines: readonly string[];
}

function verdictSuite(report: Report): Suite {
  const { verdict, window } = report;
  const failures = verdict === 'READY' ? 0 : 1;
  const body = [verdictMeanings[verdict], ...cautions(report)].map(escapeXml).join('\n');
  const failure = `<failure${attributes({ message: verdictWords[verdict], type: verdict })}>${body}</failure>`;
  const properties = subjectRows(report).map(([name, value]) => `      <property${attributes({ name, value })}/>`);
  const counts = { tests: 1, failures, errors: 0, skipped: 0 };
  return {
    ...counts,
    lines: [
      `  <testsuite${attributes({ name: 'verdict', ...counts, timestamp: window.start })}>`,
      '    <properties>',
      ...properties,
      '    </properties>',
      `    <testcase${attributes({ classname: 'clawcheck.verdict', name: 'the deployment is ready to go live' })}>`,
      ...(failures > 0 ? [`      ${failure}`] : []),
      '    </testcase>',
      '  </testsuite>',
    ],
  };
}

function areaSuite({ id, checks }: AreaResult, { window }: Report): Suite {
  const n = (...wanted: string[]) => checks.filter(({ status }) => wanted.includes(status)).length;
  const counts = {
    tests: checks.length,
    failures: n('fail'),
    errors: n('unknown'),
    skipped: n('waived', 'not-applicable'),
  };
  return {
    ...counts,
    lines: [
      `  <testsuite${attributes({ name: id, ...counts, timestamp: window.start })}>`,
      ...checks.flatMap((check) => testCase(id, check)),
      '  </testsuite>',
    ],
  };
}

function testCase(area: string, check: CheckResult): string[] {
  const name = check.id.slice(check.id.indexOf('/') + 1);
  return [
    `    <testcase${attributes({ classname: `clawcheck.${area}`, name })}>`,
    ...outcome(check).map((line) => `      ${line}`),
    '    </testcase>',
  ];
}

function outcome(check: CheckResult): string[] {
  const said = acceptanceOf(check) ?? '';
  const body = [...check.evidence.map(observation), `Next: ${check.reason?.next ?? check.remediation}`]
    .map(escapeXml)
    .join('\n');
  switch (check.status) {
    case 'fail':
      return [`<failure${attributes({ message: check.headline, type: 'fail' })}>${body}</failure>`];
    case 'unknown': {
      const { code = 'unknown', message = '' } = check.reason ?? {};
      return [`<error${attributes({ message: `${code}: ${message}`, type: code })}>${body}</error>`];
    }
    case 'waived':
    case 'not-applicable':
      return [`<skipped>${escapeXml(said)}</skipped>`];
    case 'attested':
      return [`<system-out>${escapeXml(said)}</system-out>`];
    case 'pass':
      return [];
  }
}

function observation({ subject, expected, observed, source }: Evidence): string {
  return `${subject}: expected ${expected}; observed ${observed} [${sourceWords[source]}]`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}

/** Printable ASCII, so XML has nothing to forbid; a leading `::` or `##` would be a command of some CI systems. */
function escapeXml(value: string): string {
  return plain(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/^[:#]/, (first) => `&#${first.charCodeAt(0)};`);
}
