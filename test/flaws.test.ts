import { beforeAll, describe, expect, it } from 'vitest';
import { listFlaws, readFlaw } from '../src/demo/scenario.ts';
import { fixtures, runScenario, statusesOf } from './support/rig.ts';

/**
 * Each flaw is planted alone in the good deployment and must change exactly the checks that it names: what it breaks
 * is found, and nothing else is disturbed.
 */
describe('flaws', () => {
  let good: Record<string, string>;
  beforeAll(async () => {
    good = statusesOf(await runScenario());
  });

  it('are not in the good deployment: every check passes', () => {
    expect(Object.entries(good).filter(([, status]) => status !== 'pass')).toEqual([]);
  });

  it.each(listFlaws(fixtures))('%s changes exactly its checks', async (id) => {
    const report = await runScenario([id]);
    const found = statusesOf(report);
    const changed = Object.fromEntries(Object.entries(found).filter(([check, status]) => good[check] !== status));
    expect(changed).toEqual(readFlaw(fixtures, id).expects);
    expect(report.verdict).not.toBe('READY');
  });
});
