import { inWords, minuteMs } from '../../src/judging/age.ts';
import { coveringRules, mostFrequent } from '../../src/judging/backup-rules.ts';
import { check, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { backupPlans } from '../../src/probes/aws/backup-plans.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';

const dayMinutes = 1440;

export default check({
  title: 'A daily backup plan covers the file system',
  failureTitle: 'No daily backup plan covers the file system',
  why: 'What no plan selects is backed up only when somebody remembers to.',
  trap: 'A plan exists; its selection misses or excludes the file system, or its rules leave out the weekend.',
  remediation:
    'Give a backup plan a rule that runs at least once a day into the vault, and a selection that matches the file system by its ARN or tags and does not exclude it.',
  needs: { fileSystem, backupPlans },
  judge({ fileSystem, backupPlans }, { environment, now }) {
    const subject = fileSystem.FileSystemArn;
    const rules = coveringRules(backupPlans, fileSystem, environment.backup.vault, now);
    if (rules.length === 0) {
      const observed = `none of ${backupPlans.length} backup plans into the vault selects it`;
      return fail([{ fact: 'backupPlans', subject, expected: 'a plan that selects the file system', observed }]);
    }
    const best = mostFrequent(rules, now);
    if (!best) return undetermined('bad_response', 'the schedule of the backup plan is not of a documented form');
    const gap =
      best.gapMinutes === Number.POSITIVE_INFINITY ? 'never runs' : `gap ${inWords(best.gapMinutes * minuteMs)}`;
    return judgeAll([
      {
        fact: 'backupPlans',
        subject: best.rules.map(({ plan, rule }) => `${plan} ${rule.RuleName ?? ''}`.trim()).join(', '),
        expected: 'rules that run at least once a day',
        observed: `${best.rules.map(({ schedule }) => schedule).join(', ')}: ${gap}`,
        ok: best.gapMinutes <= dayMinutes,
      },
    ]);
  },
});
