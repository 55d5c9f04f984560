import type { DescribeBackupVaultOutput } from '@aws-sdk/client-backup';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { recoveryPoints } from './recovery-points.ts';

export type BackupVault = Omit<DescribeBackupVaultOutput, '$metadata'> & {
  readonly BackupVaultName: string;
  readonly BackupVaultArn: string;
  /** The access policy as AWS gives it (JSON text); undefined when the vault has none. */
  readonly policy: string | undefined;
};

/** The vaults of the recovery points (or the configured one), each with its lock and its access policy. */
export const backupVaults = awsProbe({
  id: 'aws/backup-vaults',
  needs: { recoveryPoints },
  async gather(aws, { recoveryPoints }): Promise<readonly BackupVault[]> {
    return Promise.all(
      recoveryPoints.vaults.map(async (BackupVaultName) => {
        const [vault, access] = await Promise.all([
          aws.read('backup:DescribeBackupVault', { BackupVaultName }),
          aws.find('backup:GetBackupVaultAccessPolicy', { BackupVaultName }),
        ]);
        const { BackupVaultArn } = vault;
        if (!BackupVaultArn || vault.BackupVaultName !== BackupVaultName) {
          throw new ProbeError('bad_response', 'a backup vault was described without its name or ARN');
        }
        if (BackupVaultArn.split(':')[4] !== aws.account || BackupVaultArn.split(':')[3] !== aws.region) {
          throw new ProbeError('wrong_subject', 'the backup vault belongs to another account or region');
        }
        if (access && (access.Policy === undefined || access.BackupVaultArn !== BackupVaultArn)) {
          throw new ProbeError('bad_response', 'the access policy of another vault was answered, or none at all');
        }
        return { ...vault, BackupVaultName, BackupVaultArn, policy: access?.Policy };
      }),
    );
  },
});
