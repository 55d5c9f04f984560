import { dayMs, hourMs, inWords, minuteMs } from '../../src/judging/age.ts';
import { longestInterval, usable } from '../../src/judging/cadence.ts';
import { madeAnother, newestTest } from '../../src/judging/restore-test.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { recoveryPoints } from '../../src/probes/aws/recovery-points.ts';
import { restoreJobs } from '../../src/probes/aws/restore-jobs.ts';

export default check({
  title: 'Recovery objectives are defined and met',
  failureTitle: 'Recovery takes longer, or loses more, than the objectives allow',
  why: 'How long a recovery takes, and how much it loses, has to be known before it is needed.',
  trap: 'The objectives are written down, and nobody measured.',
  remediation:
    'Back up more often than the recovery point objective, and speed up the restore or agree on a longer recovery time objective.',
  needs: { fileSystem, recoveryPoints, restoreJobs },
  judge({ fileSystem, recoveryPoints, restoreJobs }, { environment, now }) {
    const { rtoMinutes, rpoHours, startWindowHours, historyDays } = environment.backup;
    const subject = fileSystem.FileSystemArn;
    if (rtoMinutes === undefined) {
      return undetermined('not_configured', 'backup.rtoMinutes, the recovery time objective, is not defined');
    }
    const since = new Date(Math.max(now.getTime() - historyDays * dayMs, fileSystem.CreationTime?.getTime() ?? 0));
    const interval = longestInterval(usable(recoveryPoints.points, now), since, now);
    const longest = (rpoHours + startWindowHours) * hourMs;
    const findings: Finding<'recoveryPoints' | 'restoreJobs'>[] = [
      {
        fact: 'recoveryPoints',
        subject,
        expected: `RPO ${rpoHours} h and ${startWindowHours} h for the job, over ${historyDays} days`,
        observed:
          interval === Number.POSITIVE_INFINITY ? 'no usable point' : `at most ${inWords(interval)} between points`,
        ok: interval <= longest,
      },
    ];
    const job = newestTest(restoreJobs, subject);
    const measured = job?.Status === 'COMPLETED' && madeAnother(job, subject) && job.CompletionDate;
    if (job && measured) {
      const took = measured.getTime() - job.CreationDate.getTime();
      findings.push({
        fact: 'restoreJobs',
        subject: job.RestoreJobId,
        expected: `RTO ${rtoMinutes} min`,
        observed: `restored in ${inWords(took)}`,
        ok: took > 0 && took <= rtoMinutes * minuteMs,
      });
    }
    const judgement = judgeAll(findings);
    if (judgement.outcome !== 'pass' || measured) return judgement;
    return undetermined('not_drilled', 'no completed test restore shows how long a recovery takes', judgement.evidence);
  },
});
