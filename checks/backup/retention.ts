import { dayMs, hourMs, inWords } from '../../src/judging/age.ts';
import { type CoveringRule, coveringRules, mostFrequent } from '../../src/judging/backup-rules.ts';
import { keptDays, lifecycleDays, longestInterval, usable } from '../../src/judging/cadence.ts';
import { check, type Finding, fail, judgeAll } from '../../src/model/check.ts';
import { backupPlans } from '../../src/probes/aws/backup-plans.ts';
import { backupVaults } from '../../src/probes/aws/backup-vaults.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { recoveryPoints } from '../../src/probes/aws/recovery-points.ts';

const dayMinutes = 1440;
const inDays = (days: number) => (days === Number.POSITIVE_INFINITY ? 'for ever' : `${days} days`);

export default check({
  title: 'Backups are kept as long as the policy says',
  failureTitle: 'Backups are not kept as long as the policy says',
  why: 'Damage that is found late can be undone only from a point that is older than the damage.',
  trap: 'The rule is read, while the points carry another date or the daily rule writes into another vault.',
  remediation:
    'Set the lifecycle of the daily backup rule to at least the required days, and let the vault lock permit that many.',
  needs: { fileSystem, backupPlans, recoveryPoints, backupVaults },
  judge({ fileSystem, backupPlans, recoveryPoints, backupVaults }, { environment, now }) {
    const { vault, retentionDays, rpoHours, startWindowHours, historyDays } = environment.backup;
    const subject = fileSystem.FileSystemArn;
    const rules = coveringRules(backupPlans, fileSystem, vault, now);
    const keepsOf = ({ rule }: CoveringRule) => lifecycleDays(rule.Lifecycle);
    const isDaily = (some: readonly CoveringRule[]) =>
      (mostFrequent(some, now)?.gapMinutes ?? Number.POSITIVE_INFINITY) <= dayMinutes;
    // As long as those rules keep points that are daily together.
    const [longestKept] = [...new Set(rules.map(keepsOf))]
      .sort((a, b) => b - a)
      .filter((days) => isDaily(rules.filter((rule) => keepsOf(rule) >= days)));
    if (longestKept === undefined) {
      const expected = `a daily rule that keeps points for ${retentionDays} days`;
      return fail([{ fact: 'backupPlans', subject, expected, observed: 'no daily rule covers the file system' }]);
    }
    const points = usable(recoveryPoints.points, now);
    const kept = points.filter((point) => keptDays(point) >= retentionDays);
    const since = new Date(Math.max(now.getTime() - historyDays * dayMs, fileSystem.CreationTime?.getTime() ?? 0));
    const interval = longestInterval(kept, since, now);
    const allowed = (rpoHours + startWindowHours) * hourMs;
    const findings: Finding<'backupPlans' | 'recoveryPoints' | 'backupVaults'>[] = [
      {
        fact: 'backupPlans',
        subject,
        expected: `a daily rule keeps points for at least ${retentionDays} days`,
        observed: inDays(longestKept),
        ok: longestKept >= retentionDays,
      },
      {
        fact: 'recoveryPoints',
        subject,
        expected: `a point that is kept for ${retentionDays} days at least every ${inWords(allowed)}`,
        observed:
          kept.length === 0
            ? `none of ${points.length} usable points is kept that long`
            : `${kept.length} of ${points.length} points, at most ${inWords(interval)} between them`,
        ok: interval <= allowed,
      },
      // A job whose points would be kept for more, or less, than the lock allows fails.
      ...backupVaults
        .filter(({ MaxRetentionDays }) => MaxRetentionDays !== undefined)
        .map(({ BackupVaultArn, MaxRetentionDays = 0 }) => ({
          fact: 'backupVaults' as const,
          subject: BackupVaultArn,
          expected: `the vault lock permits points that are kept ${inDays(longestKept)}`,
          observed: `at most ${MaxRetentionDays} days`,
          ok: MaxRetentionDays >= longestKept,
        })),
      ...backupVaults
        .filter(({ MinRetentionDays }) => MinRetentionDays !== undefined)
        .map(({ BackupVaultArn, MinRetentionDays = 0 }) => ({
          fact: 'backupVaults' as const,
          subject: BackupVaultArn,
          expected: `the vault lock takes points that are kept ${inDays(longestKept)}`,
          observed: `at least ${MinRetentionDays} days`,
          ok: MinRetentionDays <= longestKept,
        })),
    ];
    return judgeAll(findings);
  },
});
