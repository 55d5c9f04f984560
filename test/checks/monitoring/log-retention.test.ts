import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/log-retention.ts';
import { judgeFacts } from '../../support/judge.ts';

const log = (group: object | undefined) => ({ name: '/openclaw/prod/gateway', kind: 'gateway', group });
const forever = { 'monitoring.retentionForever': true };
const keyed = { 'monitoring.logKeyRequired': true };

describe('monitoring/log-retention', () => {
  it.each([
    ['exactly as long as required', [log({ retentionInDays: 365 })], {}, 'pass'],
    ['a day less', [log({ retentionInDays: 364 })], {}, 'fail'],
    ['never expires', [log({})], {}, 'fail'],
    ['never expires, and that is accepted', [log({})], forever, 'pass'],
    ['too short where for ever is accepted', [log({ retentionInDays: 1 })], forever, 'fail'],
    ['no days', [log({ retentionInDays: 0 })], {}, 'fail'],
    ['one of two groups is short', [log({ retentionInDays: 365 }), log({ retentionInDays: 30 })], {}, 'fail'],
    ['the group is missing', [log({ retentionInDays: 365 }), log(undefined)], {}, 'fail'],
    ['no group', [], {}, 'undetermined'],
    ['a class that nobody can read', [log({ retentionInDays: 365, logGroupClass: 'DELIVERY' })], {}, 'fail'],
    ['no key where one is required', [log({ retentionInDays: 365 })], keyed, 'fail'],
    ['a key without a name', [log({ retentionInDays: 365, kmsKeyId: '' })], keyed, 'fail'],
    ['a key', [log({ retentionInDays: 365, kmsKeyId: 'arn:key' })], keyed, 'pass'],
  ])('%s', (_, logGroups, changes, outcome) => {
    expect(judgeFacts(check, { logGroups }, changes).outcome).toBe(outcome);
  });
});
