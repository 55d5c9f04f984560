import { describe, expect, it } from 'vitest';
import { advisories, advisoriesFor } from '../../src/judging/gateway-advisories.ts';
import { compareVersions } from '../../src/judging/gateway-version.ts';

describe('versions', () => {
  it.each([
    ['2026.6.5', '2026.6.5', 0],
    ['2026.6.34', '2026.6.5', 1],
    ['2026.10.1', '2026.9.6', 1],
    ['2025.12.31', '2026.1.1', -1],
    ['2026.7.1-2', '2026.7.1', 1],
    ['2026.7.1-2', '2026.7.1-10', -1],
    ['2026.7.1-2', '2026.7.2', -1],
    ['2026.6.5-beta.1', '2026.6.5', -1],
    ['2026.6.5-beta.1', '2026.6.4', 1],
  ])('%s against %s', (a, b, order) => {
    expect(Math.sign(compareVersions(a, b) ?? Number.NaN)).toBe(order);
    expect(Math.sign(compareVersions(b, a) ?? Number.NaN)).toBe(order === 0 ? 0 : -order);
  });

  it.each(['', 'latest', '2026.6', 'v2026.6.5', '2026.6.5 (abc)', '2026.6.5.1', '٢٠٢٦.6.5'])('%j is none', (text) => {
    expect(compareVersions(text, '2026.6.5')).toBeUndefined();
    expect(advisoriesFor(text)).toHaveLength(advisories.length);
  });
});

describe('advisories', () => {
  it('are for every version below the one that mends them', () => {
    expect(advisoriesFor('2026.6.5')).toEqual([]);
    expect(advisoriesFor('2026.6.34')).toEqual([]);
    expect(advisoriesFor('2026.6.4').flatMap(({ ids }) => ids)).toEqual(['GHSA-9c3v-684m-579c']);
    expect(advisoriesFor('2026.1.1')).toHaveLength(advisories.length);
  });

  it('name a version that can be compared, in order', () => {
    for (const [n, { fixedIn }] of advisories.entries()) {
      expect(compareVersions(advisories[Math.max(0, n - 1)]?.fixedIn ?? '', fixedIn)).toBeLessThanOrEqual(0);
    }
  });
});
