import type { Environment } from '../environment/schema.ts';

import { chainOf } from '../judging/alarm-chain.ts';
import { alarm } from '../probes/aws/alarm.ts';
import { alarmHistory } from '../probes/aws/alarm-history.ts';
import { scalingActivities } from '../probes/aws/scaling-activities.ts';
import { readiness } from '../probes/gateway/readiness.ts';

import { alertRuns } from './alert-log.ts';
import { drill, type Expectation, type Step, type Undo } from './drill.ts';
import { startMove, startSeconds, stopMove } from './gateway-moves.ts';
import { isMember, pickInstance, secondsSince } from './members.ts';
import { replacedInTime } from './replaced.ts';
import { alarmQuiet, allInService, gatewayReady } from './steady.ts';

const startAgain = (environment: Environment): Undo => ({
  title: 'Start the gateway again, where the group has not replaced its instance',
  seconds: ({ gateway }) => startSeconds + gateway.startSeconds,
  needed: async (world) => ((await isMember(world)) ? {} : undefined),
  moves: [startMove(environment)],
  async settled(world) {
    if (!(await isMember(world))) return true;
    const { seen } = await world.facts({ seen: readiness }, world.values['address']);
    return seen.state === 'ready';
  },
});

/** The alarm on the gateway's health goes off: by CloudWatch's history, from measured data, after the stop. */
const alarmRaised: Expectation = {
  id: 'alarm',
  claim: 'the alarm goes off',
  from: 'alarm history',
  limit: ({ monitoring }) => monitoring.detectWithinSeconds,
  patience: ({ monitoring }) => monitoring.detectWithinSeconds * 3,
  async look(world) {
    const { history } = await world.facts({ history: alarmHistory });
    const before = Date.parse(world.values['lastAlarm'] ?? '') || 0;
    // The oldest that is newer than what was there before the drill; both clocks may be off by some seconds.
    const raised = history.raised
      .filter(({ at }) => at.getTime() > before && secondsSince(world, 'stoppedAt', at) >= -5)
      .at(-1);
    if (!raised) return undefined;
    const seconds = Math.max(0, secondsSince(world, 'stoppedAt', raised.at));
    const measured = raised.failingSince !== undefined;
    return {
      ok: measured,
      seconds,
      observed: measured
        ? `raised at ${raised.at.toISOString()}`
        : `raised at ${raised.at.toISOString()}, but not by measured data: somebody set it by hand`,
      learned: { alarmAt: raised.at.toISOString() },
    };
  },
};

/** CloudWatch takes its actions at once; a minute is far more than action and function need. */
const deliverSeconds = 60;

const alertDelivered: Expectation = {
  id: 'alert',
  claim: 'the alert function carries it on without an error',
  from: 'alarm history and log of the function',
  limit: ({ monitoring }) => Math.min(deliverSeconds, monitoring.detectWithinSeconds),
  patience: ({ monitoring }) => monitoring.detectWithinSeconds * 4,
  async look(world) {
    const { history, alarm: watching, runs } = await world.facts({ history: alarmHistory, alarm, runs: alertRuns });
    const alarmAt = new Date(world.values['alarmAt'] ?? '');
    const { alarmMetric } = world.environment.monitoring;
    const actions = (watching && chainOf(watching, alarmMetric).ringer.AlarmActions) ?? [];
    const taken = history.actions.filter((a) => a.at >= alarmAt && actions.includes(a.resource));
    const ran = runs.filter(({ start }) => start.getTime() >= alarmAt.getTime() - 1000);
    const finished = ran.find(({ end, failed }) => end && !failed);
    if (taken.some(({ succeeded }) => succeeded) && finished?.end) {
      const seconds = Math.max(0, secondsSince(world, 'alarmAt', finished.end));
      return { ok: true, seconds, observed: `run ${finished.requestId} ended at ${finished.end.toISOString()}` };
    }
    // A failed function is tried again after a minute, so a failure is the answer only when nothing else came.
    if (secondsSince(world, 'alarmAt', world.now()) < world.environment.monitoring.detectWithinSeconds)
      return undefined;
    if (ran.some(({ failed }) => failed)) return { ok: false, observed: 'every run of the function failed' };
    if (taken.length > 0 && !taken.some(({ succeeded }) => succeeded)) {
      return { ok: false, observed: 'the action of the alarm failed' };
    }
    return undefined;
  },
};

/** The gateway stops; people have to hear of it, and the group has to put another instance in its place. */
export const gatewayStop = drill({
  title: 'A stopped gateway alerts in time and is replaced',
  why: 'Only an alarm that rang shows that metric, threshold, topic, function and healing work together.',
  effects: [
    'Stops the gateway on one instance: its agent answers nobody until the group has replaced the instance.',
    'Sends a real alert to whoever is on call: tell them first.',
  ],
  missing: ({ monitoring }) =>
    monitoring.alertFunction === undefined ? ['monitoring.alertFunction, which carries alerts to people'] : [],
  steady: { 'in-service': allInService, 'gateway-ready': gatewayReady, 'alarm-quiet': alarmQuiet },
  async prepare(world) {
    const { history } = await world.facts({ history: alarmHistory, alertRuns, scalingActivities });
    const lastAlarm = history.raised[0]?.at.toISOString() ?? '';
    return { ...(await pickInstance(world)), lastAlarm };
  },
  method: (environment): Step[] => [
    {
      id: 'stop-gateway',
      title: 'Stop the gateway',
      moves: [stopMove(environment)],
      undo: startAgain(environment),
      expect: [alarmRaised, alertDelivered, replacedInTime('stoppedAt')],
    },
  ],
  recovery: ({ infrastructure }) => infrastructure.replaceWithinSeconds + startSeconds,
});
