import { createHash } from 'node:crypto';
import type { CheckResult, Evidence, Report } from '../model/report.ts';
import { renderJson } from './json.ts';
import {
  acceptanceOf,
  cautions,
  checksOf,
  plain,
  signatureNamespace,
  sourcesOf,
  sourceWords,
  statusWords,
  subjectRows,
  troublesOf,
  verdictMeanings,
  verdictWords,
} from './words.ts';

/** The report in GitHub's Markdown, for a job summary or a ticket. No text of the report acts: no HTML, image, link. */
export function renderMarkdown(report: Report): string {
  const all = checksOf(report);
  const sections = [
    `# ${verdictWords[report.verdict]}: ${text(report.environment.name)}`,
    verdictMeanings[report.verdict],
    cautions(report)
      .map((caution) => `> **${text(caution)}**`)
      .join('\n>\n'),
    table(['Subject', ''], subjectRows(report)),
    '## At a glance',
    glance(report),
    ...troublesOf(report).flatMap(({ status, checks }) =>
      troubles(status === 'fail' ? 'Failed' : 'Not verified', checks),
    ),
    ...accepted(all),
    '## Every check',
    ...report.areas.flatMap(({ title, checks }) => [
      `### ${text(title)}`,
      table(
        ['Status', 'Check', 'Claim', 'Source'],
        checks.map((c) => [statusWords[c.status], c.id, c.title, sourcesOf(c)]),
      ),
    ]),
    '## Verify',
    `SHA-256 of the JSON report: \`${createHash('sha256').update(renderJson(report)).digest('hex')}\``,
    `\`clawcheck verify report.json --allowed-signers allowed_signers\` checks its signature (namespace \`${signatureNamespace}\`), its form and its arithmetic.`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function glance({ areas, counts }: Report): string {
  const rows = areas.map(({ title, checks }) => {
    const n = (...wanted: string[]) => String(checks.filter(({ status }) => wanted.includes(status)).length);
    return [title, n('pass'), n('fail'), n('unknown'), n('waived', 'attested', 'not-applicable')];
  });
  const people = counts.waived + counts.attested + counts['not-applicable'];
  const total = ['All', counts.pass, counts.fail, counts.unknown, people].map(String);
  return table(['Area', 'Passed', 'Failed', 'Not verified', 'Accepted by people'], [...rows, total]);
}

function troubles(title: string, checks: readonly CheckResult[]): string[] {
  if (checks.length === 0) return [];
  return [
    `## ${title} (${checks.length})`,
    ...checks.map((check) => {
      const { reason, evidence, remediation } = check;
      const lines = [
        `- **${text(check.id)}**: ${text(check.status === 'fail' ? check.headline : `Not known: ${check.title}`)}`,
        ...evidence.slice(0, 5).map((e) => `  - ${observation(e)}`),
        ...(evidence.length > 5 ? [`  - and ${evidence.length - 5} more`] : []),
        ...(reason ? [`  - Reason: ${text(`${reason.code}: ${reason.message}`)}`] : []),
        `  - Next: ${text(reason?.next ?? remediation)}`,
      ];
      return lines.join('\n');
    }),
  ];
}

function observation({ subject, expected, observed, source, instance }: Evidence): string {
  const at = instance && instance !== subject ? ` on ${instance}` : '';
  return text(`${subject}${at}: expected ${expected}; observed ${observed} (${sourceWords[source]})`);
}

function accepted(checks: readonly CheckResult[]): string[] {
  const lines = checks.flatMap((check) => {
    const said = acceptanceOf(check);
    return said === undefined ? [] : [`- **${text(check.id)}**: ${text(said)}`];
  });
  return lines.length === 0 ? [] : ['## Accepted by people, not measured', lines.join('\n')];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(text)))].join('\n');
}

/** Text that Markdown shows as it is. */
export function text(value: string): string {
  return plain(value)
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\`*_{}[\]<>#!|~$]/g, '\\$&')
    .replaceAll('://', '&#58;//')
    .replaceAll('@', '&#64;')
    .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .replace(/^([=:+-])/, '\\$1');
}
