import { nearest } from '../environment/suggest.ts';
import type { Area } from '../model/check.ts';
import type { PlannedArea } from '../model/event.ts';
import { UsageError } from '../model/reason.ts';
import type { AnyCheck } from './judge.ts';

/** The eight areas in order, by id. */
export type Registry = Readonly<Record<string, Area>>;

export interface PlannedCheck {
  readonly id: string;
  readonly area: string;
  readonly name: string;
  readonly check: AnyCheck;
}

export interface Plan {
  readonly checks: readonly PlannedCheck[];
  /** What the run was narrowed to, as given; null for a whole run. */
  readonly narrowedTo: readonly string[] | null;
}

export interface Selection {
  readonly areas: readonly string[];
  readonly checks: readonly string[];
}

export function allChecks(registry: Registry): PlannedCheck[] {
  return Object.entries(registry).flatMap(([area, { checks }]) =>
    Object.entries(checks).map(([name, check]) => ({ id: `${area}/${name}`, area, name, check })),
  );
}

/** @throws UsageError for an area or check that does not exist, with the one that was likely meant */
export function plan(registry: Registry, { areas, checks }: Selection): Plan {
  const all = allChecks(registry);
  for (const area of areas) known(area, Object.keys(registry), 'area');
  for (const id of checks)
    known(
      id,
      all.map((c) => c.id),
      'check',
    );
  if (areas.length === 0 && checks.length === 0) return { checks: all, narrowedTo: null };
  return {
    checks: all.filter(({ id, area }) => areas.includes(area) || checks.includes(id)),
    narrowedTo: [...areas, ...checks],
  };
}

/** @throws UsageError when `id` is not one of `ids` */
export function known(id: string, ids: readonly string[], what: string): void {
  if (ids.includes(id)) return;
  const near = nearest(id, ids);
  throw new UsageError(
    `there is no ${what} ${JSON.stringify(id)}`,
    near ? `Did you mean ${near}?` : 'clawcheck list names them all.',
  );
}

export function plannedAreas(registry: Registry, { checks }: Plan): PlannedArea[] {
  return Object.entries(registry)
    .map(([id, { title }]) => ({ id, title, checks: checks.filter((c) => c.area === id).map((c) => c.id) }))
    .filter(({ checks }) => checks.length > 0);
}
