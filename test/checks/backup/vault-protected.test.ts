import { describe, expect, it } from 'vitest';
import check from '../../../checks/backup/vault-protected.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';
import { daily, vaultOf } from './points.ts';

const arn = 'arn:aws:iam::123456789012:role/openclaw-prod';
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const deny = (more: object = {}) =>
  document({ Effect: 'Deny', Principal: '*', Action: 'backup:*', Resource: '*', ...more });
const role = (...Statement: object[]) => ({
  name: 'openclaw-prod',
  arn,
  account: '123456789012',
  policies: [parsePolicy(document(...Statement), 'inline', 'identity')],
  boundary: undefined,
});
const harmless = role({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
const eraser = role({ Effect: 'Allow', Action: 'backup:Delete*', Resource: '*' });
const vault = {
  BackupVaultName: 'openclaw-prod',
  BackupVaultArn: 'arn:aws:backup:eu-west-1:123456789012:backup-vault:openclaw-prod',
  EncryptionKeyArn: 'arn:key',
  Locked: true,
  policy: undefined as string | undefined,
};
const unlocked = { ...vault, Locked: false };

const other = { ...harmless, name: 'other', arn: `${arn}-other` };
const conditional = role({
  Effect: 'Allow',
  Action: 'backup:*',
  Resource: '*',
  Condition: { Bool: { 'aws:x': 'true' } },
});

describe('backup/vault-protected', () => {
  it.each([
    ['locked, harmless role', [vault], [harmless], 'pass'],
    ['a deny for everyone', [{ ...unlocked, policy: deny() }], [harmless], 'pass'],
    ['a deny that wins over the permission', [{ ...unlocked, policy: deny() }], [eraser], 'pass'],
    ['neither lock nor policy', [unlocked], [harmless], 'fail'],
    ['whether it is locked is not said', [{ ...vault, Locked: undefined }], [harmless], 'fail'],
    ['no key', [{ ...vault, EncryptionKeyArn: undefined }], [harmless], 'fail'],
    ['locked, but the role may delete', [vault], [eraser], 'fail'],
    [
      'a deny for another role',
      [{ ...unlocked, policy: deny({ Principal: { AWS: 'arn:aws:iam::123456789012:role/x' } }) }],
      [harmless],
      'fail',
    ],
    [
      'a deny under a condition',
      [{ ...unlocked, policy: deny({ Condition: { StringEquals: { 'aws:x': 'y' } } }) }],
      [harmless],
      'fail',
    ],
    [
      'a deny for all but another role',
      [{ ...unlocked, policy: deny({ Condition: { ArnNotLike: { 'aws:PrincipalArn': `${arn}-admin` } } }) }],
      [harmless],
      'pass',
    ],
    [
      'a deny for all but the roles of the deployment',
      [{ ...unlocked, policy: deny({ Condition: { ArnNotLike: { 'aws:PrincipalArn': `${arn}*` } } }) }],
      [harmless],
      'fail',
    ],
    [
      'a deny of deletion to everyone, and a role that may not replace it',
      [
        {
          ...unlocked,
          policy: deny({ Action: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'] }),
        },
      ],
      [harmless],
      'pass',
    ],
    [
      'a deny of deletion that the role may replace',
      [{ ...unlocked, policy: deny({ Action: 'backup:DeleteRecoveryPoint' }) }],
      [role({ Effect: 'Allow', Action: 'backup:PutBackupVaultAccessPolicy', Resource: '*' })],
      'fail',
    ],
    [
      'a deny of something else',
      [{ ...unlocked, policy: deny({ Action: 'backup:StartCopyJob' }) }],
      [harmless],
      'fail',
    ],
    [
      'a deny for all but one who breaks the glass',
      [{ ...unlocked, policy: deny({ Condition: { StringNotLike: { 'aws:userId': ['AROABREAKGLASS:*'] } } }) }],
      [{ ...harmless, id: 'AROAOPENCLAWPROD' }],
      'pass',
    ],
    [
      'a deny for all but the role of the instances',
      [{ ...unlocked, policy: deny({ Condition: { StringNotLike: { 'aws:userId': ['AROAOPENCLAWPROD:*'] } } }) }],
      [{ ...harmless, id: 'AROAOPENCLAWPROD' }],
      'fail',
    ],
    [
      'a key of AWS',
      [{ ...vault, EncryptionKeyArn: undefined, EncryptionKeyType: 'AWS_OWNED_KMS_KEY' }],
      [harmless],
      'pass',
    ],
    [
      'a grant in the policy of the vault',
      [{ ...vault, policy: document({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'backup:*', Resource: '*' }) }],
      [harmless],
      'fail',
    ],
    ['one of two vaults is open', [vault, unlocked], [harmless], 'fail'],
    ['one of two roles may delete', [vault], [harmless, eraser], 'fail'],
    [
      'a permission under a condition',
      [vault],
      [role({ Effect: 'Allow', Action: 'backup:*', Resource: '*', Condition: { Bool: { 'aws:x': 'true' } } })],
      'undetermined',
    ],
    ['an empty key', [{ ...vault, EncryptionKeyArn: '' }], [harmless], 'fail'],
    ['a failure beside a condition', [{ ...vault, EncryptionKeyArn: '' }], [conditional], 'fail'],
    [
      'a deny for one of two roles',
      [{ ...unlocked, policy: deny({ Principal: { AWS: arn } }) }],
      [harmless, other],
      'fail',
    ],
    [
      'a deny for all but deletion',
      [{ ...unlocked, policy: deny({ Action: undefined, NotAction: 'backup:DeleteRecoveryPoint' }) }],
      [harmless],
      'fail',
    ],
    ['no vault', [], [harmless], 'undetermined'],
    ['no role', [{ ...unlocked, policy: deny() }], [], 'undetermined'],
  ])('%s', (_, backupVaults, instanceRoles, outcome) => {
    const facts = { recoveryPoints: vaultOf(daily), backupVaults, instanceRoles };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  const judge = (Action: string, Resource: string, points: readonly object[] = daily) => {
    const facts = { recoveryPoints: vaultOf(points), backupVaults: [vault] };
    return judgeFacts(check, { ...facts, instanceRoles: [role({ Effect: 'Allow', Action, Resource })] }).outcome;
  };

  it.each([
    'DeleteBackupVaultAccessPolicy',
    'DeleteBackupVaultLockConfiguration',
    'DisassociateRecoveryPoint',
    'PutBackupVaultAccessPolicy',
    'PutBackupVaultLockConfiguration',
  ])('fails where the role may %s on the vault', (action) => {
    expect(judge(`backup:${action}`, vault.BackupVaultArn)).toBe('fail');
    expect(judge(`backup:${action}`, `${vault.BackupVaultArn}-of-another`)).toBe('pass');
  });

  it.each(['DeleteRecoveryPoint', 'UpdateRecoveryPointLifecycle'])('fails where the role may %s', (action) => {
    // A point of another vault is another resource, whatever stands first in the list.
    const points = [{ ...daily[0], BackupVaultName: 'another', RecoveryPointArn: 'arn:point:other' }, ...daily];
    expect(judge(`backup:${action}`, 'arn:point:3', points)).toBe('fail');
    expect(judge(`backup:${action}`, 'arn:point:other', points)).toBe('pass');
    // Without a point yet, one that would be.
    const anyPoint = 'arn:aws:backup:eu-west-1:123456789012:recovery-point:*';
    expect(judge(`backup:${action}`, anyPoint, [])).toBe('fail');
    expect(judge(`backup:${action}`, anyPoint.replace('eu-west-1', 'eu-west-2'), [])).toBe('pass');
  });

  it('takes a permission under a condition, on nothing else, for no permission and for no answer', () => {
    const facts = { recoveryPoints: vaultOf(daily), backupVaults: [vault], instanceRoles: [conditional] };
    expect(judgeFacts(check, facts)).toMatchObject({ outcome: 'undetermined', reason: 'conflict' });
  });
});
