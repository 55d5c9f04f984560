import type { BackupRule } from '@aws-sdk/client-backup';
import type { BackupPlanFact } from '../probes/aws/backup-plans.ts';
import type { FileSystem } from '../probes/aws/file-system.ts';
import { selects } from './backup-selection.ts';
import { longestGapMinutes } from './schedule.ts';

export interface CoveringRule {
  readonly plan: string;
  readonly rule: BackupRule;
  /** Longest time without a run; undefined when there is no schedule or it is not understood. */
  readonly gapMinutes: number | undefined;
}

/** The rules, into the configured vault where there is one, of all plans whose selections assign the file system. */
export function coveringRules(
  plans: readonly BackupPlanFact[],
  fileSystem: FileSystem,
  vault: string | undefined,
  now: Date,
): CoveringRule[] {
  const tags = Object.fromEntries(fileSystem.Tags?.map(({ Key, Value }) => [Key ?? '', Value ?? '']) ?? []);
  const resource = { arn: fileSystem.FileSystemArn, tags };
  return plans
    .filter(({ selections }) => selections.some((selection) => selects(selection, resource)))
    .flatMap(({ id, rules }) =>
      rules
        .filter(({ TargetBackupVaultName }) => vault === undefined || TargetBackupVaultName === vault)
        .map((rule) => {
          const { ScheduleExpression } = rule;
          return {
            plan: id,
            rule,
            gapMinutes: ScheduleExpression ? longestGapMinutes(ScheduleExpression, now) : undefined,
          };
        }),
    );
}

/** The covering rule that runs most often, if one runs at all. */
export function mostFrequent(rules: readonly CoveringRule[]): CoveringRule | undefined {
  return rules
    .filter(({ gapMinutes }) => gapMinutes !== undefined)
    .sort((a, b) => (a.gapMinutes ?? 0) - (b.gapMinutes ?? 0))[0];
}
