import type { Remedy } from './remedy.ts';

/** Of the area `backup`, by name of the check. */
export const backup: Readonly<Record<string, Remedy>> = {
  'daily-plan-covers-efs': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'selection-missing' },
    when: 'the plan selects nothing',
    commands: [
      'aws backup create-backup-selection --backup-plan-id "$PLAN" --backup-selection "SelectionName=openclaw-workspace,IamRoleArn=$BACKUP_ROLE_ARN,Resources=$FILE_SYSTEM_ARN"',
    ],
    console: 'AWS Backup, Backup plans, the plan, Resource assignments, Assign resources',
    terraform: 'aws_backup_selection.workspace',
  },
  'recent-recovery-point': {
    place: 'aws',
    tried: { lab: 'none', why: 'a day that was missed cannot be made good' },
    when: 'today has no recovery point (days that were missed stay missed)',
    commands: [
      'aws backup start-backup-job --backup-vault-name "$VAULT" --resource-arn "$FILE_SYSTEM_ARN" --iam-role-arn "$BACKUP_ROLE_ARN" --lifecycle DeleteAfterDays=35',
    ],
    console: 'AWS Backup, Protected resources, Create on-demand backup',
    terraform: 'aws_backup_plan.daily',
  },
  retention: {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'retention-one-week' },
    when: 'the only rule of the plan keeps too short',
    commands: [
      `aws backup update-backup-plan --backup-plan-id "$PLAN" --backup-plan '{"BackupPlanName":"openclaw-daily","Rules":[{"RuleName":"daily","TargetBackupVaultName":"'"$VAULT"'","ScheduleExpression":"cron(0 3 * * ? *)","StartWindowMinutes":60,"CompletionWindowMinutes":180,"Lifecycle":{"DeleteAfterDays":35}}]}'`,
    ],
    console: 'AWS Backup, Backup plans, the plan, Backup rules, the rule, Edit, Total retention period',
    terraform: 'aws_backup_plan.daily',
  },
  'vault-protected': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'vault-unlocked' },
    when: 'nothing denies the deletion of recovery points',
    commands: [
      `aws backup put-backup-vault-access-policy --backup-vault-name "$VAULT" --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Resource":"*","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle"]},{"Effect":"Deny","Principal":{"AWS":"'"$ROLE_ARN"'"},"Resource":"*","Action":["backup:PutBackupVaultAccessPolicy","backup:DeleteBackupVaultAccessPolicy"]}]}'`,
    ],
    console: 'AWS Backup, Vaults, the vault, Access policy, Edit',
    terraform: 'aws_backup_vault_policy.main',
  },
  'restore-test-exists': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'restore-missing' },
    when: 'no point of the file system was restored lately (this makes a new file system, to be deleted afterwards)',
    commands: [
      'aws backup start-restore-job --recovery-point-arn "$RECOVERY_POINT_ARN" --iam-role-arn "$BACKUP_ROLE_ARN" --resource-type EFS --metadata "file-system-id=$FILE_SYSTEM,newFileSystem=true,Encrypted=true,PerformanceMode=generalPurpose,CreationToken=restore-test-$(date +%s)"',
    ],
    console: 'AWS Backup, Vaults, the vault, the recovery point, Actions, Restore, Restore to a new file system',
    terraform: 'aws_backup_restore_testing_selection.workspace',
  },
  'restore-matches-source': {
    place: 'clawcheck',
    tried: { lab: 'drill' },
    when: 'no restored file was compared (this makes a new file system, and deletes it)',
    commands: [
      'clawcheck drill run restore --env "$ENVIRONMENT" --confirm "$ENVIRONMENT" --delete-restored --output drills/restore.json',
    ],
    terraform: 'aws_backup_restore_testing_plan.monthly',
  },
  'rto-rpo': {
    place: 'environment',
    tried: { lab: 'embedded', flaw: 'restore-too-slow' },
    when: 'a restore takes longer than the objective, and who owns it agrees to a longer one (a gap between points ends by itself, with the days that are looked at)',
    commands: ['backup:', '  rtoMinutes: 480'],
  },
  'recovery-runbook': {
    place: 'clawcheck',
    tried: { lab: 'embedded', flaw: 'runbook-not-executed' },
    when: 'nobody but its author has executed the runbook (do it first)',
    commands: [
      'clawcheck attest backup/recovery-runbook --env "$ENVIRONMENT" --by "$NAME" --expires "$DATE" --statement "I restored the deployment by the runbook alone" --evidence "$TICKET" --write',
    ],
  },
};
