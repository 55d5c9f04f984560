import { expect, it } from 'vitest';
import { tortureSockets } from './sockets.ts';
import { sampled } from './torture.ts';

/** A seeded sample of `npm run torture -- --sockets N`. */
it('a fault of the network in front of AWS makes unknown what needs the answer, and nothing else', async () => {
  const outcomes = await tortureSockets(sampled(12, 20260304));
  expect(outcomes.length).toBe(12);
  const broken = outcomes.filter(({ violations }) => violations.length > 0);
  expect(broken).toEqual([]);
}, 120_000);
