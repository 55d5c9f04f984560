import type { BackupRule, BackupSelection } from '@aws-sdk/client-backup';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';

export interface BackupPlanFact {
  readonly id: string;
  readonly arn: string;
  readonly rules: readonly BackupRule[];
  readonly selections: readonly BackupSelection[];
}

/** Every backup plan that has a rule into the configured vault (into any, where none is configured). */
export const backupPlans = awsProbe({
  id: 'aws/backup-plans',
  async gather(aws, _facts, { environment }): Promise<readonly BackupPlanFact[]> {
    const { vault } = environment.backup;
    const { BackupPlansList } = await aws.read('backup:ListBackupPlans', {});
    const plans = (BackupPlansList ?? []).map(async ({ BackupPlanId, BackupPlanArn }) => {
      if (!BackupPlanId || !BackupPlanArn) throw new ProbeError('bad_response', 'a backup plan was listed without id');
      if (BackupPlanArn.split(':')[4] !== aws.account) {
        throw new ProbeError('wrong_subject', 'a backup plan of another account was listed');
      }
      const plan = await aws.find('backup:GetBackupPlan', { BackupPlanId });
      // Deleted between the two calls, or by the time of this answer.
      if (!plan || plan.DeletionDate) return [];
      const rules = plan.BackupPlan?.Rules;
      if (!rules) throw new ProbeError('bad_response', 'a backup plan was described without its rules');
      if (vault && !rules.some(({ TargetBackupVaultName }) => TargetBackupVaultName === vault)) return [];
      return [{ id: BackupPlanId, arn: BackupPlanArn, rules, selections: await selectionsOf(aws, BackupPlanId) }];
    });
    return (await Promise.all(plans)).flat();
  },
});

async function selectionsOf(aws: AwsPort, BackupPlanId: string): Promise<readonly BackupSelection[]> {
  const { BackupSelectionsList } = await aws.read('backup:ListBackupSelections', { BackupPlanId });
  const selections = (BackupSelectionsList ?? []).map(async ({ SelectionId }) => {
    if (!SelectionId) throw new ProbeError('bad_response', 'a backup selection was listed without its id');
    const { BackupSelection } = await aws.read('backup:GetBackupSelection', { BackupPlanId, SelectionId });
    return BackupSelection ?? [];
  });
  return (await Promise.all(selections)).flat();
}
