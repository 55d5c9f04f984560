import { chainOf } from '../../src/judging/alarm-chain.ts';
import {
  asPlain,
  breaches,
  dimensionsOf,
  isOfGroup,
  levels,
  longestDetectionSeconds,
  secondsToAlarm,
  showsOutage,
  watchedTargetGroups,
} from '../../src/judging/alarm-metric.ts';
import { newestDrill, tellingSince } from '../../src/judging/alert-drill.ts';
import { replacements } from '../../src/judging/replacements.ts';
import { check, type Finding, fail, judgeAll, undetermined } from '../../src/model/check.ts';
import { alarm, alarmMutes } from '../../src/probes/aws/alarm.ts';
import { failures } from '../../src/probes/aws/alarm-history.ts';
import { group } from '../../src/probes/aws/group.ts';
import { targetGroups } from '../../src/probes/aws/target-groups.ts';

type Fact = 'alarm' | 'alarmMutes' | 'targetGroups' | 'failures';

export default check({
  title: 'An alarm watches the health of the gateway',
  failureTitle: 'No alarm that works watches the health of the gateway',
  why: 'An alarm with the wrong dimension, or that takes silence for health, never rings.',
  trap: 'The alarm is OK because it never gets data, watches another dimension, has its actions off, is muted, or is one of several that must all ring.',
  remediation:
    'Set the alarm on the health metric of this group or its target group, with actions on, missing data breaching, and period times datapoints within the detection time.',
  needs: { alarm, alarmMutes, group, targetGroups, failures },
  judge({ alarm, alarmMutes, group, targetGroups, failures }, { environment, now }) {
    const { alarm: name, alarmMetric, drillMaxAgeDays } = environment.monitoring;
    const detectWithinSeconds = Math.min(environment.monitoring.detectWithinSeconds, longestDetectionSeconds);
    if (!alarm) {
      return fail([{ fact: 'alarm', subject: name, expected: 'an alarm on a metric', observed: 'does not exist' }]);
    }
    const { watcher, ringer, follows } = chainOf(alarm, alarmMetric);
    const of = (one: { AlarmArn?: string | undefined }) => one.AlarmArn ?? alarm.arn;
    const seen = (expected: string, observed: string, ok: boolean, by = watcher ?? ringer): Finding<'alarm'> => {
      return { fact: 'alarm', subject: of(by), expected, observed, ok };
    };
    const { ActionsEnabled, AlarmActions = [], StateValue } = ringer;
    const suppressor = 'ActionsSuppressor' in ringer ? ringer.ActionsSuppressor : undefined;
    const [silenced, isQuiet] = [suppressor ? 'another alarm silences it' : 'none', alarmMutes === 0];
    const state = 'state OK, so that a failure changes it';
    const rings: Finding<'alarm' | 'alarmMutes'>[] = [
      seen('actions on', ActionsEnabled === true ? 'on' : 'off', ActionsEnabled === true, ringer),
      seen('at least one alarm action', `${AlarmActions.length} actions`, AlarmActions.length > 0, ringer),
      seen(state, StateValue ?? 'no state', StateValue === 'OK', ringer),
      {
        fact: 'alarmMutes',
        subject: of(ringer),
        expected: 'no mute rule in force',
        observed: `${alarmMutes} mute rules in force`,
        ok: isQuiet,
      },
      ...(watcher === ringer
        ? []
        : [
            seen('no alarm that silences it', silenced, !suppressor, ringer),
            seen('in alarm whenever the alarm on the metric is', following[follows], follows !== 'no', ringer),
          ]),
    ];
    const open = (message: string, findings: readonly Finding<Fact>[]) => {
      const judgement = judgeAll(findings);
      return judgement.outcome === 'pass' ? undetermined('conflict', message, judgement.evidence) : judgement;
    };
    if (!watcher) return open('the alarm is made of other alarms, and none of them is on a metric', rings);
    const a = asPlain(watcher);
    const metric = a.Namespace && a.MetricName ? `${a.Namespace}/${a.MetricName}` : 'no metric';
    const { well, down } = levels(a, group);
    const [atWell, atDown] = [well, down].map((v) => breaches(v, a.ComparisonOperator, a.Threshold ?? Number.NaN));
    const seconds = secondsToAlarm(a);
    const ringing = [
      ...rings,
      ...(watcher === ringer ? [] : [seen(state, a.StateValue ?? 'no state', a.StateValue === 'OK')]),
      ...(a.EvaluationState ? [seen('evaluated without an error', a.EvaluationState, false)] : []),
      seen('missing data is breaching', a.TreatMissingData ?? 'not set (missing)', a.TreatMissingData === 'breaching'),
    ];
    if (!a.MetricName && (a.Metrics ?? []).length > 0) {
      return open(
        'the alarm watches an expression or another account, and what that says of the gateway is not understood',
        ringing,
      );
    }
    // Its metric does not change before the load balancer has given the target up.
    const behind = watchedTargetGroups(a, targetGroups).map(
      ({ arn: subject, unhealthyAfterSeconds }): Finding<'targetGroups'> => {
        const ok = unhealthyAfterSeconds <= detectWithinSeconds;
        const expected = `calls a target unhealthy after at most ${detectWithinSeconds} seconds`;
        return { fact: 'targetGroups', subject, expected, observed: `after ${unhealthyAfterSeconds} seconds`, ok };
      },
    );
    const own = isOfGroup(a, group, targetGroups);
    const findings: Finding<Fact>[] = [
      seen(`watches ${alarmMetric}`, metric, metric === alarmMetric),
      // Of what AWS itself measures, the health of targets alone follows the gateway: a machine runs without one.
      ...(/^AWS\//.test(metric) && !/ELB\/(Un)?HealthyHostCount$/.test(metric)
        ? [seen('a metric of the gateway', `${metric}, of what is around it`, false)]
        : []),
      seen('dimensions of this group or its target group, not of a part of it', dimensionsOf(a), own !== 'no'),
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
    ];
    if (follows === 'maybe')
      return open('other alarms decide too whether the one that takes action is raised', findings);
    if (own === 'maybe') {
      // It is of this deployment where it was raised while an instance of the group failed.
      const since = tellingSince([watcher, ringer], drillMaxAgeDays, now);
      const { replaceWithinSeconds } = environment.infrastructure;
      const replaced = replacements(failures?.scalingActivities ?? [], replaceWithinSeconds);
      const drill =
        since && failures && newestDrill(failures.alarmHistory, replaced, AlarmActions, since, replaceWithinSeconds);
      if (!drill) {
        const message =
          'the dimensions of the metric name neither the group nor its target group, and no alarm from it beside a failed instance shows that it is of this deployment';
        return open(message, findings);
      }
      const subject = of(watcher);
      const observed = `raised at ${drill.raised.at.toISOString()}, and ${drill.replacement.failed} was replaced`;
      findings.push({
        fact: 'failures',
        subject,
        expected: 'raised by an instance of the group',
        observed,
        ok: true,
      });
    }
    return judgeAll(findings);
  },
});

const following = { yes: 'by its rule', maybe: 'where other alarms agree', no: 'not by its rule' } as const;
