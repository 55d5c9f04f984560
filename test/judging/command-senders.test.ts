import { describe, expect, it } from 'vitest';
import { commandChannels } from '../../src/judging/command-senders.ts';
import { hostFloor, isGated } from '../../src/judging/exec-policy.ts';

const known = new Set(['matrix:@ops:example.com', 'slack:U1']);

describe('commandChannels', () => {
  const strangers = (settings: object, commands: object = {}) =>
    commandChannels({ channels: { matrix: settings }, commands }, known)[0]?.strangers;

  it.each<[string, object, object, string | undefined]>([
    ['nobody is named, so whoever is paired', {}, {}, 'whoever is paired with it'],
    ['both ways in are shut', { dmPolicy: 'disabled', groupPolicy: 'disabled' }, {}, undefined],
    ['one way in is shut', { dmPolicy: 'disabled' }, {}, 'whoever is paired with it'],
    ['the channel lets anybody in', { allowFrom: ['*'] }, {}, 'anybody'],
    ['anybody by a direct message', { dm: { allowFrom: ['*'] } }, {}, 'anybody'],
    ['anybody in a group', { groupAllowFrom: ['@ops:example.com', '*'] }, {}, 'anybody'],
    ['anybody by one account', { accounts: { b: { allowFrom: ['*'] } } }, {}, 'anybody'],
    ['a stranger', { allowFrom: ['@ops:example.com', '@eve:example.com'] }, {}, '1 of no known role'],
    ['those of the team', { allowFrom: ['@ops:example.com'] }, {}, undefined],
    ['an owner of the channel', { allowFrom: ['*'] }, { ownerAllowFrom: ['matrix:@ops:example.com'] }, undefined],
    ['an owner of every channel', { allowFrom: ['*'] }, { ownerAllowFrom: ['U1'] }, undefined],
    ['anybody as an owner', { allowFrom: ['@ops:example.com'] }, { ownerAllowFrom: ['*'] }, 'anybody'],
    ['an owner of another channel', { allowFrom: ['*'] }, { ownerAllowFrom: ['slack:U1'] }, 'anybody'],
    ['an owner by an id of Matrix', { allowFrom: ['*'] }, { ownerAllowFrom: ['@ops:example.com'] }, undefined],
    ['commands for all', { allowFrom: ['@ops:example.com'] }, { allowFrom: { '*': ['*'] } }, 'anybody'],
    [
      'commands for all, whoever owns it',
      {},
      { allowFrom: { '*': ['*'] }, ownerAllowFrom: ['matrix:@ops:example.com'] },
      'anybody',
    ],
    ['commands of the channel', {}, { allowFrom: { '*': ['*'], matrix: ['@ops:example.com'] } }, undefined],
    ['commands of another channel', { allowFrom: ['*'] }, { allowFrom: { slack: ['U1'] } }, 'anybody'],
    ['commands for nobody', { allowFrom: ['*'] }, { allowFrom: { '*': [] } }, undefined],
  ])('%s', (_, settings, commands, expected) => expect(strangers(settings, commands)).toBe(expected));

  it.each<[string, unknown, string | undefined]>([
    ['of the team', { '*': ['@ops:example.com'], slack: ['U9'] }, undefined],
    ['with a stranger', { matrix: ['@ops:example.com', '@eve:example.com'] }, '1 of no known role'],
    ['with anybody', { '*': ['*'] }, 'anybody'],
    ['of another channel alone', { slack: ['U9'] }, undefined],
  ])('goes through an access group %s', (_, members, expected) => {
    const accessGroups = {
      ops: { type: 'message.senders', members },
      room: { type: 'discord.channelAudience', members },
    };
    const judged = (allowFrom: string[]) =>
      commandChannels({ channels: { matrix: { allowFrom } }, accessGroups }, known)[0]?.strangers;
    expect(judged(['accessGroup:ops'])).toBe(expected);
    expect(judged(['accessGroup:room'])).toBe('1 of no known role');
    expect(judged(['accessGroup:gone'])).toBe('1 of no known role');
  });

  it('leaves out what is off and what is no channel', () => {
    const channels = { defaults: { groupPolicy: 'open' }, discord: { enabled: false, allowFrom: ['*'] }, slack: {} };
    expect(commandChannels({ channels }, known).map(({ channel }) => channel)).toEqual(['slack']);
    expect(commandChannels({}, known)).toEqual([]);
  });

  it.each<[string, object, boolean]>([
    ['of the channel', { execApprovals: { enabled: false, approvers: ['@ops:example.com'] } }, true],
    ['none', { execApprovals: { enabled: true, approvers: [] } }, false],
    ['of one account of two', { accounts: { a: { execApprovals: { approvers: ['x'] } }, b: {} } }, false],
    ['of each account', { accounts: { a: { execApprovals: { approvers: ['x'] } } } }, true],
  ])('knows approvers %s', (_, settings, expected) => {
    expect(commandChannels({ channels: { matrix: settings } }, known)[0]?.ownApprovers).toBe(expected);
  });
});

describe('hostFloor', () => {
  const approvals = (defaults: object, agents: object = {}) =>
    ({ defaults: { allowlist: [], mcpTools: [], ...defaults }, agents }) as never;

  it.each<[string, object, object, boolean]>([
    ['an empty document', {}, {}, false],
    ['an allowlist that asks', { security: 'allowlist', ask: 'on-miss' }, {}, true],
    ['an allowlist that asks nobody', { security: 'allowlist' }, {}, false],
    ['always asks', { ask: 'always' }, {}, true],
    ['denies', { security: 'deny' }, {}, true],
    [
      'one agent of its own',
      { security: 'allowlist', ask: 'on-miss' },
      { main: { security: 'full', ask: 'off' } },
      false,
    ],
  ])('%s', (_, defaults, agents, held) => expect(isGated(hostFloor(approvals(defaults, agents), 'main'))).toBe(held));
});
