import {
  asPlain,
  breaches,
  dimensionsOf,
  isOfGroup,
  levels,
  secondsToAlarm,
  showsOutage,
  watchedTargetGroups,
} from '../../src/judging/alarm-metric.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { alarm, alarmMutes } from '../../src/probes/aws/alarm.ts';
import { group } from '../../src/probes/aws/group.ts';
import { targetGroups } from '../../src/probes/aws/target-groups.ts';

export default check({
  title: 'An alarm watches the health of the gateway',
  failureTitle: 'No alarm that works watches the health of the gateway',
  why: 'An alarm with the wrong dimension, or that takes silence for health, never rings.',
  trap: 'The alarm is OK because it never gets data, watches another dimension, has its actions off or is muted.',
  remediation:
    'Set the alarm on the health metric of this group or its target group, with actions on, missing data breaching, and period times datapoints within the detection time.',
  needs: { alarm, alarmMutes, group, targetGroups },
  judge({ alarm, alarmMutes, group, targetGroups }, { environment }) {
    const { alarm: name, alarmMetric, detectWithinSeconds } = environment.monitoring;
    if (!alarm) {
      return fail([{ fact: 'alarm', subject: name, expected: 'an alarm on a metric', observed: 'does not exist' }]);
    }
    const seen = (expected: string, observed: string, ok: boolean): Finding<'alarm' | 'alarmMutes'> => {
      return { fact: 'alarm', subject: alarm.arn, expected, observed, ok };
    };
    const { ActionsEnabled, AlarmActions = [], StateValue } = alarm.alarm;
    const rings = [
      seen('actions on', ActionsEnabled === true ? 'on' : 'off', ActionsEnabled === true),
      seen('at least one alarm action', `${AlarmActions.length} actions`, AlarmActions.length > 0),
      seen('state OK, so that a failure changes it', StateValue ?? 'no state', StateValue === 'OK'),
      {
        fact: 'alarmMutes' as const,
        subject: alarm.arn,
        expected: 'no mute rule in force',
        observed: `${alarmMutes} mute rules in force`,
        ok: alarmMutes === 0,
      },
    ];
    if (alarm.kind === 'composite') {
      const suppressor = alarm.alarm.ActionsSuppressor;
      const silenced = suppressor ? 'another alarm silences it' : 'none';
      const judgement = judgeAll<'alarm' | 'alarmMutes'>([
        seen('no alarm that silences it', silenced, !suppressor),
        ...rings,
      ]);
      if (judgement.outcome !== 'pass') return judgement;
      const message =
        'the alarm is made of other alarms, and what those watch is not followed: name the one on the metric';
      return undetermined('conflict', message, judgement.evidence);
    }
    const a = asPlain(alarm.alarm);
    const metric = a.Namespace && a.MetricName ? `${a.Namespace}/${a.MetricName}` : 'no metric';
    const { well, down } = levels(a.MetricName ?? '', group);
    const [atWell, atDown] = [well, down].map((v) => breaches(v, a.ComparisonOperator, a.Threshold ?? Number.NaN));
    const seconds = secondsToAlarm(a);
    const ringing = [
      ...rings,
      seen('missing data is breaching', a.TreatMissingData ?? 'not set (missing)', a.TreatMissingData === 'breaching'),
    ];
    if (!a.MetricName && (a.Metrics ?? []).length > 0) {
      const judgement = judgeAll<'alarm' | 'alarmMutes'>(ringing);
      if (judgement.outcome !== 'pass') return judgement;
      const message =
        'the alarm watches an expression over metrics, and what that says of the gateway is not understood';
      return undetermined('conflict', message, judgement.evidence);
    }
    // Its metric does not change before the load balancer has given the target up.
    const behind = watchedTargetGroups(a, targetGroups).map(
      ({ arn: subject, unhealthyAfterSeconds }): Finding<'targetGroups'> => {
        const ok = unhealthyAfterSeconds <= detectWithinSeconds;
        const expected = `calls a target unhealthy after at most ${detectWithinSeconds} seconds`;
        return { fact: 'targetGroups', subject, expected, observed: `after ${unhealthyAfterSeconds} seconds`, ok };
      },
    );
    return judgeAll<'alarm' | 'alarmMutes' | 'targetGroups'>([
      seen(`watches ${alarmMetric}`, metric, metric === alarmMetric),
      seen(
        'dimensions of this group or its target group, not of a part of it',
        dimensionsOf(a),
        isOfGroup(a, group, targetGroups),
      ),
      ...ringing,
      seen(
        'a statistic that a gateway that is down changes',
        a.Statistic ?? a.ExtendedStatistic ?? 'no statistic',
        showsOutage(a, { well, down }),
      ),
      seen(
        `breaches at ${down}, not at ${well}`,
        `${a.ComparisonOperator ?? 'no comparison'} ${a.Threshold ?? ''}`,
        atDown === true && atWell === false,
      ),
      seen(
        `raised after at most ${detectWithinSeconds} seconds`,
        seconds === undefined ? 'no period or datapoints' : `${seconds} seconds of datapoints`,
        seconds !== undefined && seconds <= detectWithinSeconds,
      ),
      ...behind,
    ]);
  },
});
