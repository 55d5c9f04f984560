import { ago, dayMs, hourMs, inWords, isYoungerThan } from '../../src/judging/age.ts';
import { longestInterval, usable } from '../../src/judging/cadence.ts';
import { check, fail, judgeAll } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { recoveryPoints } from '../../src/probes/aws/recovery-points.ts';

/** An objective of more than a day does not excuse a plan that skips one. */
const dailyHours = 24;

export default check({
  title: 'Recovery points of the file system are made without a gap',
  failureTitle: 'Recovery points of the file system are missing',
  why: 'A plan can exist and do nothing: a missing tag or a broken role leaves no backup and no error that anyone sees.',
  trap: 'The newest point counts: one of another file system, made by hand, past its deletion date, or after a gap of days.',
  remediation:
    'Look at the newest jobs of the backup plan in AWS Backup, mend what made them fail, and wait for scheduled points.',
  needs: { fileSystem, recoveryPoints },
  judge({ fileSystem, recoveryPoints }, { environment, now }) {
    const { rpoHours, startWindowHours, historyDays } = environment.backup;
    const longest = (Math.min(rpoHours, dailyHours) + startWindowHours) * hourMs;
    const subject = fileSystem.FileSystemArn;
    const points = usable(recoveryPoints.points, now);
    const [newest] = points;
    if (!newest) {
      const listed = `none usable of ${recoveryPoints.points.length} in ${recoveryPoints.vaults.join(', ') || 'any vault'}`;
      return fail([{ fact: 'recoveryPoints', subject, expected: 'completed recovery points', observed: listed }]);
    }
    const created = fileSystem.CreationTime?.getTime() ?? 0;
    const since = new Date(Math.max(now.getTime() - historyDays * dayMs, created));
    const interval = longestInterval(points, since, now);
    const scheduled = points.filter((p) => p.CreatedBy?.BackupPlanId && p.CreationDate >= since);
    return judgeAll([
      {
        fact: 'recoveryPoints',
        subject: newest.RecoveryPointArn,
        expected: `newest completed point younger than ${inWords(longest)}`,
        observed: `made ${ago(newest.CreationDate, now)}`,
        ok: isYoungerThan(newest.CreationDate, longest, now),
      },
      {
        fact: 'recoveryPoints',
        subject,
        expected: `no more than ${inWords(longest)} between points of the last ${historyDays} days`,
        observed: `at most ${inWords(interval)} between points`,
        ok: interval <= longest,
      },
      {
        fact: 'recoveryPoints',
        subject,
        expected: `at least 2 points of the last ${historyDays} days made by a plan`,
        observed: `${scheduled.length} made by a plan`,
        ok: scheduled.length >= 2,
      },
    ]);
  },
});
