import { describe, expect, it } from 'vitest';
import {
  deviceNumber,
  efsSource,
  isReadOnly,
  type Mount,
  mountOf,
  mountsBelow,
  overlaps,
  parseMount,
} from '../../src/judging/mounts.ts';

const line = (target: string, options: string, more = {}) => {
  const {
    id = 40,
    device = '0:45',
    root = '/',
    type = 'nfs4',
    source = '127.0.0.1:/',
    sup = `${options},port=20049`,
  } = more as Record<string, string>;
  return `${id} 28 ${device} ${root} ${target} ${options},relatime shared:5 - ${type} ${source} ${sup}`;
};
const mount = (...parts: Parameters<typeof line>): Mount => {
  const parsed = parseMount(line(...parts));
  if (!parsed) throw new Error('not parsed');
  return parsed;
};

describe('a line of mountinfo', () => {
  it('is read with and without optional fields, and with escapes', () => {
    expect(mount('/mnt/a\\040b', 'ro')).toMatchObject({ id: 40, target: '/mnt/a b', readOnly: true, type: 'nfs4' });
    expect(parseMount('1 2 0:3 / / rw - tmpfs x rw')).toMatchObject({ target: '/', readOnly: false });
  });
  it.each([
    '',
    'x',
    '1 2 0:3 / /mnt rw shared:1',
    'a 2 0:3 / / rw - t s rw',
    '1 2 03 / / rw - t s rw',
    '1 2 0:3 / / rw - t s',
  ])('is refused: %s', (text) => {
    expect(parseMount(text)).toBeUndefined();
  });
  it('is read-only where mount and file system are', () => {
    expect(isReadOnly(mount('/m', 'ro'))).toBe(true);
    expect(isReadOnly(mount('/m', 'ro', { sup: 'rw,port=1' }))).toBe(false);
    expect(isReadOnly(mount('/m', 'rw', { sup: 'ro' }))).toBe(false);
  });
});

describe('the mount of a path', () => {
  const root = mount('/', 'rw', { id: '1' });
  const outer = mount('/mnt', 'rw', { id: '2' });
  const under = mount('/mnt/w', 'ro', { id: '3' });
  const over = mount('/mnt/w', 'rw', { id: '4' });
  it('is the longest above it, and the last that was mounted there', () => {
    expect(mountOf([root, outer, under], '/mnt/w')?.id).toBe(3);
    expect(mountOf([root, outer, under, over], '/mnt/w')?.id).toBe(4);
    expect(mountOf([root, outer, under], '/mnt/workspace')?.id).toBe(2);
    expect(mountOf([], '/mnt')).toBeUndefined();
  });
  it('is told from mounts inside it', () => {
    const file = mount('/mnt/w/SOUL.md', 'rw');
    expect(mountsBelow([root, outer, under, file, mount('/mnt/w2', 'rw')], '/mnt/w')).toEqual([file]);
  });
});

it.each([
  ['/', '/', '0:45', true],
  ['/workspace', '/', '0:45', true],
  ['/workspace', '/workspace/skills', '0:45', true],
  ['/workspace', '/runtime', '0:45', false],
  ['/workspace', '/workspace2', '0:45', false],
  ['/', '/', '0:46', false],
])('%s and %s of device %s share a tree: %s', (a, b, device, expected) => {
  expect(overlaps(mount('/a', 'ro', { root: a }), mount('/b', 'rw', { root: b, device }))).toBe(expected);
});

it.each([
  ['0:45', 45],
  ['259:1', 66_305],
  ['0:256', 1_048_576],
])('device %s is number %s', (device, number) => {
  expect(deviceNumber(device)).toBe(number);
});

it.each([
  ['fs-0a1b2c3d.efs.eu-west-1.amazonaws.com:/workspace', 'nfs4', { kind: 'name', fileSystem: 'fs-0a1b2c3d' }],
  ['eu-west-1a.fs-0a1b2c3d.efs.eu-west-1.amazonaws.com:/', 'nfs4', { kind: 'name', fileSystem: 'fs-0a1b2c3d' }],
  ['127.0.0.1:/', 'nfs4', { kind: 'helper', port: 20_049 }],
  ['10.0.0.5:/', 'nfs4', { kind: 'address' }],
  ['fs-0a1b2c3d.efs.eu-west-1.amazonaws.com.evil.example:/', 'nfs4', { kind: 'address' }],
  ['fs-0a1b2c3d.efs.eu-west-1.amazonaws.com:/workspace', 'tmpfs', undefined],
  ['nonsense', 'nfs4', undefined],
])('%s of type %s', (source, type, expected) => {
  const found = efsSource(mount('/m', 'ro', { source, type }));
  if (expected) expect(found).toMatchObject(expected);
  else expect(found).toBeUndefined();
});
