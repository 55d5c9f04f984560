import { registry as standard } from '../../checks/index.ts';
import { sources } from '../model/probe.ts';
import type { DeclaredCheck } from '../report/consistency.ts';
import { probesOf } from '../runner/gather.ts';
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
    areaTitle: registry[area]?.title ?? '',
    sources: [...new Set([...probesOf([check.needs])].map(({ kind }) => sources[kind]))],
  }));
}
