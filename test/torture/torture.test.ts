import { describe, expect, it } from 'vitest';
import { attempt, baseline, sample, trialsOf } from './torture.ts';

/**
 * A seeded sample of `npm run torture`, which tries every call with every fault: no single fault turns what is not
 * READY into READY, makes a check better than it is, or changes what does not depend on the call.
 */
describe('a single fault', () => {
  it.each([
    ['the good deployment', []],
    ['a deployment with a public address', ['instance-public-address']],
  ] as const)(
    'on %s never makes a wrong READY',
    async (_, flaws) => {
      const base = await baseline(flaws);
      expect(base.report.verdict).toBe(flaws.length === 0 ? 'READY' : 'NOT_READY');
      const trials = sample(trialsOf(base), 60, 20260304);
      const outcomes = (await Promise.all(trials.map((trial) => attempt(trial, base)))).filter((o) => o !== undefined);
      expect(outcomes.length).toBeGreaterThan(40);
      const broken = outcomes.filter(({ violations }) => violations.length > 0);
      expect(broken.map(({ trial, violations }) => `${trial.call}: ${trial.fault.name}: ${violations}`)).toEqual([]);
      expect(outcomes.some(({ noticed }) => noticed)).toBe(true);
    },
    120_000,
  );
});
