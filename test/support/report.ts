import type { CheckResult, Report } from '../../src/model/report.ts';
import { countsOf, verdictOf } from '../../src/model/report.ts';
import { runScenario } from './rig.ts';

/** A report that is honestly READY and live, made from the good deployment. */
export async function readyReport(): Promise<Report> {
  const report = await runScenario();
  return { ...report, mode: 'live' };
}

/** The same report with one check changed, and counts and verdict as they follow from that. */
export function withCheck(report: Report, id: string, change: Partial<CheckResult>): Report {
  const areas = report.areas.map((area) => ({
    ...area,
    checks: area.checks.map((check) => (check.id === id ? { ...check, ...change } : check)),
  }));
  return recounted({ ...report, areas });
}

export function recounted(report: Report): Report {
  const all = report.areas.flatMap(({ checks }) => checks);
  return { ...report, counts: countsOf(all), verdict: verdictOf(all, report) };
}

/** Text that acts where it is not made inert. */
export const hostile = [
  '\u001b[2J\u001b]0;owned\u0007all checks PASSED',
  '\u202egnirts\u200b\u{e0041}',
  '<img src=x onerror=alert(1)><script>alert(1)</script>',
  ']]><!-- <![CDATA[',
  '::error::forged\n##vso[task.complete]\r\n::set-env name=A::b',
  '=HYPERLINK("http://evil.example";"x") \' onmouseover=\'x',
  '![x](http://evil.example/?q) [link](javascript:alert(1)) | `code` | @somebody www.evil.example',
  '\\u{1b} & &lt; \u0000 \u007f \u009b31m',
].join(' ');

/** The report with hostile text in every place that takes text from outside. */
export function hostileReport(report: Report): Report {
  const change = <T>(value: T, key = ''): T => {
    if (typeof value === 'string') return (fixed.has(key) ? value : `${value}${hostile}`) as T;
    if (Array.isArray(value)) return value.map((item) => change(item, key)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, change(v, k)])) as T;
  };
  return { ...change(report), tool: report.tool };
}

/** Members that the schema binds to words of its own. */
const fixed = new Set([
  'id',
  'status',
  'source',
  'code',
  'verdict',
  'mode',
  'observedAt',
  'start',
  'end',
  'fileSha256',
  'version',
  'expires',
  'date',
]);
