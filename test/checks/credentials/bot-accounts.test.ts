import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/bot-accounts.ts';
import { judgeFacts } from '../../support/judge.ts';

const good = {
  name: 'Slack',
  account: 'openclaw-bot',
  owner: 'Platform team',
  purpose: 'Answers in the support channel',
  scopes: ['chat:write'],
};
const judge = (...integrations: object[]) => judgeFacts(check, { integrations });

describe('credentials/bot-accounts', () => {
  it.each([
    ['openclaw-bot', 'undetermined'],
    ['openclaw.bot@example.com', 'undetermined'],
    ['svc-crm@example.com', 'undetermined'],
    ['openclaw@gmail.com', 'fail'],
    ['Someone@Outlook.com', 'fail'],
    ['jane.doe@example.com', 'fail'],
    ['ada@example.com', 'fail'],
    ['Ada Example', 'fail'],
    ['TODO', 'fail'],
    ['-', 'fail'],
  ])('the account %s', (account, outcome) => {
    expect(judge({ ...good, account }).outcome).toBe(outcome);
  });

  it.each([
    ['no owner', { owner: 'tbd' }],
    ['no purpose', { purpose: '?' }],
    ['every scope', { scopes: ['*'] }],
    ['one scope that is none', { scopes: ['chat:write', 'all'] }],
  ])('%s fails', (_, change) => {
    expect(judge(good, { ...good, ...change }).outcome).toBe('fail');
  });

  it('never passes by itself: a declaration is for somebody to attest', () => {
    expect(check.attestable).toBe(true);
    expect(judge(good)).toMatchObject({ outcome: 'undetermined', reason: 'not_attested' });
  });

  it('fails where none is listed, which no attestation makes up for', () => {
    expect(judge().outcome).toBe('fail');
  });
});
