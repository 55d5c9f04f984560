import { describe, expect, it } from 'vitest';
import { alarmsIn, holdsWith, parseAlarmRule } from '../../src/judging/alarm-rule.ts';

const inAlarm = (text: string) => {
  const rule = parseAlarmRule(text);
  return rule && holdsWith(rule, 'ALARM', (name) => name === 'a b' || name === 'arn:x:alarm:a');
};

describe('the rule of a composite alarm', () => {
  it.each([
    ['ALARM("a b")', 'yes'],
    ['ALARM(arn:x:alarm:a)', 'yes'],
    ['(ALARM("a b"))', 'yes'],
    ['OK("a b")', 'no'],
    ['NOT OK("a b")', 'yes'],
    ['NOT NOT ALARM("a b")', 'yes'],
    ['INSUFFICIENT_DATA("a b")', 'no'],
    ['ALARM(other)', 'maybe'],
    ['NOT ALARM(other)', 'maybe'],
    ['ALARM("a b") OR ALARM(other)', 'yes'],
    ['ALARM("a b") AND ALARM(other)', 'maybe'],
    ['OK("a b") AND ALARM(other)', 'no'],
    ['ALARM(other) OR ALARM("a b") AND NOT ALARM(third)', 'maybe'],
    ['(ALARM(other) OR ALARM("a b")) AND TRUE', 'yes'],
    ['ALARM("a b") AND FALSE', 'no'],
    ['TRUE', 'yes'],
    ['  ALARM ( "a b" )\n OR\n FALSE ', 'yes'],
  ])('%s holds while it is in alarm: %s', (text, expected) => {
    expect(inAlarm(text)).toBe(expected);
  });

  it.each([
    '',
    'ALARM("a b"',
    'ALARM(a b)',
    'ALARM()',
    'ALARM("a b") ALARM(other)',
    'ALARM("a b") AND',
    'OR ALARM("a b")',
    '(ALARM("a b")',
    'ALARM("a b"))',
    'alarm("a b")',
    'AT_LEAST(1, ALARM, ("a b", other))',
    'ALARM("a b") XOR ALARM(other)',
    'NOT',
    '()',
  ])('%s is not of the grammar', (text) => {
    expect(parseAlarmRule(text)).toBeUndefined();
  });

  it('names its alarms, in their order', () => {
    const rule = parseAlarmRule('ALARM("a b") AND (OK(c) OR NOT ALARM(d)) OR TRUE');
    expect(rule && alarmsIn(rule)).toEqual(['a b', 'c', 'd']);
  });
});
