import { registry } from '../../checks/index.ts';
import type { DeclaredCheck } from '../report/consistency.ts';
import { allChecks } from '../runner/plan.ts';

/** What this version of clawcheck declares about every check. */
export function declaredChecks(): DeclaredCheck[] {
  return allChecks(registry).map(({ id, area, check }) => ({
    id,
    area,
    title: check.title,
    failureTitle: check.failureTitle,
    remediation: check.remediation,
    attestable: check.attestable === true,
  }));
}
