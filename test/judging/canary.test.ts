import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { canaryRule } from '../../src/judging/canary.ts';

const canary = 'canary-Zq7Wm4Xk9Rb2Tn5Yc8Vd3Hj6';
const { pattern } = canaryRule(canary);
const found = (text: string) => spawnSync('grep', ['-q', '-a', '-E', '-e', pattern], { input: text }).status === 0;
const secret = (before: number) => JSON.stringify({ key: 'x'.repeat(before), canary, other: 'y' });

it.each([0, 1, 2, 3, 4, 5])('is found in base64 behind %i characters, of either alphabet', (before) => {
  expect(found(Buffer.from(secret(before)).toString('base64'))).toBe(true);
  expect(found(Buffer.from(secret(before)).toString('base64url'))).toBe(true);
});

it('is found as it is, quoted, and in hex', () => {
  expect(found(`CANARY=${canary}`)).toBe(true);
  expect(found(JSON.stringify(secret(0)))).toBe(true);
  expect(found(Buffer.from(secret(0)).toString('hex'))).toBe(true);
  expect(found(Buffer.from(secret(0)).toString('hex').toUpperCase())).toBe(true);
});

it('is not found in anything else', () => {
  const other = secret(3).replace(canary, canary.replace('7', '8'));
  for (const form of ['utf8', 'base64', 'base64url', 'hex'] as const) {
    expect(found(Buffer.from(other).toString(form))).toBe(false);
  }
});
