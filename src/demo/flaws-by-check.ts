import type { ShownBy } from '../runner/describe.ts';
import { listFlaws, readFlaw } from './scenario.ts';

/** For each check, the flaws below `fixtures` that change its status. */
export function flawsByCheck(fixtures: string): Map<string, ShownBy[]> {
  const byCheck = new Map<string, ShownBy[]>();
  for (const scenario of listFlaws(fixtures)) {
    const { title, expects } = readFlaw(fixtures, scenario);
    for (const [id, status] of Object.entries(expects)) {
      byCheck.set(id, [...(byCheck.get(id) ?? []), { scenario, title, status }]);
    }
  }
  return byCheck;
}
