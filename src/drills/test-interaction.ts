import { agentTurn } from '../probes/gateway/agent-turn.ts';
import { drill, gatewayMove } from './drill.ts';
import { pickInstance, secondsSince, timed } from './members.ts';
import { gatewayReady } from './steady.ts';

const minute = 60_000;

/** One message to an agent, and whether it is found in the logs. */
export const testInteraction = drill({
  title: 'A test interaction is answered and shows up in the logs',
  why: 'What is not in the logs cannot be looked into when something has gone wrong.',
  effects: ['Sends one message to an agent: costs one model call, and leaves a session row and log lines.'],
  missing: ({ monitoring }) =>
    monitoring.logGroups.some(({ kind }) => kind === 'session') ? [] : ['a session log in monitoring.logGroups'],
  steady: { 'gateway-ready': gatewayReady },
  prepare: pickInstance,
  method: () => [
    {
      id: 'send-message',
      title: 'Send a marked message to an agent',
      moves: [
        gatewayMove({
          command: 'chat.send a marked message, in a session of its own',
          async send(world) {
            const { turn } = await world.facts({ turn: agentTurn }, world.values['address'], true);
            if (!turn) return {};
            const { marker, replied, status } = turn;
            return { marker, turn: replied === false ? 'silent' : status, ...timed('answeredAt') };
          },
        }),
      ],
      expect: [
        {
          id: 'answered',
          claim: 'the turn of the agent ends well',
          from: 'answer of the gateway',
          patience: () => 0,
          async look({ values: { turn = 'unknown' } }) {
            return { ok: turn === 'ok', observed: `the turn ended as ${turn}` };
          },
        },
        {
          id: 'logged',
          claim: 'the marker is found in every session log',
          from: 'CloudWatch Logs',
          limit: ({ monitoring }) => monitoring.logArrivalSeconds,
          patience: ({ monitoring }) => monitoring.logArrivalSeconds * 2,
          async look(world) {
            const { marker = '', startedAt = '' } = world.values;
            const groups = world.environment.monitoring.logGroups.filter(({ kind }) => kind === 'session');
            for (const { name } of groups) {
              const { events } = await world.read.read('logs:FilterLogEvents', {
                logGroupName: name,
                startTime: Date.parse(startedAt) - minute,
                filterPattern: `"${marker}"`,
              });
              if (!events?.some(({ message }) => message?.includes(marker))) return undefined;
            }
            const seconds = Math.max(0, secondsSince(world, 'answeredAt', world.now()));
            return { ok: true, seconds, observed: `in ${groups.map(({ name }) => name).join(', ')}` };
          },
        },
      ],
    },
  ],
  recovery: () => 60,
});
