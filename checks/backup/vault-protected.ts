import { type Context, knownOf } from '../../src/judging/iam-condition.ts';
import { parsePolicy } from '../../src/judging/iam-document.ts';
import { roleAllows } from '../../src/judging/iam-policy.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { backupVaults } from '../../src/probes/aws/backup-vaults.ts';
import { instanceRoles } from '../../src/probes/aws/instance-roles.ts';
import { recoveryPoints } from '../../src/probes/aws/recovery-points.ts';
import type { RolePolicies } from '../../src/probes/aws/role-policies.ts';

/** What would take points away, and what would take the protection away. */
const onPoints = ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'];
const onVault = [
  'backup:DeleteBackupVaultAccessPolicy',
  'backup:DeleteBackupVaultLockConfiguration',
  'backup:DisassociateRecoveryPoint',
  'backup:PutBackupVaultAccessPolicy',
  'backup:PutBackupVaultLockConfiguration',
];

const everything = parsePolicy('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', '', 'identity');

export default check({
  title: 'A compromised instance cannot erase the backups',
  failureTitle: 'A compromised instance could erase the backups',
  why: 'Whoever takes over the agent can do what its role may do; backups that it may delete are lost with it.',
  trap: 'A policy exists that denies one role only, while that of the instance may delete.',
  remediation:
    'Lock the vault, or deny the deletion of recovery points in its access policy, and take every backup permission from the instance role.',
  needs: { recoveryPoints, backupVaults, instanceRoles },
  judge({ recoveryPoints, backupVaults, instanceRoles }) {
    const findings: Finding<'backupVaults' | 'instanceRoles' | 'recoveryPoints'>[] = [];
    const open: string[] = [];
    if (instanceRoles.length === 0) return undetermined('empty_subject', 'the instances have no role to judge');
    for (const vault of backupVaults) {
      const { BackupVaultArn: subject, EncryptionKeyArn: key, EncryptionKeyType: keyType, Locked, LockDate } = vault;
      const policy = vault.policy === undefined ? undefined : parsePolicy(vault.policy, subject, 'resource');
      const point =
        recoveryPoints.points.find(({ BackupVaultName }) => BackupVaultName === vault.BackupVaultName)
          ?.RecoveryPointArn ?? subject.replace(/:backup-vault:.*$/, ':recovery-point:00000000');
      const requests = [
        ...onPoints.map((action) => ({ action, resource: point })),
        ...onVault.map((action) => ({ action, resource: subject })),
      ];
      const requestsOf = (role: RolePolicies) => {
        const known = knownOf(role);
        const context: Context = (key) => (known[key] === undefined ? undefined : [known[key]]);
        return requests.map((request) => ({ ...request, context }));
      };
      // That the role itself may not replace this policy is judged below, with what else it may.
      const denied = instanceRoles.every((role) =>
        requestsOf(role)
          .filter(({ action }) => action === 'backup:DeleteRecoveryPoint')
          .every((r) => roleAllows({ ...role, policies: [everything], boundary: undefined }, policy, r) === 'no'),
      );
      findings.push(
        {
          fact: 'backupVaults',
          subject,
          expected: 'encrypted with a KMS key',
          observed: key || keyType || 'no key',
          ok: Boolean(key || keyType),
        },
        {
          fact: 'backupVaults',
          subject,
          expected: 'locked, or an access policy that denies deletion to the instance role',
          observed: protectionOf(Locked === true, LockDate, denied),
          ok: Locked === true || denied,
        },
      );
      for (const role of instanceRoles) {
        const allowed = requestsOf(role).map((r) => ({ ...r, tri: roleAllows(role, policy, r) }));
        const may = allowed.filter(({ tri }) => tri === 'yes').map(({ action }) => action);
        open.push(...allowed.filter(({ tri }) => tri === 'maybe').map(({ action }) => action));
        findings.push({
          fact: 'instanceRoles',
          subject: role.arn,
          expected: 'may neither delete recovery points nor take the protection of the vault away',
          observed: may.length > 0 ? `may ${may.join(', ')}` : 'none of these is allowed',
          ok: may.length === 0,
        });
      }
    }
    const plain = recoveryPoints.points.filter(({ IsEncrypted }) => IsEncrypted === false);
    if (plain.length > 0) {
      findings.push({
        fact: 'recoveryPoints',
        subject: plain[0]?.RecoveryPointArn ?? '',
        expected: 'every point encrypted',
        observed: `${plain.length} of ${recoveryPoints.points.length} points are not`,
        ok: false,
      });
    }
    const judgement = judgeAll(findings, { empty: 'there is no backup vault with a point of the file system' });
    if (judgement.outcome !== 'pass' || open.length === 0) return judgement;
    const message = `whether the instance role may ${[...new Set(open)].join(', ')} hangs on conditions that are not known here`;
    return undetermined('conflict', message, judgement.evidence);
  },
});

function protectionOf(locked: boolean, lockDate: Date | undefined, denied: boolean): string {
  const lock = locked ? (lockDate ? 'locked in compliance mode' : 'locked in governance mode') : 'not locked';
  return denied ? `${lock}; deletion is denied` : `${lock}; deletion is not denied`;
}
