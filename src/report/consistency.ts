import type { Source } from '../model/probe.ts';
import { type CheckResult, countsOf, gapsIn, type Report, verdictOf } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { contradictions } from './statements.ts';
import { checksOf } from './words.ts';

/** What a version of clawcheck declares about a check: a report may not say otherwise. */
export interface DeclaredCheck {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly failureTitle: string;
  readonly remediation: string;
  readonly attestable: boolean;
  readonly areaTitle: string;
  /** Of its probes. */
  readonly sources: readonly Source[];
}

/**
 * Whether a report holds together: every declared check once and in order, each with what its status needs, and
 * counts and verdict as they follow from the statuses. @returns one line for each thing that does not
 */
export function inconsistencies(report: Report, known: readonly DeclaredCheck[]): string[] {
  const all = checksOf(report);
  // Of the custom checks that are at hand, those of the run's own extensions: another run may have had others.
  const named = (report.extensions ?? []).map(({ area }) => area);
  const declared = known.filter(({ area }) => !area.startsWith('custom-') || named.includes(area));
  return [
    ...completeness(report, all, declared),
    ...all.flatMap((check) => [...wording(check, declared), ...support(check, report, declared)]),
    ...all.flatMap((check) => {
      const own = declared.find(({ id }) => id === check.id);
      return own ? contradictions(check, report, own.sources) : [];
    }),
    ...arithmetic(report, all),
    ...circumstances(report),
    ...customs(report),
  ];
}

function completeness(report: Report, all: readonly CheckResult[], declared: readonly DeclaredCheck[]): string[] {
  const lines: string[] = [];
  const [ids, known] = [all.map(({ id }) => id), declared.map(({ id }) => id)];
  for (const id of new Set(ids)) {
    const times = ids.filter((other) => other === id).length;
    if (times > 1) lines.push(`complete: ${inert(id)} is there ${times} times`);
    if (known.includes(id)) continue;
    const where = id.startsWith('custom-') ? 'among the extensions at hand (--checks)' : 'in this version of clawcheck';
    lines.push(`complete: there is no check ${inert(id)} ${where}`);
  }
  const wanted = report.narrowedTo === null ? known : known.filter((id) => covers(report.narrowedTo ?? [], id));
  for (const id of wanted) if (!ids.includes(id)) lines.push(`complete: ${id} is missing`);
  for (const id of ids) {
    if (known.includes(id) && !wanted.includes(id))
      lines.push(`complete: ${id} is not among what the run was narrowed to`);
  }
  if (lines.length === 0 && ids.join() !== wanted.join()) lines.push('complete: the checks are not in their order');
  for (const { id, title, checks } of report.areas) {
    const titled = declared.find((check) => check.area === id);
    if (titled && titled.areaTitle !== title) lines.push(`wording: the area ${id} has another title`);
    if (checks.length === 0) lines.push(`complete: the area ${inert(id)} is empty`);
    const strays = checks.filter((check) => !check.id.startsWith(`${id}/`));
    lines.push(...strays.map((check) => `complete: ${inert(check.id)} stands in the area ${inert(id)}`));
  }
  return lines;
}

function covers(narrowedTo: readonly string[], id: string): boolean {
  return narrowedTo.includes(id) || narrowedTo.includes(id.slice(0, id.indexOf('/')));
}

function wording(check: CheckResult, declared: readonly DeclaredCheck[]): string[] {
  const own = declared.find(({ id }) => id === check.id);
  if (!own) return [];
  const { title, status, headline, remediation, waiver } = check;
  const failed = (waiver?.status ?? status) === 'fail';
  const lines: string[] = [];
  if (title !== own.title) lines.push(`wording: ${own.id} claims something else than the check does`);
  if (headline !== (failed ? own.failureTitle : own.title))
    lines.push(`wording: the headline of ${own.id} is not that of its status`);
  if (remediation !== own.remediation) lines.push(`wording: the remediation of ${own.id} is not that of the check`);
  return lines;
}

/** Each status needs something to stand on: no pass without evidence and a control, no unknown without a reason. */
function support(check: CheckResult, { window }: Report, declared: readonly DeclaredCheck[]): string[] {
  const { id, status, reason, evidence, controls, waiver, attestation, notApplicable } = check;
  const day = window.start.slice(0, 10);
  const lines: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) lines.push(`support: ${inert(id)} is ${status} ${what}`);
  };
  need((waiver !== null) === (status === 'waived'), waiver ? 'and has a waiver' : 'without a waiver');
  need(
    (notApplicable !== null) === (status === 'not-applicable'),
    notApplicable ? 'and is declared not applicable' : 'without a declaration',
  );
  need(attestation === null || status !== 'pass', 'and has an attestation');
  switch (status) {
    case 'pass':
      need(evidence.length > 0, 'without evidence');
      need(controls.length > 0, 'without a control');
      need(reason === null, 'and has a reason for being unknown');
      break;
    case 'fail':
      need(evidence.length > 0, 'without evidence');
      need(reason === null, 'and has a reason for being unknown');
      break;
    case 'unknown':
      need(reason !== null, 'without a reason');
      break;
    case 'waived':
      need(waiver?.status === 'fail' || waiver?.status === 'unknown', 'where there was nothing to waive');
      need((waiver?.status === 'unknown') === (reason !== null), 'with a reason that does not fit');
      need((waiver?.expires ?? '') >= day, 'by a waiver that had expired');
      break;
    case 'attested':
      need(attestation !== null, 'without an attestation');
      need(declared.find((own) => own.id === id)?.attestable !== false, 'and is not for a person to attest');
      need(
        evidence.some(({ source }) => source === 'human-attested'),
        'without the statement as evidence',
      );
      need(
        (attestation?.expires ?? '') >= day && (attestation?.date ?? '9') <= day,
        'by an attestation that was not valid',
      );
      break;
    case 'not-applicable':
      break;
  }
  const times = [...evidence, ...controls]
    .filter(({ source }) => source !== 'human-attested')
    .map((e) => Date.parse(e.observedAt));
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
  need(
    times.every((at) => at >= start && at <= end),
    'by observations from outside the window of the run',
  );
  return lines;
}

function arithmetic(report: Report, all: readonly CheckResult[]): string[] {
  const lines: string[] = [];
  const counts = countsOf(all);
  for (const [status, n] of Object.entries(counts)) {
    const said = report.counts[status as keyof typeof counts];
    if (said !== n) lines.push(`counts: it says ${said} ${status}, there are ${n}`);
  }
  const verdict = verdictOf(all, report);
  if (report.verdict !== verdict) lines.push(`verdict: it says ${report.verdict}, its statuses give ${verdict}`);
  return lines;
}

/** Checks that are not clawcheck's own are named as such, and nothing else is. */
function customs({ areas, extensions = [], narrowedTo }: Report): string[] {
  const own = areas.filter(({ id }) => id.startsWith('custom-')).map(({ id }) => id);
  const named = extensions.map(({ area }) => area);
  return [
    ...own
      .filter((id) => !named.includes(id))
      .map((id) => `extensions: ${inert(id)} is of an extension that is not named`),
    ...extensions
      .filter(({ area }) => narrowedTo === null && !own.includes(area))
      .map(({ area }) => `extensions: ${inert(area)} is named, and its checks are missing`),
  ];
}

function circumstances({ subject, window, verdict, environment }: Report): string[] {
  const lines: string[] = [];
  if (Date.parse(window.end) < Date.parse(window.start)) lines.push('window: it ends before it starts');
  if (verdict === 'READY') lines.push(...gapsIn(subject).map((gap) => `subject: READY although ${inert(gap)}`));
  const ids = subject.instances.map(({ id }) => id);
  if (new Set(ids).size < ids.length) lines.push('subject: an instance is there twice');
  if (environment.name === '') lines.push('subject: the environment has no name');
  return lines;
}
