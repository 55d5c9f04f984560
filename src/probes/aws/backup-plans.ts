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
      const [, , , region, owner] = BackupPlanArn.split(':');
      if (owner !== aws.account || region !== aws.region) {
        throw new ProbeError('wrong_subject', 'a backup plan of another account or region was listed');
      }
      const plan = await aws.find('backup:GetBackupPlan', { BackupPlanId });
      // Deleted between the two calls, or by the time of this answer.
      if (!plan || plan.DeletionDate) return [];
      const rules = plan.BackupPlan?.Rules;
      if (!rules || plan.BackupPlanId !== BackupPlanId || plan.BackupPlanArn !== BackupPlanArn) {
        throw new ProbeError('bad_response', 'another backup plan was described, or one without its rules');
      }
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
    const answer = await aws.read('backup:GetBackupSelection', { BackupPlanId, SelectionId });
    if (answer.SelectionId !== SelectionId || answer.BackupPlanId !== BackupPlanId) {
      throw new ProbeError('bad_response', 'another backup selection was described than was asked for');
    }
    return answer.BackupSelection ?? [];
  });
  return (await Promise.all(selections)).flat();
}
