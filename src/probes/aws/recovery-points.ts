import type { RecoveryPointByBackupVault } from '@aws-sdk/client-backup';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { fileSystem } from './file-system.ts';

/** A recovery point of the configured file system, in whatever state. */
export type RecoveryPoint = RecoveryPointByBackupVault & {
  readonly RecoveryPointArn: string;
  readonly BackupVaultName: string;
  readonly Status: NonNullable<RecoveryPointByBackupVault['Status']>;
  readonly CreationDate: Date;
};

export interface RecoveryPoints {
  /** The configured vault, or else each that holds a point of the file system. */
  readonly vaults: readonly string[];
  /** Newest first; without parents, which hold no data of their own. */
  readonly points: readonly RecoveryPoint[];
}

/** The recovery points of the configured file system in its vault, with who made them and how long they are kept. */
export const recoveryPoints = awsProbe({
  id: 'aws/recovery-points',
  needs: { fileSystem },
  async gather(aws, { fileSystem }, { environment }): Promise<RecoveryPoints> {
    const arn = fileSystem.FileSystemArn;
    const { vault } = environment.backup;
    const vaults = vault ? [vault] : await vaultsOf(aws, arn);
    const lists = await Promise.all(
      vaults.map(async (BackupVaultName) => {
        const { RecoveryPoints } = await aws.read('backup:ListRecoveryPointsByBackupVault', {
          BackupVaultName,
          ByResourceArn: arn,
        });
        return (RecoveryPoints ?? []).map((point) => complete(point, BackupVaultName));
      }),
    );
    const points = lists
      .flat()
      .filter(({ ResourceArn, IsParent }) => ResourceArn === arn && !IsParent)
      .sort((a, b) => b.CreationDate.getTime() - a.CreationDate.getTime());
    return { vaults, points };
  },
});

async function vaultsOf(aws: AwsPort, ResourceArn: string): Promise<readonly string[]> {
  const { RecoveryPoints } = await aws.read('backup:ListRecoveryPointsByResource', { ResourceArn });
  const names = (RecoveryPoints ?? []).map(({ BackupVaultName }) => {
    if (!BackupVaultName) throw new ProbeError('bad_response', 'a recovery point was listed without its vault');
    return BackupVaultName;
  });
  return [...new Set(names)].sort();
}

function complete(point: RecoveryPointByBackupVault, vault: string): RecoveryPoint {
  const { RecoveryPointArn, ResourceArn, BackupVaultName, Status, CreationDate } = point;
  if (!RecoveryPointArn || !ResourceArn || BackupVaultName !== vault || !Status || !CreationDate) {
    throw new ProbeError('bad_response', 'a recovery point was listed without its resource, vault, status or date');
  }
  return { ...point, RecoveryPointArn, BackupVaultName, Status, CreationDate };
}
