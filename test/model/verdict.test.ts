import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/model/exit-code.ts';
import { type Status, type Subject, statuses, verdictOf } from '../../src/model/report.ts';
import { inert } from '../../src/model/text.ts';

const of = (...list: Status[]) => list.map((status) => ({ status }));
const subject: Subject = {
  account: '123456789012',
  region: 'eu-west-1',
  principal: 'arn:aws:iam::123456789012:user/x',
  autoScalingGroup: 'arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:u:autoScalingGroupName/g',
  instances: [{ id: 'i-1', address: '10.0.0.1', hostKeyFingerprint: 'SHA256:x' }],
  fileSystemId: 'fs-1',
  gatewayVersion: null,
  repository: null,
  commit: null,
  mismatches: [],
  unproven: [],
};
const whole = { subject, narrowedTo: null, window: { start: '', end: '', interrupted: false } };
const about = (change: Partial<Subject>) => ({ ...whole, subject: { ...subject, ...change } });
const narrowed = { ...whole, narrowedTo: ['backup'] };
const other = about({ mismatches: ['another account'] });

describe('the verdict', () => {
  it.each([
    ['all pass', of('pass', 'pass'), whole, 'READY'],
    [
      'attested, waived and not applicable count as done',
      of('pass', 'attested', 'waived', 'not-applicable'),
      whole,
      'READY',
    ],
    ['one failure', of('pass', 'fail', 'unknown'), whole, 'NOT_READY'],
    ['one unknown', of('pass', 'unknown'), whole, 'INCOMPLETE'],
    ['no check at all', of(), whole, 'INCOMPLETE'],
    ['a narrowed run', of('pass'), narrowed, 'INCOMPLETE'],
    ['a narrowed run with a failure', of('fail'), narrowed, 'NOT_READY'],
    ['an interrupted run', of('pass'), { ...whole, window: { ...whole.window, interrupted: true } }, 'INCOMPLETE'],
    ['another deployment', of('pass'), other, 'UNTRUSTED'],
    ['another deployment with a failure', of('fail'), other, 'UNTRUSTED'],
    ['another deployment, all waived', of('waived'), other, 'UNTRUSTED'],
    ['all waived, and no account', of('waived'), about({ account: null }), 'INCOMPLETE'],
    ['all waived, and no group', of('waived'), about({ autoScalingGroup: null }), 'INCOMPLETE'],
    ['all waived, and the group of another region', of('waived'), about({ region: 'us-east-1' }), 'INCOMPLETE'],
    ['all waived, and no instance', of('waived'), about({ instances: [] }), 'INCOMPLETE'],
    [
      'all waived, and a host whose key was not verified',
      of('waived'),
      about({ instances: [{ id: 'i-1', address: '10.0.0.1', hostKeyFingerprint: null }] }),
      'INCOMPLETE',
    ],
    ['all waived, and something not proven', of('waived'), about({ unproven: ['i-2: no address'] }), 'INCOMPLETE'],
  ] as const)('%s', (_, results, circumstances, verdict) => {
    expect(verdictOf(results, circumstances)).toBe(verdict);
  });

  it('is READY only where every status is one of four', () => {
    for (const status of statuses) {
      const ready = verdictOf(of('pass', status), whole) === 'READY';
      expect(ready).toBe(['pass', 'attested', 'waived', 'not-applicable'].includes(status));
    }
  });
});

describe('the verdict on any statuses', () => {
  const some = fc.array(fc.constantFrom(...statuses), { maxLength: 12 });
  const circumstances = fc.constantFrom(whole, narrowed, other);
  const good = ['pass', 'attested', 'waived', 'not-applicable'];

  it('is READY exactly where nothing is missing, nothing is open and nothing was left out', () => {
    fc.assert(
      fc.property(some, circumstances, (list, around) => {
        const ready = around === whole && list.length > 0 && list.every((s) => good.includes(s));
        expect(verdictOf(of(...list), around) === 'READY').toBe(ready);
      }),
    );
  });

  it('does not depend on the order, and one more result that is open never makes it READY', () => {
    fc.assert(
      fc.property(some, circumstances, fc.constantFrom<Status>('fail', 'unknown'), (list, around, worse) => {
        const verdict = verdictOf(of(...list), around);
        expect(verdictOf(of(...list.toReversed()), around)).toBe(verdict);
        expect(verdictOf(of(...list, worse), around)).not.toBe('READY');
      }),
    );
  });
});

describe('the exit codes', () => {
  it('are distinct, and none but READY is one that Node, a shell or a signal gives by itself', () => {
    const codes = Object.values(exitCodes).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(exitCodes.READY.code).toBe(0);
    const taken = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 124, 125, 126, 127, 134, 137, 255]);
    expect(codes.filter((code) => taken.has(code))).toEqual([]);
  });
});

describe('inert text', () => {
  it('shows what could act on a terminal or an eye', () => {
    expect(inert('a\u001b[2Jb\u202ec\u0000\u{e0041}\n')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{0}\\u{e0041}\\u{a}');
  });
  it('is bounded', () => {
    expect(inert('x'.repeat(5000)).length).toBeLessThanOrEqual(400);
  });
});
