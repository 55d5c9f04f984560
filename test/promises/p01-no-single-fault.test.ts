import { describe, expect, it } from 'vitest';
import { attemptAll, baseline, sample, trialsOf, violationsOf } from '../torture/torture.ts';

/**
 * A seeded sample of `npm run torture`, which tries every call with every fault: no single fault turns what is not
 * READY into READY, makes a check better than it is, or changes what does not depend on the call.
 */
describe('P1: a single fault', () => {
  it.each([
    ['the good deployment', []],
    ['a deployment with a public address', ['instance-public-address']],
  ] as const)(
    'on %s never makes a wrong READY',
    async (_, flaws) => {
      const base = await baseline(flaws);
      expect(base.report.verdict).toBe(flaws.length === 0 ? 'READY' : 'NOT_READY');
      const trials = sample(trialsOf(base), 40, 20260304);
      const outcomes = await attemptAll(trials, base);
      expect(outcomes.length).toBeGreaterThan(25);
      const broken = outcomes.filter((outcome) => violationsOf(outcome).length > 0);
      expect(broken.map((o) => `${o.trial.key}: ${o.trial.fault.name}: ${violationsOf(o)}`)).toEqual([]);
      expect(outcomes.some(({ noticed }) => noticed)).toBe(true);
    },
    120_000,
  );
});
