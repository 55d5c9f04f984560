import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/storage-encrypted.ts';
import { judgeFacts } from '../../support/judge.ts';

const template = (...disks: object[]) => [
  { subject: 'lt-1 version 1', next: true, data: { BlockDeviceMappings: disks } },
];
const disk = (Encrypted?: boolean, more: object = {}) => ({ DeviceName: '/dev/xvda', Ebs: { Encrypted, ...more } });
const snapshot = (encrypted: boolean) => [{ id: 'snap-1', on: 'lt-1 version 1', encrypted }];
const good = {
  instances: [{ InstanceId: 'i-1', RootDeviceName: '/dev/xvda' }],
  volumes: [{ id: 'vol-1', on: 'i-1', encrypted: true }],
  launchVersions: template(disk(true)),
  imageSnapshots: [] as object[],
  templateSnapshots: [] as object[],
  fileSystem: { FileSystemArn: 'arn:efs', Encrypted: true as boolean | undefined },
  defaultEncryption: false,
};

describe('infrastructure/storage-encrypted', () => {
  it.each<[string, object, string]>([
    ['everything encrypted by name', {}, 'pass'],
    ['a volume is not', { volumes: [...good.volumes, { id: 'vol-2', on: 'i-1', encrypted: false }] }, 'fail'],
    [
      'a volume is not, and the default is on',
      { volumes: [{ id: 'vol-1', on: 'i-1', encrypted: false }], defaultEncryption: true },
      'fail',
    ],
    ['no volume', { volumes: [] }, 'undetermined'],
    ['no template', { launchVersions: [] }, 'undetermined'],
    ['the template leaves it open', { launchVersions: template(disk()) }, 'fail'],
    ['the template leaves it to the default', { launchVersions: template(disk()), defaultEncryption: true }, 'pass'],
    ['the template turns it off', { launchVersions: template(disk(false)), defaultEncryption: true }, 'fail'],
    ['the template names no device', { launchVersions: template() }, 'fail'],
    [
      'the template names no device and the default is on',
      { launchVersions: template(), defaultEncryption: true },
      'pass',
    ],
    [
      'the template names another device',
      { launchVersions: template({ ...disk(true), DeviceName: '/dev/sdb' }) },
      'fail',
    ],
    [
      'a second device is open',
      { launchVersions: template(disk(true), { ...disk(), DeviceName: '/dev/sdb' }) },
      'fail',
    ],
    [
      'a device that is left out',
      { launchVersions: template(disk(true), { DeviceName: '/dev/sdb', NoDevice: '' }) },
      'pass',
    ],
    [
      'a device that is left out, with settings',
      { launchVersions: template(disk(true), { ...disk(false), DeviceName: '/dev/sdb', NoDevice: '' }) },
      'pass',
    ],
    [
      'a disk of the machine itself',
      { launchVersions: template(disk(true), { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' }) },
      'pass',
    ],
    [
      'another root device, which the template does not name',
      { instances: [...good.instances, { InstanceId: 'i-2', RootDeviceName: '/dev/sda1' }] },
      'fail',
    ],
    [
      'an instance that says nothing of its root device',
      { instances: [...good.instances, { InstanceId: 'i-2' }] },
      'pass',
    ],
    [
      'an encrypted snapshot, but of another device',
      { launchVersions: template(disk(undefined, { SnapshotId: 'snap-2' })), templateSnapshots: snapshot(true) },
      'fail',
    ],
    ['the root device is not known', { instances: [{ InstanceId: 'i-1' }] }, 'fail'],
    [
      'an encrypted snapshot makes an encrypted volume',
      { launchVersions: template(disk(undefined, { SnapshotId: 'snap-1' })), templateSnapshots: snapshot(true) },
      'pass',
    ],
    [
      'a snapshot that is not encrypted',
      { launchVersions: template(disk(true, { SnapshotId: 'snap-1' })), templateSnapshots: snapshot(false) },
      'fail',
    ],
    ...[true, false].map((encrypted): [string, object, string] => [
      `an image whose snapshot is ${encrypted ? '' : 'not '}encrypted, and no default`,
      {
        launchVersions: template(),
        defaultEncryption: false,
        imageSnapshots: [{ id: 'snap-2', on: template()[0]?.subject, encrypted }],
      },
      encrypted ? 'pass' : 'fail',
    ]),
    [
      'the snapshot of another image',
      {
        launchVersions: template(),
        defaultEncryption: false,
        imageSnapshots: [{ id: 'snap-2', on: 'lt-other', encrypted: true }],
      },
      'fail',
    ],
    ['the file system is not', { fileSystem: { FileSystemArn: 'arn:efs', Encrypted: false } }, 'fail'],
    ['the file system does not say', { fileSystem: { FileSystemArn: 'arn:efs', Encrypted: undefined } }, 'fail'],
    [
      'a version that only an instance uses',
      { launchVersions: [...good.launchVersions, { ...template(disk(false))[0], next: false }] },
      'pass',
    ],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(check, { ...good, ...change }).outcome).toBe(outcome);
  });
});
