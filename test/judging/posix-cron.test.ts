import { expect, it } from 'vitest';
import { longestGapOfCrons } from '../../src/judging/posix-cron.ts';

const from = new Date('2026-03-01T00:00:00Z');
const day = 1440;

it.each<[readonly string[], number | undefined]>([
  [['17 4 * * *'], day],
  [['0 */6 * * *'], 360],
  [['17 4 * * 1'], 7 * day],
  [['17 4 * * MON-FRI'], 3 * day],
  [['17 4 * * 1-5'], 3 * day],
  [['17 4 * * 1-5', '17 4 * * 0,6'], day],
  [['0 0 1 * *'], 31 * day],
  [['0 0 1 1 *'], 365 * day],
  // Either day will do.
  [['0 0 1,15 * 1'], 7 * day],
  [['0 0 30 2 *'], Number.POSITIVE_INFINITY],
  [['@daily'], undefined],
  [['17 4 * *'], undefined],
  [['17 4 * * 1', 'nonsense'], undefined],
])('%j: %s minutes', (crons, minutes) => expect(longestGapOfCrons(crons, from)).toBe(minutes));
