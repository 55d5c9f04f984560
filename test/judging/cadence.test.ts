import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago, inWords, isYoungerThan } from '../../src/judging/age.ts';
import { keptDays, lifecycleDays, longestInterval, usable } from '../../src/judging/cadence.ts';
import type { RecoveryPoint } from '../../src/probes/aws/recovery-points.ts';

const now = new Date('2026-03-04T00:00:00Z');
const hour = 3_600_000;
const at = (hours: number, more: object = {}) =>
  ({ Status: 'COMPLETED', CreationDate: new Date(now.getTime() - hours * hour), ...more }) as RecoveryPoint;
const since = new Date(now.getTime() - 100 * hour);

describe('longestInterval', () => {
  it.each([
    ['no point', [], Number.POSITIVE_INFINITY],
    ['in the future only', [at(-1)], Number.POSITIVE_INFINITY],
    ['one at the start', [at(100)], 100],
    ['one in the middle', [at(40)], 60],
    ['one before the start', [at(130)], 130],
    ['the nearest before the start counts', [at(130), at(110), at(50)], 60],
    ['a gap until now', [at(90), at(70), at(50)], 50],
  ])('%s', (_, points, hours) => {
    expect(longestInterval(points, since, now)).toBe(hours * hour);
  });

  it('never gets longer with another point, and is never shorter than an even spread', () => {
    const hours = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 100 }), (some, one) => {
        const before = longestInterval(
          some.map((h) => at(h)),
          since,
          now,
        );
        expect(
          longestInterval(
            [...some, one].map((h) => at(h)),
            since,
            now,
          ),
        ).toBeLessThanOrEqual(before);
        expect(before).toBeGreaterThanOrEqual((100 * hour) / (some.length + 1));
      }),
    );
  });
});

describe('usable', () => {
  it.each([
    ['completed', at(1), 1],
    ['available, as AWS also says', at(1, { Status: 'AVAILABLE' }), 1],
    ['still being made', at(1, { Status: 'CREATING' }), 0],
    ['partial', at(1, { Status: 'PARTIAL' }), 0],
    ['deleted in an hour', at(1, { CalculatedLifecycle: { DeleteAt: new Date(now.getTime() + hour) } }), 1],
    ['deleted now', at(1, { CalculatedLifecycle: { DeleteAt: now } }), 0],
  ])('%s', (_, point, count) => {
    expect(usable([point], now)).toHaveLength(count);
  });
});

describe('keptDays', () => {
  it.each([
    ['for ever', {}, Number.POSITIVE_INFINITY],
    ['by its rule', { Lifecycle: { DeleteAfterDays: 35 } }, 35],
    ['by its date', { CalculatedLifecycle: { DeleteAt: new Date(now.getTime() + 10 * 24 * hour) } }, 10],
    [
      'the shorter of both',
      { Lifecycle: { DeleteAfterDays: 7 }, CalculatedLifecycle: { DeleteAt: new Date(now.getTime() + 240 * hour) } },
      7,
    ],
    ['by an event', { Lifecycle: { DeleteAfterEvent: 'DELETE_AFTER_COPY' } }, 0],
  ])('%s', (_, more, days) => {
    expect(keptDays(at(0, more))).toBe(days);
  });

  it.each([
    [undefined, Number.POSITIVE_INFINITY],
    [{ DeleteAfterDays: -1 }, Number.POSITIVE_INFINITY],
    [{ DeleteAfterDays: 0 }, 0],
    [{ MoveToColdStorageAfterDays: 1 }, Number.POSITIVE_INFINITY],
  ])('%j', (lifecycle, days) => {
    expect(lifecycleDays(lifecycle)).toBe(days);
  });
});

describe('ages', () => {
  it.each([
    [40_000, '40 s'],
    [12 * 60_000, '12 min'],
    [hour, '1 h'],
    [5 * hour + 600_000, '5 h 10 min'],
    [76 * hour, '3 d 4 h'],
  ])('%d ms is %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
    expect(ago(new Date(now.getTime() - ms), now)).toBe(`${words} ago`);
  });

  it('allows a clock five minutes and no more', () => {
    expect(isYoungerThan(new Date(now.getTime() + 5 * 60_000), hour, now)).toBe(true);
    expect(isYoungerThan(new Date(now.getTime() + 6 * 60_000), hour, now)).toBe(false);
    expect(ago(new Date(now.getTime() + hour), now)).toContain('future');
  });
});
