import { describe, expect, it } from 'vitest';
import cannotRemount from '../../../checks/soul-documents/cannot-remount.ts';
import documentsPresent from '../../../checks/soul-documents/documents-present.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

describe('cannot-remount', () => {
  const process = { uids: [1100, 1100, 1100, 1100], groups: ['openclaw'], capabilities: [], sudo: 'none', sockets: [] };
  const ways = { writable: [], replaceable: [], search: 'complete', setuid: [], capable: [] };
  const grants = { doas: 'absent', polkit: 'none', actions: [], docker: 'absent' };
  const outcome = (changes: object, more: object = {}, given: object = {}) =>
    judgeFacts(cannotRemount, {
      process: { ...process, ...changes },
      ways: { ...ways, ...more },
      grants: { ...grants, ...given },
    }).outcome;

  it.each<[string, object]>([
    ['nothing leads to a mount', {}],
    ['sudo is not installed', { sudo: 'absent' }],
    ['it may bind low ports', { capabilities: [10] }],
  ])('passes when %s', (_, changes) => {
    expect(outcome(changes)).toBe('pass');
  });
  it.each<[string, object]>([
    ['it is root', { uids: [0, 0, 0, 0] }],
    ['root is only the saved user', { uids: [1100, 1100, 0, 1100] }],
    ['it has CAP_SYS_ADMIN', { capabilities: [10, 21] }],
    ['it may become anyone', { capabilities: [7] }],
    ['it may trace processes of root', { capabilities: [19] }],
    ['it is in docker', { groups: ['openclaw', 'docker'] }],
    ['it is in the group of the disks', { groups: ['disk'] }],
    ['it is in a group of root without a name', { groups: ['gid-0'] }],
    ['sudo lists a rule', { sudo: 'permitted' }],
    ['a socket is open to it', { sockets: ['/run/docker.sock'] }],
    ['it is in docker and sudo is unclear', { groups: ['docker'], sudo: 'unclear' }],
  ])('fails when %s', (_, changes) => {
    expect(outcome(changes)).toBe('fail');
  });
  it.each([
    ...['root', 'docker', 'podman', 'lxd', 'incus', 'incus-admin', 'libvirt', 'disk', 'sudo', 'wheel', 'admin'],
    ...['shadow', 'kmem', 'microk8s'],
  ])('fails for a member of %s, and names it', (group) => {
    const facts = { process: { ...process, groups: ['openclaw', group] }, ways, grants };
    const judged = judgeFacts(cannotRemount, facts);
    expect([judged.outcome, judged.evidence.map(({ observed }) => observed)]).toEqual(['fail', [group]]);
  });
  it.each<[string, object, string]>([
    [
      'known programs',
      { setuid: ['/usr/bin/sudo'], capable: [{ path: '/usr/bin/ping', capabilities: 'cap_net_raw=ep' }] },
      'pass',
    ],
    ['a writable unit', { writable: ['/etc/systemd/system/a.service'] }, 'fail'],
    ['a directory to rename', { replaceable: ['/mnt/openclaw'] }, 'fail'],
    ['a shell of root', { setuid: ['/tmp/sh'] }, 'fail'],
    ['a shell of root in a search that was cut', { setuid: ['/tmp/sh'], search: 'cut' }, 'fail'],
    ['an interpreter of anyone', { capable: [{ path: '/usr/bin/perl', capabilities: 'cap_setuid=ep' }] }, 'fail'],
    ['a program that nobody knows', { setuid: ['/usr/bin/helper'] }, 'undetermined'],
    ['a search that was cut', { search: 'cut' }, 'undetermined'],
    ['no getcap', { search: 'no-getcap' }, 'undetermined'],
    ['no need for a search', { search: 'not-needed' }, 'pass'],
  ])('judges %s', (_, more, expected) => {
    expect(outcome({}, more)).toBe(expected);
  });
  it('tells what it found, and what was not looked for', () => {
    const seen = (changes: object, more: object) =>
      judgeFacts(cannotRemount, {
        process: { ...process, ...changes },
        ways: { ...ways, ...more },
        grants,
      }).evidence.map(({ observed }) => observed);
    expect(seen({ uids: [0, 0, 0, 0] }, {})).toEqual(['root']);
    expect(seen({}, { capable: [{ path: '/usr/bin/perl', capabilities: 'cap_setuid=ep' }] })).toEqual([
      '/usr/bin/perl',
    ]);
    expect(seen({}, {})[0]).toBe('uid 1100');
    expect(seen({}, {}).slice(-5, -3)).toEqual(['none', 'none']);
    expect(seen({}, { search: 'not-needed' }).at(-4)).toMatch(/^not looked for/);
  });
  it.each<[string, object, string]>([
    ['a rule of doas', { doas: 'permitted' }, 'fail'],
    ['doas without a rule', { doas: 'none' }, 'pass'],
    ['rules of doas that cannot be read', { doas: 'unclear' }, 'undetermined'],
    ['an action of polkit', { polkit: 'permitted', actions: ['org.freedesktop.policykit.exec'] }, 'fail'],
    ['a host without polkit', { polkit: 'absent' }, 'pass'],
    ['polkit that does not answer', { polkit: 'unclear' }, 'undetermined'],
    ['Docker that answers over TCP', { docker: 'open' }, 'fail'],
    ['Docker that asks for a certificate', { docker: 'closed' }, 'pass'],
    ['a port of Docker that does not answer', { docker: 'unclear' }, 'undetermined'],
    ['one that is open beside one that is unclear', { docker: 'open', doas: 'unclear' }, 'fail'],
  ])('judges what is granted: %s', (_, given, expected) => {
    expect(outcome({}, {}, given)).toBe(expected);
  });
  it('is unknown when nothing is known of the ways to root', () => {
    expect(judgeFacts(cannotRemount, { process, ways: new ProbeError('timeout', 'late'), grants }).outcome).toBe(
      'undetermined',
    );
  });
  it('is unknown when nothing is known of what is granted, unless something else leads there', () => {
    const lost = new ProbeError('timeout', 'late');
    expect(judgeFacts(cannotRemount, { process, ways, grants: lost })).toMatchObject({
      outcome: 'undetermined',
      reason: 'timeout',
    });
    const member = { ...process, groups: ['docker'] };
    expect(judgeFacts(cannotRemount, { process: member, ways, grants: lost }).outcome).toBe('fail');
  });
  it('is unknown when sudo is unclear, no group is named, or nothing could be seen', () => {
    expect(outcome({ sudo: 'unclear' })).toBe('undetermined');
    expect(outcome({ groups: [] })).toBe('undetermined');
    const lost = new ProbeError('not_found', 'no gateway');
    expect(judgeFacts(cannotRemount, { process: lost, ways, grants })).toMatchObject({
      outcome: 'undetermined',
      reason: 'not_found',
    });
  });
});

describe('documents-present', () => {
  const workspace = '/mnt/openclaw/workspace';
  const present = { document: 'SOUL.md', kind: 'file', bytes: 9, readable: true, hasText: true };
  const files = [
    { path: 'SOUL.md', blob: '1'.repeat(40) },
    { path: 'support/SOUL.md', blob: '2'.repeat(40) },
    { path: 'linked/SOUL.md', blob: undefined },
  ];
  const changes = { 'soulDocuments.documents': ['SOUL.md'] };
  const outcome = (documents: unknown[], workspaces: object = { main: workspace }) =>
    judgeFacts(documentsPresent, { documents, files, workspaces }, changes).outcome;

  it('passes when each is a file with text in the workspace of each agent', () => {
    expect(outcome([present])).toBe('pass');
    expect(outcome([present], { main: `${workspace}//` })).toBe('pass');
    expect(outcome([present], { main: workspace, other: `${workspace}/support` })).toBe('pass');
    expect(outcome([present], { main: `${workspace}/support/` })).toBe('pass');
  });
  it.each<[string, object]>([
    ['it is missing', { kind: 'missing' }],
    ['it is a link', { kind: 'symlink' }],
    ['it is a directory', { kind: 'other' }],
    ['it is empty', { bytes: 0, hasText: false }],
    ['its size is none, whatever is said of its text', { bytes: 0 }],
    ['it is blank', { hasText: false }],
    ['the agent cannot read it', { readable: false }],
  ])('fails when %s', (_, change) => {
    expect(outcome([present, { ...present, ...change }])).toBe('fail');
  });
  it.each<[string, object]>([
    ['another directory is in force', { main: '/home/openclaw/.openclaw/workspace' }],
    ['one agent has its own elsewhere', { main: workspace, other: '/srv/w' }],
    ['the path climbs out', { main: `${workspace}/../other` }],
    ['the path climbs back', { main: `${workspace}/support/../support` }],
    ['a name begins alike', { main: `${workspace}/..support` }],
    ['an agent reads a folder without them', { main: workspace, other: `${workspace}/other` }],
    ['the first of several agents reads a folder of its own', { main: `${workspace}/main`, other: workspace }],
    ['they are links in the folder of an agent', { main: `${workspace}/linked` }],
  ])('fails when %s', (_, workspaces) => {
    expect(outcome([present], workspaces)).toBe('fail');
  });
  it('is unknown when no document was looked at', () => {
    expect(outcome([])).toBe('undetermined');
  });
});
