import { describe, expect, it } from 'vitest';
import { approvalRoutes, approverLists, targetedPersons } from '../../src/judging/approvers.ts';

const target = { channel: 'slack', to: 'U1' };

describe('the routes to approvers', () => {
  it.each<[string, object, number]>([
    ['nothing', {}, 0],
    ['forwarding that is off', { approvals: { exec: { enabled: false, mode: 'targets', targets: [target] } } }, 0],
    ['forwarding to nobody', { approvals: { exec: { enabled: true, mode: 'targets', targets: [] } } }, 0],
    ['forwarding to half a target', { approvals: { exec: { enabled: true, mode: 'targets', targets: [{}] } } }, 0],
    ['forwarding to a target', { approvals: { exec: { enabled: true, mode: 'targets', targets: [target] } } }, 1],
    ['forwarding to both', { approvals: { exec: { enabled: true, mode: 'both', targets: [target] } } }, 2],
    ['plugin approvals alone', { approvals: { plugin: { enabled: true, mode: 'targets', targets: [target] } } }, 0],
    ['a client without approvers', { channels: { slack: { execApprovals: { enabled: true } } } }, 0],
    ['a client that switches itself on', { channels: { slack: { execApprovals: { approvers: ['U1'] } } } }, 1],
    ['one that does not', { channels: { signal: { execApprovals: { approvers: ['+1'] } } } }, 0],
    ['one that is switched off', { channels: { slack: { execApprovals: { enabled: false, approvers: ['U1'] } } } }, 0],
    ['a channel whose owner is named', { commands: { ownerAllowFrom: ['slack:U1'] }, channels: { slack: {} } }, 1],
    ['a channel, by an id for any', { commands: { ownerAllowFrom: ['U1'] }, channels: { slack: {} } }, 1],
    [
      'a client whose owners are of another channel',
      { commands: { ownerAllowFrom: ['signal:+1'] }, channels: { slack: { execApprovals: { enabled: true } } } },
      0,
    ],
    ['Matrix, with whom it lets in', { channels: { matrix: { dm: { allowFrom: ['@a:x.org'] } } } }, 1],
    ['Matrix, with an owner alone', { commands: { ownerAllowFrom: ['matrix:@a:x.org'] }, channels: { matrix: {} } }, 0],
    [
      'a client with the owners as approvers',
      { commands: { ownerAllowFrom: ['slack:U1'] }, channels: { slack: { execApprovals: { enabled: 'auto' } } } },
      1,
    ],
    [
      'a client of an account',
      { channels: { slack: { accounts: { a: { execApprovals: { enabled: true, approvers: ['U1'] } } } } } },
      1,
    ],
    [
      'a client of a channel that is off',
      { channels: { slack: { enabled: false, execApprovals: { enabled: true, approvers: ['U1'] } } } },
      0,
    ],
  ])('of %s', (_, config, routes) => {
    expect(approvalRoutes(config, 'exec', 'main')).toHaveLength(routes);
  });

  it('of plugin requests are their own', () => {
    const of = (kind: string) => ({ approvals: { [kind]: { enabled: true, mode: 'targets', targets: [target] } } });
    expect(approvalRoutes(of('plugin'), 'plugin', 'main')).toHaveLength(1);
    expect(approvalRoutes(of('exec'), 'plugin', 'main')).toHaveLength(0);
  });

  it.each<[string, object, number]>([
    ['this agent', { agentFilter: ['main'] }, 1],
    ['another agent', { agentFilter: ['support'] }, 0],
    ['no agent in particular', { agentFilter: [] }, 1],
    ['something that is no list', { agentFilter: 'main' }, 0],
    ['some sessions', { sessionFilter: ['slack:'] }, 0],
  ])('that are for %s', (_, filter, routes) => {
    const forwarding = { approvals: { exec: { enabled: true, mode: 'targets', targets: [target], ...filter } } };
    expect(approvalRoutes(forwarding, 'exec', 'main')).toHaveLength(routes);
    const client = { channels: { slack: { execApprovals: { enabled: true, approvers: ['U1'], ...filter } } } };
    expect(approvalRoutes(client, 'exec', 'main')).toHaveLength(routes);
  });
});

describe('the lists of approvers', () => {
  it('have the channel in front of each id', () => {
    const config = {
      commands: { ownerAllowFrom: ['slack:U1'] },
      channels: { telegram: { execApprovals: { enabled: true, approvers: [123, 'telegram:456'] } } },
    };
    expect(approverLists(config)).toEqual([
      { path: 'commands.ownerAllowFrom', ids: ['slack:U1'] },
      { path: 'channels.telegram.execApprovals.approvers', ids: ['telegram:123', 'telegram:456'] },
    ]);
  });

  it('have each channel that is on in front of an id for any', () => {
    const owners = (ownerAllowFrom: string[], channels: object) =>
      approverLists({ commands: { ownerAllowFrom }, channels })[0]?.ids;
    expect(owners(['U1', '*'], { slack: {}, irc: {}, signal: { enabled: false } })).toEqual([
      'slack:U1',
      'irc:U1',
      '*',
    ]);
    expect(owners(['@a:x.org', 'slack:U1'], { matrix: {} })).toEqual(['matrix:@a:x.org', 'slack:U1']);
    expect(owners(['U1'], {})).toEqual(['U1']);
  });

  it('have those whom Matrix lets in, where it names no approvers', () => {
    const matrix = { dm: { allowFrom: ['@a:x.org'] } };
    const lists = (more: object) => approverLists({ channels: { matrix: { ...matrix, ...more } } }).slice(1);
    expect(lists({})).toEqual([{ path: 'channels.matrix.dm.allowFrom', ids: ['matrix:@a:x.org'] }]);
    expect(lists({ execApprovals: { enabled: false } })).toEqual([]);
  });

  it('that are no lists are not taken for empty', () => {
    expect(approverLists({ commands: { ownerAllowFrom: '*' } })).toEqual([
      { path: 'commands.ownerAllowFrom', ids: undefined },
    ]);
  });
});

describe('targetedPersons', () => {
  const asked = (targets: unknown, enabled = true, kind = 'exec') =>
    targetedPersons({ approvals: { [kind]: { enabled, targets } } });

  it.each<[string, unknown, readonly string[]]>([
    ['a person on Slack', [{ channel: 'slack', to: 'U0OPSLD01' }], ['slack:U0OPSLD01']],
    ['a room on Slack', [{ channel: 'slack', to: 'C0OPSLD01' }], []],
    ['a person on Telegram', [{ channel: 'telegram', to: '4711' }], ['telegram:4711']],
    ['a group on Telegram', [{ channel: 'telegram', to: '-1004711' }], []],
    ['a person by prefix', [{ channel: 'discord', to: 'user:99' }], ['discord:99']],
    ['a room elsewhere', [{ channel: 'matrix', to: '!room:example.com' }], []],
    ['no list', 'slack', []],
  ])('%s', (_, targets, expected) => expect(asked(targets)).toEqual(expected));

  it('asks nobody where it is off, and by plugins as by commands', () => {
    const target = [{ channel: 'slack', to: 'U0OPSLD01' }];
    expect(asked(target, false)).toEqual([]);
    expect(asked(target, true, 'plugin')).toEqual(['slack:U0OPSLD01']);
  });
});
