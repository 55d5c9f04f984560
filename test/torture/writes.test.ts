import { expect, it } from 'vitest';
import { sampled } from './torture.ts';
import { tortureWrites } from './writes.ts';

/** A seeded sample of `npm run torture`. */
it('a fault of the disk is told, is no verdict, and leaves nothing but what is whole', async () => {
  const outcomes = await tortureWrites(sampled(12, 20260304));
  expect(outcomes.length).toBe(12);
  expect(outcomes.filter(({ violations }) => violations.length > 0)).toEqual([]);
}, 120_000);
