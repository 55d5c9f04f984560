import { ago } from '../../src/judging/age.ts';
import { chainOf } from '../../src/judging/alarm-chain.ts';
import { longestDetectionSeconds } from '../../src/judging/alarm-metric.ts';
import { newestDrill, tellingSince } from '../../src/judging/alert-drill.ts';
import { failuresIn, newestRecord, observationOf } from '../../src/judging/drill-record.ts';
import { replacements } from '../../src/judging/replacements.ts';
import { check, type Finding, fail, isNonEmpty, judgeAll, undetermined } from '../../src/model/check.ts';
import { alarm } from '../../src/probes/aws/alarm.ts';
import { alarmHistory } from '../../src/probes/aws/alarm-history.ts';
import { scalingActivities } from '../../src/probes/aws/scaling-activities.ts';
import { drillRecords } from '../../src/probes/files/drill-records.ts';

/** CloudWatch takes its actions at once; a minute is far more than it needs. */
const notifyWithinSeconds = 60;

export default check({
  title: 'A stopped gateway raised the alarm in time and was replaced',
  failureTitle: 'A stopped gateway was not alerted or replaced in time',
  why: 'Only an alarm that rang shows that metric, threshold, topic and healing work together.',
  trap: 'Periods are added up, or the record of a drill is believed against the history of AWS; nobody saw the alarm ring.',
  remediation:
    'Stop the gateway on an instance and wait for alarm and replacement. If they come late, shorten the period of the alarm, the health check, or the start of the image.',
  needs: { alarm, alarmHistory, scalingActivities, drills: drillRecords },
  judge({ alarm, alarmHistory, scalingActivities, drills }, { environment, now }) {
    const { alarmMetric, drillMaxAgeDays } = environment.monitoring;
    const detectWithinSeconds = Math.min(environment.monitoring.detectWithinSeconds, longestDetectionSeconds);
    const { replaceWithinSeconds } = environment.infrastructure;
    if (!alarm) return undetermined('not_found', 'the alarm of the environment file does not exist');
    const { watcher = alarm.alarm, ringer } = chainOf(alarm, alarmMetric);
    const since = tellingSince([watcher, ringer], drillMaxAgeDays, now);
    if (!since) return undetermined('bad_response', 'when the alarm was last changed is not known');
    const drill = newestDrill(
      alarmHistory,
      replacements(scalingActivities, replaceWithinSeconds),
      ringer.AlarmActions ?? [],
      since,
      replaceWithinSeconds,
    );
    const record = newestRecord(drills, 'gateway-stop', drillMaxAgeDays, now);
    // An alarm that AWS knows of since shows that it was mended.
    const mended = drill && record && drill.raised.at > new Date(record.window.end);
    const failed = mended ? [] : failuresIn(record, ['alarm', 'alert', 'replaced'], now);
    if (isNonEmpty(failed)) return fail(failed);
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
    // Of the record only what AWS does not keep is added, and only to the alarm that both name.
    const delivered = record?.measurements.find(({ id, outcome }) => id === 'alert' && outcome === 'pass');
    const agrees = record?.values['alarmAt'] === raised.at.toISOString();
    return judgeAll<'alarmHistory' | 'scalingActivities' | 'drills'>([
      ...(record && delivered && agrees ? [{ ...observationOf(record, delivered, now), ok: true }] : []),
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
