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
const judge = (...integrations: object[]) => judgeFacts(check, { integrations, connected: undefined });

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
    ['ops-lead', 'fail'],
    ['slack:U0CLEOE01', 'fail'],
    ['u0cleoe01', 'fail'],
    ['max.happel@example.com', 'fail'],
    ['jane.talbot@example.com', 'fail'],
    ['crmbot.sales@example.com', 'undetermined'],
    ['no-reply@example.com', 'undetermined'],
    ['support.eu@example.com', 'undetermined'],
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

  describe('where Composio connects it', () => {
    const account = {
      id: 'ca_1',
      toolkit: 'slack',
      status: 'ACTIVE',
      disabled: false,
      scopes: ['chat:write'],
      personalScopes: [],
    };
    const named = { ...good, composio: 'ca_1' };
    const both = (integrations: object[], connected: object[] | undefined) =>
      judgeFacts(check, { integrations, connected });

    it.each<[string, object[], object[] | undefined, string]>([
      ['is as declared', [named], [account], 'undetermined'],
      ['has fewer scopes', [{ ...named, scopes: ['a', 'chat:write'] }], [account], 'undetermined'],
      ['does not tell its scopes', [named], [{ ...account, scopes: undefined }], 'undetermined'],
      [
        'has one more that was given up',
        [named],
        [account, { ...account, id: 'ca_0', status: 'EXPIRED' }],
        'undetermined',
      ],
      ['has one more that is off', [named], [account, { ...account, id: 'ca_0', disabled: true }], 'undetermined'],
      [
        'stands behind one that was given up',
        [named],
        [{ ...account, id: 'ca_0', status: 'EXPIRED' }, account],
        'undetermined',
      ],
      ['is named twice and was given up', [named, named], [{ ...account, status: 'EXPIRED' }], 'fail'],
      ['has one more', [named], [account, { ...account, id: 'ca_0' }], 'fail'],
      ['has one more in an unknown state', [named], [account, { ...account, id: 'ca_0', status: 'NEW' }], 'fail'],
      ['has none', [named], [], 'fail'],
      ['is not named by the integration', [good], [account], 'fail'],
      ['is named twice', [named, named], [account], 'fail'],
      ['is off', [named], [{ ...account, disabled: true }], 'fail'],
      ['is in an unknown state', [named], [{ ...account, status: 'NEW' }], 'undetermined'],
      ['has failed', [named], [{ ...account, status: 'FAILED' }], 'fail'],
      ['may do more', [named], [{ ...account, scopes: ['chat:write', 'admin'] }], 'fail'],
      ['acts as a person', [named], [{ ...account, personalScopes: ['search:read'] }], 'fail'],
      ['is not asked', [named], undefined, 'fail'],
    ])('the account that %s', (_, integrations, connected, outcome) => {
      expect(both(integrations, connected).outcome).toBe(outcome);
    });

    it('shows what it may do beyond that, and not all of a long list', () => {
      const many = ['b', 'c', 'd', 'e', 'f', 'g', 'h'];
      const { evidence } = both([named], [{ ...account, scopes: ['chat:write', ...many] }]);
      expect(evidence[0]?.observed).toBe('it may do more than is declared: b, c, d, e, f and 2 more');
      expect(both([named], [account]).evidence.at(-1)?.observed).toBe('slack: chat:write');
    });
  });
});
