import { ago, dayMs } from '../../src/judging/age.ts';
import { newestDrill } from '../../src/judging/alert-drill.ts';
import { replacements } from '../../src/judging/replacements.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { alarm } from '../../src/probes/aws/alarm.ts';
import { alarmHistory } from '../../src/probes/aws/alarm-history.ts';
import { scalingActivities } from '../../src/probes/aws/scaling-activities.ts';

/** CloudWatch takes its actions at once; a minute is far more than it needs. */
const notifyWithinSeconds = 60;

export default check({
  title: 'A stopped gateway raised the alarm in time and was replaced',
  failureTitle: 'A stopped gateway was not alerted or replaced in time',
  why: 'Only an alarm that rang shows that metric, threshold, topic and healing work together.',
  remediation:
    'Stop the gateway on an instance and wait for alarm and replacement. If they come late, shorten the period of the alarm, the health check, or the start of the image.',
  needs: { alarm, alarmHistory, scalingActivities },
  judge({ alarm, alarmHistory, scalingActivities }, { environment, now }) {
    const { detectWithinSeconds, drillMaxAgeDays } = environment.monitoring;
    const { replaceWithinSeconds } = environment.infrastructure;
    const changed = alarm?.alarm.AlarmConfigurationUpdatedTimestamp;
    if (!alarm) return undetermined('not_found', 'the alarm of the environment file does not exist');
    if (!changed) return undetermined('bad_response', 'when the alarm was last changed is not known');
    const oldest = new Date(now.getTime() - drillMaxAgeDays * dayMs);
    const since = changed > oldest ? changed : oldest;
    const drill = newestDrill(
      alarmHistory,
      replacements(scalingActivities, replaceWithinSeconds),
      alarm.alarm.AlarmActions ?? [],
      since,
      replaceWithinSeconds,
    );
    if (!drill) {
      const seen = `${alarmHistory.raised.length} alarms, none of them`;
      return undetermined(
        'not_drilled',
        `AWS recorded ${seen} since ${since.toISOString()} from measured data with a replacement beside it`,
      );
    }
    const { raised, replacement, detectSeconds, notifySeconds, replaceSeconds } = drill;
    const seen = (expected: string, observed: string, ok: boolean): Finding<'alarmHistory' | 'scalingActivities'> => {
      return { fact: 'alarmHistory', subject: alarm.arn, expected, observed, ok };
    };
    return judgeAll<'alarmHistory' | 'scalingActivities'>([
      seen(
        `alarm within ${detectWithinSeconds} seconds of the first breaching datapoint`,
        `${detectSeconds} seconds, ${ago(raised.at, now)}`,
        detectSeconds <= detectWithinSeconds,
      ),
      seen(
        `notified within ${notifyWithinSeconds} seconds of the alarm`,
        notifySeconds === undefined ? 'no action succeeded' : `${notifySeconds} seconds`,
        notifySeconds !== undefined && notifySeconds <= notifyWithinSeconds,
      ),
      {
        fact: 'scalingActivities',
        subject: replacement.failed,
        expected: `replaced within ${replaceWithinSeconds} seconds of the failure`,
        observed:
          replaceSeconds === undefined
            ? 'no launch made up for it'
            : `by ${replacement.by} in ${replaceSeconds} seconds`,
        ok: replaceSeconds !== undefined && replaceSeconds <= replaceWithinSeconds,
      },
    ]);
  },
});
