import { describe, expect, it } from 'vitest';
import mountedReadOnly from '../../../checks/soul-documents/mounted-read-only.ts';
import runtimeSeparate from '../../../checks/soul-documents/runtime-separate.ts';
import type { Mount } from '../../../src/judging/mounts.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const workspace: Mount = {
  id: 2,
  device: '0:45',
  root: '/',
  target: '/mnt/openclaw/workspace',
  readOnly: true,
  type: 'nfs4',
  source: 'fs-0a1b2c3d4e5f60001.efs.eu-west-1.amazonaws.com:/workspace',
  superOptions: ['ro', 'vers=4.1'],
};
const rw = { readOnly: false, superOptions: ['rw'] };
const runtime: Mount = {
  ...workspace,
  ...rw,
  id: 3,
  device: '0:46',
  target: '/mnt/openclaw/runtime',
  source: workspace.source.replace('workspace', 'runtime'),
};
const root: Mount = { ...workspace, ...rw, id: 1, device: '259:1', target: '/', type: 'xfs', source: '/dev/nvme0n1p1' };
const facts = {
  seen: [root, workspace, runtime],
  twins: [workspace, { ...runtime, shares: 'no' }],
  workspaceDevice: 45,
  runtimeDevice: 46,
  shared: 'no',
  linked: false,
  helpers: [],
};
const denied = new ProbeError('access_denied', 'no root');
const helped = { ...workspace, source: '127.0.0.1:/', superOptions: ['ro', 'port=20049'] };
const helper = { fileSystem: 'fs-0a1b2c3d4e5f60001', port: 20_049, connects: true };

describe('mounted-read-only', () => {
  const outcome = (agent: unknown, asRoot: unknown = agent) =>
    judgeFacts(mountedReadOnly, { agent, root: asRoot }).outcome;
  const as = (mount: Mount) => ({
    ...facts,
    seen: [root, mount, runtime],
    twins: [mount, { ...runtime, shares: 'no' }],
  });

  it('passes by name without root, and through the helper where its files say which file system it is', () => {
    expect(outcome(facts, denied)).toBe('pass');
    expect(outcome(as(helped), { ...as(helped), helpers: [helper] })).toBe('pass');
    expect(outcome(as(helped), denied)).toBe('undetermined');
  });

  it.each<[string, object]>([
    ['it is writable', as({ ...workspace, ...rw })],
    ['only the mount is read-only', as({ ...workspace, superOptions: ['rw'] })],
    ['only the file system is read-only', as({ ...workspace, readOnly: false })],
    ['it is another file system', as({ ...workspace, source: workspace.source.replace('0001', '0009') })],
    ['it is no NFS', as({ ...workspace, type: 'xfs' })],
    ['its source only looks like EFS', as({ ...workspace, type: 'tmpfs' })],
    ['nothing is mounted there', { ...facts, seen: [root, runtime], twins: [root], workspaceDevice: 66_305 }],
    ['something lies over it', { ...facts, seen: [...facts.seen, { ...workspace, id: 9, type: 'overlay' }] }],
    [
      'a file of it is covered',
      { ...facts, seen: [...facts.seen, { ...root, id: 9, target: `${workspace.target}/SOUL.md` }] },
    ],
    [
      'a second mount of it is writable',
      { ...facts, twins: [workspace, { ...workspace, readOnly: false, superOptions: ['rw'], id: 9, target: '/srv' }] },
    ],
    [
      'a mount above it is writable',
      {
        ...facts,
        twins: [
          workspace,
          { ...workspace, ...rw, id: 9, device: '0:99', source: workspace.source.replace('/workspace', '/') },
        ],
      },
    ],
  ])('fails when %s', (_, mounts) => {
    expect(outcome(mounts)).toBe('fail');
    expect(outcome({ ...mounts, linked: true })).toBe('fail');
  });

  it('takes a folder of a mount for one that begins there', () => {
    const above = { ...workspace, target: '/mnt/openclaw', source: workspace.source.replace('workspace', '') };
    const within = (twin: object) =>
      outcome({ ...facts, seen: [root, above, runtime], twins: [above, { ...runtime, ...twin }] });
    expect(within({})).toBe('pass');
    expect(within({ source: workspace.source })).toBe('fail');
    expect(within({ source: above.source })).toBe('fail');
    expect(within({ device: above.device, root: '/workspace', source: '10.20.1.50:/' })).toBe('fail');
    expect(outcome({ ...facts, seen: [root, { ...above, ...rw }, runtime] })).toBe('fail');
  });

  it.each<[string, object]>([
    ['the path is linked', { ...facts, linked: true }],
    ['stat names another device', { ...facts, workspaceDevice: 46 }],
    ['there is no directory', { ...facts, workspaceDevice: undefined }],
    ['the search was blind', { ...facts, twins: [] }],
    ['the search saw only another mount', { ...facts, twins: [{ ...runtime, shares: 'no' }] }],
    ['the source is an address', as({ ...workspace, source: '10.20.1.50:/' })],
    ['no mount is named', { ...facts, seen: [] }],
  ])('is unknown when %s', (_, mounts) => {
    expect(outcome(mounts)).toBe('undetermined');
  });

  it('does not pass on a helper of another file system, or one that connects elsewhere', () => {
    const found = (helpers: unknown[]) => outcome(as(helped), { ...as(helped), helpers });
    expect(found([{ ...helper, fileSystem: 'fs-0fffffffffff60009' }])).toBe('fail');
    expect(found([{ ...helper, connects: false }])).toBe('undetermined');
    expect(found([{ ...helper, port: 20_050 }])).toBe('undetermined');
  });
});

describe('a second mount of its own', () => {
  const outcome = (mount: Mount, twin: object, helpers: object[] = []) => {
    const one = { ...facts, seen: [root, mount], twins: [mount, { ...mount, ...rw, id: 9, device: '0:99', ...twin }] };
    return judgeFacts(mountedReadOnly, { agent: one, root: { ...one, helpers: [helper, ...helpers] } }).outcome;
  };
  const otherPort = { source: '127.0.0.1:/', superOptions: ['rw', 'port=20051'], target: '/srv' };
  const byAddress = { source: '10.20.1.50:/', superOptions: ['rw'], target: '/srv' };
  const elsewhere = { fileSystem: 'fs-0fffffffffff60009', port: 20_051, connects: true };

  it.each<[string, object]>([
    ['through the helper on another port', otherPort],
    ['by address', byAddress],
    ['by address, over NFS 3', { ...byAddress, type: 'nfs' }],
  ])('%s is judged by what was found in it', (_, twin) => {
    expect(outcome(helped, { ...twin, shares: 'yes' })).toBe('fail');
    expect(outcome(helped, { ...twin, shares: 'no' })).toBe('pass');
    expect(outcome(helped, { ...twin, shares: 'unclear' })).toBe('undetermined');
    expect(outcome(helped, { ...twin, shares: undefined })).toBe('undetermined');
    expect(outcome(workspace, { ...twin, shares: 'yes' })).toBe('fail');
  });

  it('of another file system is none, but only where the helper connects there', () => {
    expect(outcome(helped, otherPort, [elsewhere])).toBe('pass');
    expect(outcome(helped, otherPort, [{ ...elsewhere, connects: false }])).toBe('undetermined');
    expect(outcome(workspace, { source: workspace.source.replace('0001', '0009') })).toBe('pass');
  });

  it('over the same port, or by the same name, is judged by where it begins', () => {
    expect(outcome(helped, { superOptions: ['rw', 'port=20049'], shares: 'no' })).toBe('fail');
    expect(
      outcome({ ...helped, source: '127.0.0.1:/a' }, { source: '127.0.0.1:/b', superOptions: ['rw', 'port=20049'] }),
    ).toBe('pass');
    expect(outcome(workspace, { source: workspace.source.replace('/workspace', '/') })).toBe('fail');
  });

  it('on the same device is judged by where it begins, and one that is no NFS leads elsewhere', () => {
    const below = { ...workspace, root: '/a' };
    expect(outcome(below, { device: below.device, root: '/b', source: '10.20.1.50:/', shares: undefined })).toBe(
      'pass',
    );
    expect(outcome(workspace, { type: 'xfs', source: '/dev/sdb1', shares: undefined })).toBe('pass');
  });

  it('by name and by the helper are not taken for the same way', () => {
    expect(
      outcome(workspace, { source: '127.0.0.1:/elsewhere', superOptions: ['rw', 'port=20049'], shares: 'yes' }),
    ).toBe('fail');
    expect(outcome(helped, { source: '10.20.1.50:/', superOptions: ['rw'], shares: undefined })).toBe('undetermined');
  });

  it('that is read-only is no way in', () => {
    expect(outcome(helped, { ...otherPort, superOptions: ['ro', 'port=20051'], shares: 'yes' })).toBe('pass');
    expect(outcome(helped, { ...otherPort, readOnly: true, shares: 'yes' })).toBe('pass');
  });
});

describe('runtime-separate', () => {
  const outcome = (mounts: unknown, writes: unknown = { control: 'succeeded' }, changes = {}, storage?: unknown) =>
    judgeFacts(runtimeSeparate, { mounts, writes, storage }, changes).outcome;

  it('asks whether a second file system is encrypted', () => {
    const on = (storage: unknown, mounts: object = facts) => outcome(mounts, undefined, {}, storage);
    expect(on({ FileSystemArn: 'arn:efs2', Encrypted: true })).toBe('pass');
    expect(on({ FileSystemArn: 'arn:efs2', Encrypted: false })).toBe('fail');
    expect(on({ FileSystemArn: 'arn:efs2' })).toBe('fail');
    expect(on(denied)).toBe('undetermined');
    expect(on(denied, { ...facts, shared: 'yes' })).toBe('fail');
  });

  it('passes on two mounts that share nothing', () => {
    expect(outcome(facts)).toBe('pass');
  });
  it.each<[string, object]>([
    ['it is the same mount', { ...facts, seen: [root], workspaceDevice: 66_305, runtimeDevice: 66_305 }],
    [
      'it shares the tree',
      {
        ...facts,
        seen: [root, { ...workspace, type: 'xfs' }, { ...runtime, type: 'xfs', device: '0:45' }],
        runtimeDevice: 45,
      },
    ],
    ['one holds the other', { ...facts, shared: 'yes' }],
  ])('fails when %s', (_, mounts) => {
    expect(outcome(mounts)).toBe('fail');
  });
  it.each<[string, object]>([
    [
      'the other way round',
      { 'soulDocuments.workspace': '/mnt/openclaw/runtime/w', 'soulDocuments.runtime': '/mnt/openclaw/runtime' },
    ],
    [
      'the same path',
      { 'soulDocuments.workspace': '/mnt/openclaw/runtime', 'soulDocuments.runtime': '/mnt/openclaw/runtime' },
    ],
  ])('fails when one path lies in the other: %s', (_, changes) => {
    expect(outcome({ ...facts, seen: [root, runtime], workspaceDevice: 46, shared: 'no' }, undefined, changes)).toBe(
      'fail',
    );
  });
  it('fails when one path lies in the other, though each is a mount of its own', () => {
    const within = (inner: string, outer: string, mounts: Mount[]) =>
      outcome({ ...facts, seen: [root, ...mounts] }, undefined, {
        'soulDocuments.workspace': inner,
        'soulDocuments.runtime': outer,
      });
    const nested = '/mnt/openclaw/runtime/w';
    expect(within(nested, runtime.target, [{ ...workspace, target: nested }, runtime])).toBe('fail');
    const inside = `${workspace.target}/run`;
    expect(within(workspace.target, inside, [workspace, { ...runtime, target: inside }])).toBe('fail');
  });
  it('fails when both lie in one mount', () => {
    const one = { ...facts, seen: [root, { ...workspace, target: '/mnt/openclaw' }], runtimeDevice: 45 };
    expect(outcome(one)).toBe('fail');
  });
  it('takes one NFS mount and a bind of it on another type apart by their device', () => {
    const local = { ...runtime, type: 'xfs', device: '0:45' };
    expect(outcome({ ...facts, seen: [root, workspace, local], runtimeDevice: 45 })).toBe('fail');
    expect(
      outcome({
        ...facts,
        seen: [root, { ...workspace, type: 'xfs' }, { ...runtime, device: '0:45' }],
        runtimeDevice: 45,
      }),
    ).toBe('fail');
  });
  it('is unknown when the mount table does not name the mount of one of them', () => {
    expect(outcome({ ...facts, seen: [workspace] })).toMatch('undetermined');
    expect(outcome({ ...facts, seen: [runtime] })).toMatch('undetermined');
  });
  it('is unknown when it could not be seen whether one holds the other, and nothing else is wrong', () => {
    expect(outcome({ ...facts, shared: 'unclear' })).toBe('undetermined');
    expect(outcome({ ...facts, shared: 'unclear' }, { control: 'erofs' })).toBe('fail');
  });
  it('takes NFS mounts of one device apart by their inodes', () => {
    const one = { ...facts, seen: [root, workspace, { ...runtime, device: '0:45' }], runtimeDevice: 45 };
    expect(outcome(one)).toBe('pass');
    expect(outcome({ ...one, shared: 'yes' })).toBe('fail');
  });
  it('fails when the agent cannot write there, or the paths lie in each other', () => {
    expect(outcome(facts, { control: 'erofs' })).toBe('fail');
    const inside = { 'soulDocuments.runtime': '/mnt/openclaw/workspace/run' };
    expect(outcome({ ...facts, runtimeDevice: 45 }, undefined, inside)).toBe('fail');
  });
  it('is unknown when something could not be seen', () => {
    expect(outcome(denied)).toBe('undetermined');
    expect(outcome(facts, denied)).toBe('undetermined');
    expect(outcome({ ...facts, linked: true })).toBe('undetermined');
    expect(outcome({ ...facts, runtimeDevice: undefined })).toBe('undetermined');
    expect(outcome({ ...facts, runtimeDevice: 47 })).toBe('undetermined');
  });
});
