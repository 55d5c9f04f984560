import type { BackupRule } from '@aws-sdk/client-backup';
import type { BackupPlanFact } from '../probes/aws/backup-plans.ts';
import type { FileSystem } from '../probes/aws/file-system.ts';
import { selects } from './backup-selection.ts';
import { longestGapMinutes, longestGapOfAll } from './schedule.ts';

/** What AWS Backup uses for a rule without a schedule, by its API reference. */
const defaultSchedule = 'cron(0 5 ? * * *)';

export interface CoveringRule {
  readonly plan: string;
  readonly rule: BackupRule;
  /** As written, or that of AWS Backup for a rule without one. */
  readonly schedule: string;
  /** Longest time without a run; undefined when the schedule is not understood. */
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
          const schedule = rule.ScheduleExpression || defaultSchedule;
          return { plan: id, rule, schedule, gapMinutes: longestGapMinutes(schedule, now) };
        }),
    );
}

/** Rules that run beside each other, in one time zone, and the longest time without a run of any of them. */
export interface RulesTogether {
  readonly rules: readonly [CoveringRule, ...CoveringRule[]];
  readonly gapMinutes: number;
}

/**
 * The rules of a time zone whose schedules are understood, all together: the time zone with the smallest gap. Rules of
 * different zones are not weighed together, because how far they are apart changes with the seasons.
 */
export function mostFrequent(rules: readonly CoveringRule[], now: Date): RulesTogether | undefined {
  const understood = rules.filter(({ gapMinutes }) => gapMinutes !== undefined);
  const zoneOf = ({ rule }: CoveringRule) => rule.ScheduleExpressionTimezone ?? 'Etc/UTC';
  const together = [...new Set(understood.map(zoneOf))].flatMap((zone): RulesTogether[] => {
    const [first, ...more] = understood.filter((rule) => zoneOf(rule) === zone);
    const schedules = [first, ...more].flatMap((r) => r?.schedule ?? []);
    const gapMinutes = longestGapOfAll(schedules, now);
    return first && gapMinutes !== undefined ? [{ rules: [first, ...more], gapMinutes }] : [];
  });
  return together.sort((a, b) => a.gapMinutes - b.gapMinutes)[0];
}
