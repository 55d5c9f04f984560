import type { Attestation, Waiver } from '../environment/acceptance-schema.ts';
import type { Environment } from '../environment/schema.ts';
import { type Reason, UsageError } from '../model/reason.ts';
import type { CheckResult, Status } from '../model/report.ts';
import { inert } from '../model/text.ts';
import type { AnyCheck } from './judge.ts';
import { known, type PlannedCheck } from './plan.ts';
import type { Signers } from './signers.ts';

/**
 * What people accepted in the environment file, checked against the checks that exist.
 * @throws UsageError for an unknown id, a waiver that has expired, a check that no person can attest, or two entries
 */
export function checkAcceptances(environment: Environment, checks: readonly PlannedCheck[], now: Date): void {
  const ids = checks.map(({ id }) => id);
  const seen = new Set<string>();
  for (const kind of ['waivers', 'attestations', 'notApplicable'] as const) {
    for (const { check } of environment[kind]) {
      known(check, ids, `check (in ${kind})`);
      if (seen.has(check)) throw new UsageError(`${check} is named twice in waivers, attestations and notApplicable`);
      seen.add(check);
    }
  }
  for (const waiver of environment.waivers) {
    if (isOver(waiver.expires, now)) {
      throw new UsageError(
        `the waiver of ${waiver.check} expired on ${waiver.expires}`,
        'Mend the cause, or renew the waiver.',
      );
    }
  }
  for (const { check: id } of environment.attestations) {
    if (!checks.find((c) => c.id === id)?.check.attestable) {
      throw new UsageError(`${id} is not for a person to attest: it is measured`, 'Remove the attestation.');
    }
  }
}

/** Unknown because no machine can see it. What a machine could have seen, and did not, is not for a person to state. */
const answerable: readonly (Reason | undefined)[] = ['not_attested', 'not_configured', 'not_drilled'];

/**
 * The result with what people accepted: an attestation answers what no machine can see, a waiver all but a pass. An
 * attestation that is no answer stands beside the failure or the unknown: what was observed wins over what was said.
 */
export function accept(
  result: CheckResult,
  check: AnyCheck,
  { environment, ...how }: { environment: Environment; now: Date; signers: Signers },
): CheckResult {
  if (result.status !== 'fail' && result.status !== 'unknown') return result;
  const attestation = environment.attestations.find((a) => a.check === result.id);
  if (attestation && check.attestable) return attested(result, attestation, how);
  const waiver = environment.waivers.find((w) => w.check === result.id);
  return waiver ? { ...result, status: 'waived', waiver: shownWaiver(waiver, result.status) } : result;
}

/** Whether the waivers, attestations and declarations in a report are those of the environment file. One line each. */
export function foreignAcceptances(
  results: readonly CheckResult[],
  environment: Environment,
  signers: Signers,
): string[] {
  const lines: string[] = [];
  for (const { id, waiver, attestation, notApplicable } of results) {
    const of = <T extends { readonly check: string }>(list: readonly T[]) => list.find(({ check }) => check === id);
    const [w, a, n] = [of(environment.waivers), of(environment.attestations), of(environment.notApplicable)];
    const held: [string, unknown, unknown][] = [
      ['waiver', waiver, waiver && w && shownWaiver(w, waiver.status)],
      ['attestation', attestation, attestation && a && shownAttestation(a, signers)],
      ['declaration as not applicable', notApplicable, notApplicable && n && inert(n.reason)],
    ];
    for (const [what, found, expected] of held) {
      if (JSON.stringify(found) !== JSON.stringify(expected ?? null))
        lines.push(`the ${what} of ${inert(id)} is not that of the environment file`);
    }
  }
  return lines;
}

function shownAttestation(a: Attestation, signers: Signers): NonNullable<CheckResult['attestation']> {
  const { check, by, date, expires, statement, evidence, evidenceSha256 = null } = a;
  const signedBy = signers.get(check) ?? null;
  return {
    by: inert(by),
    date,
    expires,
    statement: inert(statement),
    evidence: inert(evidence),
    evidenceSha256,
    signedBy,
  };
}

function attested(result: CheckResult, a: Attestation, { now, signers }: { now: Date; signers: Signers }): CheckResult {
  const { date, expires } = a;
  const attestation = shownAttestation(a, signers);
  if (result.status !== 'unknown' || !answerable.includes(result.reason?.code)) return { ...result, attestation };
  if (isOver(expires, now) || date > now.toISOString().slice(0, 10)) {
    const message = isOver(expires, now)
      ? `the attestation expired on ${expires}`
      : `the attestation is dated ${date}, in the future`;
    return { ...result, reason: { code: 'stale', message, next: 'Have it stated anew.' }, attestation };
  }
  const { by, statement, evidence } = attestation;
  return {
    ...result,
    status: 'attested',
    observed: statement,
    attestation,
    evidence: [
      ...result.evidence,
      {
        subject: evidence,
        expected: result.title,
        observed: `${by} states: ${statement}`,
        source: 'human-attested',
        observedAt: `${date}T00:00:00.000Z`,
      },
    ],
  };
}

function shownWaiver({ by, reason, expires, ticket }: Waiver, status: Status): NonNullable<CheckResult['waiver']> {
  return { status, by: inert(by), reason: inert(reason), expires, ticket: inert(ticket) };
}

/** A date is over at the end of its day, UTC. */
function isOver(date: string, now: Date): boolean {
  return date < now.toISOString().slice(0, 10);
}
