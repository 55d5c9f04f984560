import { describe, expect, it } from 'vitest';
import check from '../../../checks/soul-documents/write-fails.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { attemptResults, type WriteAttempts } from '../../../src/probes/host/write-attempts.ts';
import { judgeFacts } from '../../support/judge.ts';

const documents = ['SOUL.md', 'IDENTITY.md', 'AGENTS.md'];
const refused: WriteAttempts = {
  create: 'erofs',
  append: documents.map((document) => ({ document, result: 'erofs' })),
  rename: 'erofs',
  control: 'succeeded',
  leftBehind: false,
};
const appending = (result: WriteAttempts['create']): WriteAttempts => ({
  ...refused,
  append: refused.append.map((one, i) => (i === 1 ? { ...one, result } : one)),
});
const error = (reason: 'access_denied' | 'timeout' | 'tool_missing') => new ProbeError(reason, 'could not look');
const outcome = (agent: unknown, root: unknown = refused) => judgeFacts(check, { agent, root }).outcome;

describe('write-fails', () => {
  it('passes when each attempt of both users is refused as read-only, and the control succeeds', () => {
    const judgement = judgeFacts(check, { agent: refused, root: refused });
    expect(judgement).toMatchObject({
      outcome: 'pass',
      controls: [{ observed: 'succeeded' }, { observed: 'succeeded' }],
    });
    expect(judgement.evidence).toHaveLength(10);
  });

  it('passes without root where the login may not become root', () => {
    expect(outcome(refused, error('access_denied'))).toBe('pass');
  });

  it.each(attemptResults.filter((result) => result !== 'erofs'))(
    'never passes on %s, wherever it is seen',
    (result) => {
      for (const attempts of [{ ...refused, create: result }, appending(result), { ...refused, rename: result }]) {
        expect(outcome(attempts)).not.toBe('pass');
        expect(outcome(refused, attempts)).not.toBe('pass');
      }
    },
  );

  it.each(['succeeded', 'eacces', 'eperm', 'enospc', 'edquot'] as const)('fails on %s', (result) => {
    expect(outcome(appending(result))).toBe('fail');
  });

  it.each([
    ['the other user could not be seen', refused, error('timeout')],
    ['the other user met a missing file', { ...refused, create: 'enoent' as const }, undefined],
    ['the control failed', { ...refused, control: 'eacces' as const }, undefined],
  ])('fails when a write succeeded, although %s', (_, attempts, lost) => {
    const open = appending('succeeded');
    expect(outcome(lost ?? attempts, open)).toBe('fail');
    expect(outcome(open, lost ?? attempts)).toBe('fail');
  });

  it('fails when the probe could not remove what it made', () => {
    expect(outcome({ ...refused, leftBehind: true })).toBe('fail');
  });

  it.each([
    ['agent could not be seen', error('tool_missing'), refused, 'tool_missing'],
    ['agent was refused by sudo', error('access_denied'), refused, 'access_denied'],
    ['root timed out', refused, error('timeout'), 'timeout'],
    ['control failed', { ...refused, control: 'erofs' }, refused, 'no_control'],
    ['control of root failed', refused, { ...refused, control: 'enoent' }, 'no_control'],
    ['path is wrong', { ...refused, create: 'enoent' }, refused, 'not_found'],
    ['file system hangs', { ...refused, create: 'estale' }, refused, 'unreachable'],
    ['document was not tried', { ...refused, append: refused.append.slice(1) }, refused, 'truncated'],
    ['rename was not tried', { ...refused, rename: 'skipped' }, refused, 'empty_subject'],
  ])('is unknown when the %s', (_, agent, root, reason) => {
    expect(judgeFacts(check, { agent, root })).toMatchObject({ outcome: 'undetermined', reason });
  });
});
