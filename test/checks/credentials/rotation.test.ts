import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/rotation.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const daysAgo = (days: number, ms = 0) => new Date(now.getTime() - days * 86_400_000 - ms);
const secret = (valueFrom: Date) => ({ arn: 'arn:secret', valueFrom, rotates: true, rule: 'every 30 days' });
const key = { user: 'openclaw', ending: 'ABCD', active: true, created: daysAgo(5), lastUsed: daysAgo(1) };
const judge = (ages: object[], keys: object[] = [], days = 90) =>
  judgeFacts(
    check,
    { secretAges: ages, deploymentKeys: { users: 3, named: ['openclaw'], keys } },
    { 'credentials.rotationDays': days },
  ).outcome;

describe('credentials/rotation', () => {
  it.each([
    ['a value of 90 days', [secret(daysAgo(90))], [], 'pass'],
    ['a value a little older', [secret(daysAgo(90, 1))], [], 'fail'],
    ['one of two values too old', [secret(daysAgo(1)), secret(daysAgo(91))], [], 'fail'],
    ['a rotation that is due today', [{ ...secret(daysAgo(31)), due: daysAgo(0.5) }], [], 'pass'],
    ['a rotation that fails', [{ ...secret(daysAgo(35)), due: daysAgo(5) }], [], 'fail'],
    ['a rotation that was turned off', [{ ...secret(daysAgo(35)), rotates: false, due: daysAgo(5) }], [], 'pass'],
    ['a value from the future', [secret(daysAgo(-1))], [], 'fail'],
    ['no secret', [], [], 'undetermined'],
    ['a young key in use', [secret(daysAgo(1))], [key], 'pass'],
    ['an old key', [secret(daysAgo(1))], [{ ...key, created: daysAgo(91) }], 'fail'],
    ['a key that was never used', [secret(daysAgo(1))], [{ ...key, lastUsed: undefined }], 'fail'],
    ['a key that was not used for long', [secret(daysAgo(1))], [{ ...key, lastUsed: daysAgo(91) }], 'fail'],
    ['an inactive key', [secret(daysAgo(1))], [{ ...key, active: false }], 'fail'],
  ])('%s', (_, ages, keys, outcome) => {
    expect(judge(ages, keys)).toBe(outcome);
  });

  it('takes the age from the environment file', () => {
    expect(judge([secret(daysAgo(20))], [], 30)).toBe('pass');
    expect(judge([secret(daysAgo(20))], [], 10)).toBe('fail');
  });
});
