import { describe, expect, it } from 'vitest';
import check from '../../../checks/monitoring/audit-trail.ts';
import { sessionKinds } from '../../../src/judging/session-event.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const trail = { arn: 'arn:t', logging: true, managementEvents: true, delivered: hoursAgo(1), deliveryFails: false };
const all = sessionKinds.map((kind) => ({ session: 's', kind }));
const log = (session: object[], kind = 'session') => ({ name: 'log', kind, read: session.length, session });

describe('monitoring/audit-trail', () => {
  it('may be stated by a person, and does not say that a session shows what it does not show', () => {
    expect(check.attestable).toBe(true);
    const { evidence } = judgeFacts(check, { trails: [trail], logEvents: [log(all.slice(0, -1))] });
    expect(evidence.map(({ fact }) => fact)).toEqual(['trails', 'trails', 'trails']);
  });

  it.each([
    ['a trail, and a session with everything', [trail], [log(all)], 'pass'],
    ['no trail', [], [log(all)], 'fail'],
    ['switched off', [{ ...trail, logging: false }], [log(all)], 'fail'],
    ['no management events', [{ ...trail, managementEvents: false }], [log(all)], 'fail'],
    ['delivery fails', [{ ...trail, deliveryFails: true }], [log(all)], 'fail'],
    ['never delivered', [{ ...trail, delivered: undefined }], [log(all)], 'fail'],
    ['delivered 24 hours ago', [{ ...trail, delivered: hoursAgo(24) }], [log(all)], 'pass'],
    ['delivered 25 hours ago', [{ ...trail, delivered: hoursAgo(25) }], [log(all)], 'fail'],
    ['one of two trails is sound', [{ ...trail, logging: false }, trail], [log(all)], 'pass'],
    [
      'two trails, each half',
      [
        { ...trail, logging: false },
        { ...trail, managementEvents: false },
      ],
      [log(all)],
      'fail',
    ],
    ['no session log', [trail], [], 'undetermined'],
    ['an empty session log', [trail], [log([])], 'undetermined'],
    ['no approvals', [trail], [log(all.slice(0, -1))], 'undetermined'],
    [
      'everything, but in two sessions',
      [trail],
      [log(all.map((e, i) => ({ ...e, session: `s${i % 2}` })))],
      'undetermined',
    ],
    ['everything, but in the gateway log', [trail], [log(all, 'gateway')], 'undetermined'],
    ['switched off and no session', [{ ...trail, logging: false }], [], 'fail'],
  ])('%s', (_, trails, logEvents, outcome) => {
    expect(judgeFacts(check, { trails, logEvents }).outcome).toBe(outcome);
  });
});
