import { expect, it } from 'vitest';
import { harmless, secretRules } from '../../src/judging/secret-patterns.ts';
import { expressionOf, secretsIn } from '../../src/judging/secret-search.ts';

it.each(secretRules.map((rule) => [rule.id, rule] as const))('finds %s wherever it stands', (id, { sample }) => {
  const value = sample();
  for (const text of [value, `"${value}"`, `x = ${value};`, `first\n${value}\nlast`, `{\\"k\\":\\"${value}\\"}`]) {
    expect(secretsIn(text)).toContain(id);
  }
});

it('finds nothing in harmless text, nor across lines', () => {
  expect(secretsIn(harmless)).toEqual([]);
  expect(secretsIn('postgres://app\n:password@db')).toEqual([]);
});

it('reads sets as POSIX does', () => {
  expect(expressionOf('a[^]/[x]{2}b').test('a\\yb')).toBe(true);
  expect(expressionOf('a[^]/[x]{2}b').test('a]yb')).toBe(false);
  expect(expressionOf(`a[\\"']b`).test('a\\b')).toBe(true);
  expect(expressionOf('a\\.b').test('axb')).toBe(false);
});

it('is quick on long text', () => {
  const text = 'sk-a:'.repeat(20_000) + 'https://a:b'.repeat(10_000);
  expect(secretsIn(text)).toEqual([]);
});
