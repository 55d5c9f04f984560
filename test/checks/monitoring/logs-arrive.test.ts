import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/logs-arrive.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const log = (kind: string, newest: Record<string, Date | undefined>, more: object = {}) => {
  return {
    name: `/openclaw/prod/${kind}`,
    kind,
    maxAgeMinutes: 60,
    exists: true,
    read: 9,
    newest,
    session: [],
    ...more,
  };
};
const gateway = log('gateway', { 'i-1': minutesAgo(1) });
const session = log('session', { 'i-1': minutesAgo(1) });

describe('monitoring/logs-arrive', () => {
  it.each([
    ['both logs of the instance', [gateway, session], 'pass'],
    ['exactly as old as allowed', [gateway, log('session', { 'i-1': minutesAgo(60) })], 'pass'],
    ['a minute too old', [gateway, log('session', { 'i-1': minutesAgo(61) })], 'fail'],
    ['far in the future', [gateway, log('session', { 'i-1': minutesAgo(-10) })], 'fail'],
    ['the group does not exist', [gateway, log('session', {}, { exists: false, read: 0 })], 'fail'],
    ['events of others only', [gateway, log('session', { 'i-1': undefined })], 'fail'],
    ['one of two instances is silent', [gateway, log('session', { 'i-1': minutesAgo(1), 'i-2': undefined })], 'fail'],
    ['no instance', [log('gateway', {}), log('session', {})], 'undetermined'],
    ['no log', [], 'undetermined'],
    ['no session log is configured', [gateway], 'undetermined'],
    ['no session log is configured, and the other is silent', [log('gateway', { 'i-1': undefined })], 'fail'],
  ])('%s', (_, logEvents, outcome) => {
    expect(judgeFacts(check, { logEvents }).outcome).toBe(outcome);
  });

  it.each([
    [[gateway], 'of the kind session'],
    [[session], 'of the kind gateway'],
  ])('names the kind that is not configured', (logEvents, kind) => {
    expect(judgeFacts(check, { logEvents })).toMatchObject({ message: expect.stringMatching(new RegExp(`${kind}$`)) });
  });
});
