import { beforeAll, describe, expect, it } from 'vitest';
import { declaredChecks } from '../src/cli/declared.ts';
import { listFlaws, readFlaw } from '../src/demo/scenario.ts';
import { inconsistencies } from '../src/report/consistency.ts';
import { fixtures, goodEnvironment, runScenario, statusesOf } from './support/rig.ts';

/**
 * Each flaw is planted alone in the good deployment and must change exactly the checks that it names: what it breaks
 * is found, and nothing else is disturbed.
 */
describe('flaws', () => {
  let good: Record<string, string>;
  beforeAll(async () => {
    good = statusesOf(await runScenario());
  });

  it('are not in the good deployment: every check passes, but for what only a person can state', () => {
    const stated = goodEnvironment().attestations.map(({ check }) => check);
    const expected = Object.keys(good).map((check) => [check, stated.includes(check) ? 'attested' : 'pass']);
    expect(Object.entries(good)).toEqual(expected);
  });

  it.each(listFlaws(fixtures))('%s changes exactly its checks', async (id) => {
    const report = await runScenario([id]);
    const found = statusesOf(report);
    const changed = Object.fromEntries(Object.entries(found).filter(([check, status]) => good[check] !== status));
    expect(changed).toEqual(readFlaw(fixtures, id).expects);
    expect(report.verdict).not.toBe('READY');
    expect(inconsistencies(report, declaredChecks())).toEqual([]);
  });
});
