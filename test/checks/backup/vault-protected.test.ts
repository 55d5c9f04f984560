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
      'a deny of deletion whose policy can be replaced',
      [{ ...unlocked, policy: deny({ Action: 'backup:DeleteRecoveryPoint' }) }],
      [harmless],
      'fail',
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
    ['no vault', [], [harmless], 'undetermined'],
    ['no role', [{ ...unlocked, policy: deny() }], [], 'undetermined'],
  ])('%s', (_, backupVaults, instanceRoles, outcome) => {
    const facts = { recoveryPoints: vaultOf(daily), backupVaults, instanceRoles };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });
});
