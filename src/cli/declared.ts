import { registry as standard } from '../../checks/index.ts';
import type { DeclaredCheck } from '../report/consistency.ts';
import { allChecks, type Registry } from '../runner/plan.ts';

/** What this version of clawcheck, with its extensions, declares about every check. */
export function declaredChecks(registry: Registry = standard): DeclaredCheck[] {
  return allChecks(registry).map(({ id, area, check }) => ({
    id,
    area,
    title: check.title,
    failureTitle: check.failureTitle,
    remediation: check.remediation,
    attestable: check.attestable === true,
  }));
}
