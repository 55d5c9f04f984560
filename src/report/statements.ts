import type { Source } from '../model/probe.ts';
import type { CheckResult, Evidence, Report } from '../model/report.ts';
import { inert } from '../model/text.ts';

/**
 * Whether what a check shows belongs together: its summary is that of its evidence, its sources are those of its
 * probes, its instances and calls are those of the run, and what people said is said by somebody.
 * @param sources those of the check's probes
 * @returns one line for each thing that does not
 */
export function contradictions(check: CheckResult, report: Report, sources: readonly Source[]): string[] {
  const { id, status, evidence, controls, waiver, attestation, notApplicable } = check;
  const lines: string[] = [];
  const demand = (holds: boolean, what: string) => {
    if (!holds) lines.push(`evidence: ${inert(id)} ${what}`);
  };
  const all = [...evidence, ...controls];
  demand(
    all.every(({ source }) => sources.includes(source) || (source === 'human-attested' && status === 'attested')),
    'has evidence of a source that it does not look at',
  );
  if (notApplicable === null) {
    const { expected, observed } = summaryOf(check);
    demand(check.expected === expected && check.observed === observed, 'says in short something else than it shows');
  }
  const instances = report.subject.instances.map((instance) => instance.id);
  demand(
    status !== 'pass' || all.every(({ instance }) => instance === undefined || instances.includes(instance)),
    'was seen on an instance that the run did not reach',
  );
  const called = new Set(report.calls.map(({ operation }) => operation));
  demand(
    controls.every(({ subject }) => !/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/.test(subject) || called.has(subject)),
    'shows the answer to a call that the run did not make',
  );
  const said = [...(waiver ? [waiver.by, waiver.reason, waiver.ticket] : [])];
  if (attestation) said.push(attestation.by, attestation.statement, attestation.evidence);
  demand(
    said.every((text) => /[A-Za-z0-9]|\\u\{/.test(text)),
    'is accepted without a name or a reason',
  );
  if (status === 'attested' && attestation) {
    const { by, statement } = attestation;
    const cited = (e: Evidence) => e.subject === attestation.evidence && e.observed === `${by} states: ${statement}`;
    demand(
      evidence.filter(({ source }) => source === 'human-attested').every(cited),
      'cites another statement than its attestation',
    );
  }
  return lines;
}

function summaryOf({ title, status, evidence, reason, attestation }: CheckResult) {
  const measured = evidence.filter(({ source }) => source !== 'human-attested');
  const [first] = measured;
  const observed = first?.observed ?? reason?.message ?? '';
  return {
    expected: first?.expected ?? title,
    observed: status === 'attested' ? (attestation?.statement ?? '') : observed,
  };
}
