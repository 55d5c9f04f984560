import type { Attestation, Waiver } from '../environment/acceptance-schema.ts';
import type { Environment } from '../environment/schema.ts';
import { type Reason, UsageError } from '../model/reason.ts';
import type { CheckResult } from '../model/report.ts';
import { inert } from '../model/text.ts';
import type { AnyCheck } from './judge.ts';
import { known, type PlannedCheck } from './plan.ts';

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
export function accept(result: CheckResult, check: AnyCheck, environment: Environment, now: Date): CheckResult {
  if (result.status !== 'fail' && result.status !== 'unknown') return result;
  const attestation = environment.attestations.find((a) => a.check === result.id);
  if (attestation && check.attestable) return attested(result, attestation, now);
  const waiver = environment.waivers.find((w) => w.check === result.id);
  return waiver ? waived(result, waiver) : result;
}

function attested(result: CheckResult, a: Attestation, now: Date): CheckResult {
  const { by, date, expires, statement, evidence } = a;
  const said = {
    by: inert(by),
    date,
    expires,
    statement: inert(statement),
    evidence: inert(evidence),
  };
  if (result.status !== 'unknown' || !answerable.includes(result.reason?.code)) return { ...result, attestation: said };
  if (isOver(expires, now) || date > now.toISOString().slice(0, 10)) {
    const message = isOver(expires, now)
      ? `the attestation expired on ${expires}`
      : `the attestation is dated ${date}, in the future`;
    return { ...result, reason: { code: 'stale', message, next: 'Have it stated anew.' }, attestation: said };
  }
  return {
    ...result,
    status: 'attested',
    observed: said.statement,
    attestation: said,
    evidence: [
      ...result.evidence,
      {
        subject: said.evidence,
        expected: result.title,
        observed: `${said.by} states: ${said.statement}`,
        source: 'human-attested',
        observedAt: `${date}T00:00:00.000Z`,
      },
    ],
  };
}

function waived(result: CheckResult, { by, reason, expires, ticket }: Waiver): CheckResult {
  return {
    ...result,
    status: 'waived',
    waiver: { status: result.status, by: inert(by), reason: inert(reason), expires, ticket: inert(ticket) },
  };
}

/** A date is over at the end of its day, UTC. */
function isOver(date: string, now: Date): boolean {
  return date < now.toISOString().slice(0, 10);
}
