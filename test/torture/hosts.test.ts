import { expect, it } from 'vitest';
import { tortureHosts } from './hosts.ts';
import { sampled } from './torture.ts';

/** A seeded sample of `npm run torture`: whole runs; each host alone is in test/adapters/ssh/hostile.test.ts. */
it('a run against a hostile SSH server comes to what one without a host comes to', async () => {
  const outcomes = await tortureHosts(sampled(3, 20260304));
  expect(outcomes.length).toBe(3);
  expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
}, 120_000);
