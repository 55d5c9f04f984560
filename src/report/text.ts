import { Chalk, type ChalkInstance } from 'chalk';
import { type CheckResult, type Evidence, gapsIn, type Report, type Status, type Verdict } from '../model/report.ts';
import { count } from '../model/text.ts';
import { acceptanceOf, checksOf, extensionsOf, overruledOf, plainReport, troublesOf } from './words.ts';
import { wrap } from './wrap.ts';

export interface TextOptions {
  /** Columns to fit into. */
  readonly width: number;
  readonly color: boolean;
  /** Also every check, with the evidence and controls of what passed. */
  readonly verbose: boolean;
}

type Paint = (text: string) => string;

/** The report as a person reads it: the verdict, what to fix in order, what could not be verified, then every check. */
export function renderText(given: Report, { width, color, verbose }: TextOptions): string {
  const report = plainReport(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint = painter(chalk);
  const columns = Math.max(40, Math.min(width, 120));
  const all = checksOf(report);
  const sections = [
    headline(report, chalk, paint, columns),
    ...troublesOf(report).map(({ status, checks }) =>
      troubles(status === 'fail' ? 'Fix' : 'Not verified', checks, chalk, paint, columns, verbose),
    ),
    accepted(all, chalk, columns),
    verbose ? areas(report, chalk, paint, columns) : areasInBrief(report, chalk, columns),
    closing(report, chalk, paint, columns),
  ];
  const text = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  // A line that begins with `::` would be a command of some CI systems.
  return `${text.join('\n\n').replaceAll(/^(\s*):(?=:)/gm, '$1\\u{3a}')}\n`;
}

function painter(chalk: ChalkInstance): Record<Status | Verdict, Paint> {
  return {
    pass: chalk.green,
    fail: chalk.red.bold,
    unknown: chalk.yellow,
    waived: chalk.magenta,
    attested: chalk.cyan,
    'not-applicable': chalk.dim,
    READY: chalk.green.bold,
    NOT_READY: chalk.red.bold,
    INCOMPLETE: chalk.yellow.bold,
    UNTRUSTED: chalk.red.bold,
  };
}

const words: Record<Status, string> = {
  pass: 'pass',
  fail: 'FAIL',
  unknown: 'unknown',
  waived: 'waived',
  attested: 'attested',
  'not-applicable': 'n/a',
};

function headline(report: Report, chalk: ChalkInstance, paint: Record<Verdict, Paint>, columns: number): string[] {
  const { subject, environment, mode, tool, narrowedTo, window } = report;
  const lines = [
    `${paint[report.verdict](report.verdict)}  ${chalk.bold(environment.name)}${mode === 'live' ? '' : `  (${mode}: not a live deployment)`}`,
    ...wrap(
      `account ${subject.account ?? 'not proven'}, ${subject.region}, group ${nameOf(subject.autoScalingGroup)}, ` +
        `${subject.instances.map((i) => i.id).join(', ') || 'no instance reached'}; clawcheck ${tool.version}, ${window.start}`,
      columns,
    ).map((line) => chalk.dim(line)),
  ];
  for (const line of extensionsOf(report.extensions))
    lines.push(...wrap(`Custom checks, not of clawcheck: ${line}`, columns, '  '));
  if (narrowedTo) lines.push(...wrap(`Narrowed to ${narrowedTo.join(', ')}: never READY.`, columns));
  if (window.interrupted) lines.push('Interrupted: what was not seen by then is unknown.');
  for (const mismatch of subject.mismatches) lines.push(...wrap(`! ${mismatch}`, columns, '  '));
  for (const missing of narrowedTo ? subject.unproven : gapsIn(subject))
    lines.push(...wrap(`? ${missing}`, columns, '  '));
  return lines;
}

function nameOf(arn: string | null): string {
  return arn?.split('/').at(-1) ?? 'not seen';
}

function troubles(
  title: string,
  results: readonly CheckResult[],
  chalk: ChalkInstance,
  paint: Record<Status, Paint>,
  columns: number,
  verbose: boolean,
): string[] {
  if (results.length === 0) return [];
  const most = verbose ? 3 : 1;
  const lines = [chalk.bold(`${title} (${results.length})`)];
  for (const result of results) {
    lines.push(
      ...wrap(`${words[result.status]} ${result.id}`, columns, '  ').map((line) => paint[result.status](line)),
    );
    lines.push(...wrap(result.status === 'fail' ? result.headline : `Not known: ${result.title}`, columns, '    '));
    for (const evidence of result.evidence.slice(0, most)) lines.push(...evidenceLines(evidence, columns));
    if (result.evidence.length > most) lines.push(`      and ${result.evidence.length - most} more`);
    if (result.reason) lines.push(...wrap(`${result.reason.code}: ${result.reason.message}`, columns, '      '));
    const overruled = overruledOf(result);
    if (overruled) lines.push(...wrap(overruled, columns, '      '));
    const next = result.reason ? (result.reason.next ?? result.remediation) : result.remediation;
    lines.push(...wrap(`next: ${next}`, columns, '      ').map((line) => chalk.cyan(line)));
  }
  return lines;
}

function evidenceLines({ subject, expected, observed, source, instance }: Evidence, columns: number): string[] {
  const at = instance && instance !== subject ? ` on ${instance}` : '';
  return wrap(`${subject}${at}: expected ${expected}; observed ${observed} [${source}]`, columns, '      ');
}

function accepted(results: readonly CheckResult[], chalk: ChalkInstance, columns: number): string[] {
  const lines = results.flatMap((result) => {
    const said = acceptanceOf(result);
    return said === undefined ? [] : wrap(`${result.id}: ${said}`, columns, '  ');
  });
  return lines.length > 0 ? [chalk.bold('Accepted by people, not measured'), ...lines] : [];
}

/** A line an area: how much of it is good, and what is not. */
function areasInBrief(report: Report, chalk: ChalkInstance, columns: number): string[] {
  const hints = [
    ...(troublesOf(report).some(({ checks }) => checks.length > 0)
      ? ['clawcheck explain CHECK shows the commands that mend it.']
      : []),
    '--verbose shows every check with its evidence.',
  ];
  const lines = report.areas.flatMap((area) => {
    const { title, checks } = area;
    const bad = troublesOf({ areas: [area] }).flatMap((trouble) => trouble.checks);
    const names = bad.map(({ id, status }) => `${words[status]} ${id.slice(id.indexOf('/') + 1)}`);
    const good = `${title} ${checks.length - bad.length}/${checks.length}`;
    return wrap(names.length > 0 ? `${good}: ${names.join(', ')}` : good, columns, '  ');
  });
  return [chalk.bold('Areas'), ...lines, ...hints.map((hint) => chalk.dim(hint))];
}

function areas(report: Report, chalk: ChalkInstance, paint: Record<Status, Paint>, columns: number): string[] {
  const lines: string[] = [];
  for (const { title, checks } of report.areas) {
    if (lines.length > 0) lines.push('');
    const good = checks.filter(({ status }) => status !== 'fail' && status !== 'unknown').length;
    lines.push(chalk.bold(`${title} ${good}/${checks.length}`));
    for (const result of checks) {
      const name = result.id.slice(result.id.indexOf('/') + 1);
      const [first = '', ...rest] = wrap(`${name}: ${result.headline}`, columns - 11, '');
      lines.push(`  ${paint[result.status](words[result.status].padEnd(8))} ${first}`);
      lines.push(...rest.map((line) => `           ${line}`));
      for (const evidence of result.evidence) lines.push(...evidenceLines(evidence, columns));
      for (const control of result.controls)
        lines.push(...evidenceLines(control, columns).map((line) => chalk.dim(line)));
    }
  }
  return lines;
}

function closing(report: Report, chalk: ChalkInstance, paint: Record<Verdict, Paint>, columns: number): string[] {
  const { counts, verdict, window, narrowedTo } = report;
  const signed = checksOf(report).filter(({ status, attestation }) => status === 'attested' && attestation?.signedBy);
  const seconds = (Date.parse(window.end) - Date.parse(window.start)) / 1000;
  const parts = [
    `${counts.pass} measured`,
    ...(counts.attested > 0
      ? [`${counts.attested} attested${signed.length > 0 ? ` (${signed.length} signed)` : ''}`]
      : []),
    ...(counts.waived > 0 ? [`${counts.waived} waived`] : []),
    ...(counts['not-applicable'] > 0 ? [`${counts['not-applicable']} n/a`] : []),
    `${counts.fail} failed`,
    `${counts.unknown} unknown`,
  ];
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const [first = '', ...rest] = wrap(`${verdict} (${parts.join(', ')})`, columns);
  const time = `${count(total, 'check')}${narrowedTo ? ' of a narrowed run' : ''} in ${seconds.toFixed(1)} s; ${count(counts.fail + counts.unknown, 'thing')} to do`;
  return [
    first.replace(verdict, paint[verdict](verdict)),
    ...rest,
    ...wrap(time, columns).map((line) => chalk.dim(line)),
  ];
}
