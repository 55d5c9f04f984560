import { now } from '../../support/rig.ts';

/** Literal recovery points for tables: `hours` before the run, kept for 45 days, made by a plan. */
export const fileSystem = {
  FileSystemId: 'fs-01',
  FileSystemArn: 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-01',
  CreationTime: new Date('2026-01-05T08:00:00Z'),
  Tags: [{ Key: 'backup', Value: 'daily' }],
};

export const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

export function point(hours: number, changes: object = {}) {
  return {
    RecoveryPointArn: `arn:point:${hours}`,
    BackupVaultName: 'openclaw-prod',
    Status: 'COMPLETED',
    CreationDate: hoursAgo(hours),
    CreatedBy: { BackupPlanId: 'plan' },
    Lifecycle: { DeleteAfterDays: 45 },
    CalculatedLifecycle: { DeleteAt: hoursAgo(hours - 45 * 24) },
    ...changes,
  };
}

/** A point a day, the newest three hours old. */
export const daily = Array.from({ length: 20 }, (_, day) => point(3 + 24 * day));

export const vaultOf = (points: readonly object[]) => ({ vaults: ['openclaw-prod'], points });

export function plan(rule: object = {}, selection: object = { Resources: [fileSystem.FileSystemArn] }) {
  const daily = { RuleName: 'daily', TargetBackupVaultName: 'openclaw-prod', Lifecycle: { DeleteAfterDays: 45 } };
  return {
    id: 'plan',
    arn: 'arn:plan',
    rules: [{ ...daily, ScheduleExpression: 'cron(0 3 ? * * *)', ...rule }],
    selections: [{ SelectionName: 's', IamRoleArn: 'arn:role', ...selection }],
  };
}

/** A restore job that took four hours. */
export const job = {
  RestoreJobId: 'job',
  Status: 'COMPLETED',
  CreationDate: hoursAgo(50),
  CompletionDate: hoursAgo(46),
  CreatedResourceArn: fileSystem.FileSystemArn.replace('fs-01', 'fs-02'),
};
