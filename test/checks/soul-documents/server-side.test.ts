import { describe, expect, it } from 'vitest';
import encryptedInTransit from '../../../checks/soul-documents/encrypted-in-transit.ts';
import serverSideReadOnly from '../../../checks/soul-documents/server-side-read-only.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';

const arn = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1';
const role = 'arn:aws:iam::123456789012:role/app';
const point = (id: string, path: string) => ({ id, path, arn: `arn:aws:elasticfilesystem:::access-point/${id}` });
const workspace = point('fsap-0a1b2c3d4e5f60001', '/workspace');
const runtime = point('fsap-2', '/runtime');
const client = (...names: string[]) => names.map((name) => `elasticfilesystem:Client${name}`);
const through = (p: { arn: string }) => ({ StringEquals: { 'elasticfilesystem:AccessPointArn': p.arn } });
const allow = (Action: string[], Condition: object = {}, Principal: unknown = { AWS: role }) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: arn,
  Condition,
});
const tlsOnly = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: '*',
  Resource: arn,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const good = [tlsOnly, allow(client('Mount'), through(workspace)), allow(client('Mount', 'Write'), through(runtime))];
const identity = (...Statement: object[]) => parsePolicy(JSON.stringify({ Statement }), 'inline', 'identity');
const facts = (statements: object[] | undefined, more: object = {}) => ({
  fileSystem: { FileSystemArn: arn },
  fileSystemPolicy: {
    policy: statements && parsePolicy(JSON.stringify({ Statement: statements }), arn, 'resource'),
  },
  accessPoints: [workspace, runtime],
  instanceRoles: [{ arn: role, name: 'app', account: '123456789012', policies: [] as unknown[] }],
  instanceSimulation: [] as unknown[],
  ...more,
});
const withPolicy = (...statements: object[]) => ({
  instanceRoles: [{ arn: role, name: 'app', account: '123456789012', policies: [identity(...statements)] }],
});

describe('soul-documents/server-side-read-only', () => {
  const judge = (statements?: object[], more: object = {}, environment = {}) =>
    judgeFacts(serverSideReadOnly, facts(statements, more), environment).outcome;
  const writes = { Effect: 'Allow', Action: 'elasticfilesystem:ClientWrite', Resource: '*' };

  it('hears the simulation of each role', () => {
    const other = `${role}-2`;
    const roles = [role, other].map((arn) => ({ arn, name: 'app', account: '123456789012', policies: [] }));
    const heard = (allowed: string[]) => ({
      instanceRoles: roles,
      instanceSimulation: [
        { role, allowed: [] },
        { role: other, allowed },
      ],
    });
    expect([judge(good, heard([])), judge(good, heard(['iam:PassRole']))]).toEqual(['pass', 'undetermined']);
  });

  it.each([
    ['mount through the workspace, write through the runtime', good, {}, 'pass'],
    ['no policy at all', undefined, {}, 'fail'],
    ['write through the workspace', [...good, allow(client('Write'), through(workspace))], {}, 'fail'],
    ['root access through the workspace', [...good, allow(client('RootAccess'), through(workspace))], {}, 'fail'],
    ['write anywhere', [...good, allow(client('Write'))], {}, 'fail'],
    ['every client may write', [...good, allow(client('Write'), {}, '*')], {}, 'fail'],
    [
      'every client may write, as the console proposes',
      [...good, allow(client('Write'), { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } }, { AWS: '*' })],
      {},
      'fail',
    ],
    [
      'every client may write, the role may not: it only has to leave its signature out',
      [...good, allow(client('Write'), {}, '*'), { ...allow(client('Write')), Effect: 'Deny' }],
      {},
      'fail',
    ],
    ['a policy of the role allows it', good, withPolicy(writes), 'fail'],
    [
      'write anywhere, and the simulation allows more than is seen',
      [...good, allow(client('Write'))],
      { instanceSimulation: [{ role, allowed: ['iam:PassRole'] }] },
      'fail',
    ],
    [
      'the simulation allows more than is seen',
      good,
      { instanceSimulation: [{ role, allowed: ['iam:PassRole'] }] },
      'undetermined',
    ],
    ['write anywhere, and nobody may mount', [tlsOnly, allow(client('Write'))], {}, 'fail'],
    [
      'a policy of the role allows it, the file system denies it but through the runtime',
      [
        ...good,
        {
          ...allow(client('Write', 'RootAccess')),
          Effect: 'Deny',
          Condition: { StringNotEquals: { 'elasticfilesystem:AccessPointArn': runtime.arn } },
        },
      ],
      withPolicy(writes),
      'pass',
    ],
    [
      'a deny under a condition that is not known is none',
      [
        ...good,
        { ...allow(client('Write')), Effect: 'Deny', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      ],
      withPolicy(writes),
      'fail',
    ],
    ['runtime above the workspace', good, { accessPoints: [workspace, point('fsap-2', '/')] }, 'fail'],
    ['runtime within the workspace', good, { accessPoints: [workspace, point('fsap-2', '/workspace/run/')] }, 'fail'],
    [
      'runtime beside it, with a like name',
      good,
      { accessPoints: [workspace, point('fsap-2', '/workspace2')] },
      'pass',
    ],
    [
      'one of two roles',
      good,
      {
        instanceRoles: [
          { arn: `${role}2`, account: '123456789012', policies: [identity(writes)] },
          { arn: role, account: '123456789012', policies: [] },
        ],
      },
      'fail',
    ],
    ['nobody may mount', [tlsOnly], {}, 'undetermined'],
    ['the access point is not there', good, { accessPoints: [runtime] }, 'undetermined'],
    ['no role', good, { instanceRoles: [] }, 'undetermined'],
  ])('%s', (_, statements, more, outcome) => {
    expect(judge(statements as object[] | undefined, more)).toBe(outcome);
  });

  it('cannot tell which access point is the workspace, unless none may be written to', () => {
    const unnamed = { 'soulDocuments.workspaceAccessPoint': undefined };
    expect(judge(good, {}, unnamed)).toBe('undetermined');
    expect(judge(good.slice(0, 2), {}, unnamed)).toBe('pass');
    expect(judge([...good, allow(client('Write'))], {}, unnamed)).toBe('fail');
  });
});

describe('soul-documents/encrypted-in-transit', () => {
  const judge = (statements?: object[], more: object = {}) =>
    judgeFacts(encryptedInTransit, facts(statements, more)).outcome;
  const overTls = { Bool: { 'aws:SecureTransport': 'true' } };

  it.each([
    ['a deny without TLS', good, 'pass'],
    ['no policy', undefined, 'fail'],
    ['no deny', good.slice(1), 'fail'],
    ['a deny for one role only', [{ ...tlsOnly, Principal: { AWS: `${role}2` } }, ...good.slice(1)], 'fail'],
    ['a deny of writing only', [{ ...tlsOnly, Action: client('Write') }, ...good.slice(1)], 'fail'],
    ['a deny of TLS', [{ ...tlsOnly, Condition: overTls }, ...good.slice(1)], 'fail'],
    [
      'a deny through one access point only',
      [{ ...tlsOnly, Condition: { ...tlsOnly.Condition, ...through(workspace) } }, ...good.slice(1)],
      'fail',
    ],
    [
      'a deny that needs the key to be there',
      [{ ...tlsOnly, Condition: { BoolIfExists: { 'aws:SecureTransport': 'false' } } }, ...good.slice(1)],
      'pass',
    ],
    ['grants over TLS only', [allow(client('Mount'), { ...overTls, ...through(workspace) })], 'pass'],
    ['nobody is let in', [tlsOnly], 'undetermined'],
  ])('%s', (_, statements, outcome) => {
    expect(judge(statements as object[] | undefined)).toBe(outcome);
  });

  it('fails where a policy of the role lets it in without TLS', () => {
    const mount = { Effect: 'Allow', Action: 'elasticfilesystem:*', Resource: '*' };
    const signedOnly = [allow(client('Mount'), overTls)];
    expect(judge(signedOnly)).toBe('pass');
    expect(judge(signedOnly, withPolicy(mount))).toBe('fail');
  });
});
