import { describe, expect, it } from 'vitest';
import { controlFailed, openGates, trialControls, trialRecords, trialRequests } from '../../src/judging/gate-trials.ts';
import type { RecordedDecision } from '../../src/probes/gateway/decisions.ts';
import type { GateTrial, TrialAttempt } from '../../src/probes/gateway/gate-trial.ts';

const request = { id: 'r1', expiresInMs: 1000 };
const decision: RecordedDecision = {
  status: 'denied',
  decision: 'deny',
  reason: 'user',
  resolver: 'runtime',
  createdAtMs: 1,
  resolvedAtMs: 2,
  ours: true,
  tool: undefined,
};
const denied: TrialAttempt = { answer: 'deny', request, doneWhilePending: false, done: false, decision };
const allowed: TrialAttempt = {
  ...denied,
  answer: 'allow-once',
  done: true,
  decision: { ...decision, status: 'allowed', decision: 'allow-once' },
};
const trial = (...attempts: TrialAttempt[]): GateTrial[] => [{ kind: 'exec', agent: 'a', attempts, leftBehind: false }];

describe('the trial of a gate', () => {
  it.each<[string, TrialAttempt[], string[], boolean, boolean]>([
    ['held, then let through', [denied, allowed], [], true, false],
    ['only held', [denied], [], false, false],
    ['never let through', [denied, { ...allowed, done: false }], [], false, true],
    [
      'done while pending',
      [{ ...denied, doneWhilePending: true, done: true }],
      ['done before the answer'],
      false,
      false,
    ],
    ['done although denied', [{ ...denied, done: true }], ['denied: done'], false, false],
    ['done when it expired', [{ ...denied, answer: 'expire', done: true }], ['left to expire: done'], false, false],
    [
      'done without a request',
      [{ answer: 'deny', request: undefined, doneWhilePending: undefined, done: true }],
      ['done, and nobody was asked'],
      false,
      false,
    ],
    [
      'neither done nor asked for',
      [{ answer: 'deny', request: undefined, doneWhilePending: undefined, done: false }],
      [],
      false,
      false,
    ],
    [
      'allowed, and done before that',
      [denied, { ...allowed, doneWhilePending: true }],
      ['done before the answer'],
      true,
      false,
    ],
  ])('%s', (_, attempts, open, control, failed) => {
    const seen = trial(...attempts);
    expect(openGates(seen).map(({ observed }) => observed)).toEqual(open);
    expect([trialControls(seen).length > 0, controlFailed(seen)]).toEqual([control, failed]);
  });

  it('of one kind of gate is no control for another', () => {
    const tool: GateTrial = { kind: 'tool', agent: 'a', tool: 't', attempts: [denied, allowed], leftBehind: false };
    const idle: TrialAttempt = { answer: 'deny', request: undefined, doneWhilePending: undefined, done: false };
    expect(trialControls([tool]).length).toBe(1);
    expect(trialControls([tool, ...trial(idle)])).toEqual([]);
    expect(trialControls([tool, ...trial(denied, allowed)]).length).toBe(2);
    const refused: GateTrial = { ...tool, attempts: [{ ...idle, refused: true }] };
    expect(trialControls([refused, ...trial(denied, allowed)]).length).toBe(1);
  });

  it.each<[string, Partial<RecordedDecision> | undefined, boolean]>([
    ['on record', {}, true],
    ['not on record', undefined, false],
    ['without a time', { resolvedAtMs: undefined }, false],
    ['decided by the gateway itself', { resolver: 'system' }, false],
    ['with another decision', { status: 'allowed', decision: 'allow-always' }, false],
  ])('is %s', (_, change, ok) => {
    const { decision: _none, ...bare } = denied;
    const seen = trial(change ? { ...bare, decision: { ...decision, ...change } } : bare);
    expect(trialRecords(seen).map((finding) => finding.ok)).toEqual([ok]);
  });

  it('that raised nothing and did nothing shows no request either way', () => {
    const idle: TrialAttempt = { answer: 'deny', request: undefined, doneWhilePending: undefined, done: false };
    expect(trialRequests(trial(idle))).toEqual([]);
    expect(trialRequests(trial({ ...idle, done: true })).map(({ ok }) => ok)).toEqual([false]);
    expect(trialRequests(trial(denied)).map(({ ok }) => ok)).toEqual([true]);
  });
});
