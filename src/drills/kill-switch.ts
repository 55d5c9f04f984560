import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../environment/schema.ts';
import { gatewayProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import type { RpcOptions } from '../ports/gateway.ts';
import { killSwitch as killSwitchFact } from '../probes/aws/kill-switch.ts';
import { scalingActivities } from '../probes/aws/scaling-activities.ts';
import { gatewayAgents } from '../probes/gateway/config.ts';
import { objectAt, textAt } from '../probes/gateway/payload.ts';
import { awsMove, drill, type Expectation, gatewayMove, type Move, type Step, type Undo } from './drill.ts';
import { startMove, startSeconds } from './gateway-moves.ts';
import { gatewaysNow } from './gateway-now.ts';
import { isMember, pickInstance, secondsSince, timed } from './members.ts';
import { allInService, gatewayReady } from './steady.ts';

const scopes: RpcOptions = { scopes: ['operator.write'] };
const sessionOf = (agent: string) => `agent:${agent}:clawcheck-drill`;

/** Work that lasts: a switch that only lets running work end would pass on a gateway that has nothing to do. */
const startWork = gatewayProbe({
  id: 'gateway/drill-work',
  needs: { agents: gatewayAgents },
  async gather(gateway, { agents }, { nonce }) {
    const agent = (agents.includes('main') ? 'main' : agents[0]) ?? '';
    const message = 'This is a drill. Use no tools. Write the numbers from 1 to 3000 in words, one on each line.';
    const params = { sessionKey: sessionOf(agent), message, idempotencyKey: `clawcheck-${nonce}` };
    const sent = objectAt(await gateway.rpc('chat.send', params, scopes), 'the start of a turn');
    return { agent, run: textAt(sent['runId'], 'the id of a turn') };
  },
});

/** Whether the work still goes on; asked for a moment. */
function workOf(runId: string) {
  return gatewayProbe<boolean>({
    id: 'gateway/drill-work-state',
    async gather(gateway) {
      const answer = await gateway.rpc('agent.wait', { runId, timeoutMs: 500 }, { ...scopes, timeoutMs: 10_000 });
      const status = objectAt(answer, 'the state of a turn')['status'];
      return status === 'pending' || status === 'timeout';
    },
  });
}

function abortOf(sessionKey: string, runId: string) {
  return gatewayProbe<true>({
    id: 'gateway/drill-work-abort',
    async gather(gateway) {
      await gateway.rpc('chat.abort', { sessionKey, runId }, scopes);
      return true;
    },
  });
}

const working: Expectation = {
  id: 'working',
  claim: 'the agent is at work when the switch is used',
  from: 'answer of the gateway',
  patience: () => 0,
  async look(world) {
    const { working } = await world.facts({ working: workOf(world.values['run'] ?? '') }, world.values['address']);
    if (working) return { ok: true, observed: 'the turn is running' };
    throw new ProbeError('no_control', 'the turn had ended before the switch was used, so nothing can be shown');
  },
};

const endWork: Undo = {
  title: 'End the work, where it still goes on',
  seconds: () => 60,
  needed: async (world) => {
    if (world.values['run'] === undefined || (await gatewaysNow(world)) !== 'running') return undefined;
    const { working } = await world.facts({ working: workOf(world.values['run']) }, world.values['address']);
    return working ? {} : undefined;
  },
  moves: [
    gatewayMove({
      command: 'chat.abort the turn of this drill',
      async send(world) {
        const { agent = '', run = '', address } = world.values;
        await world.facts({ abort: abortOf(sessionOf(agent), run) }, address, true);
        return {};
      },
    }),
  ],
};

/** Uses a document or function of the configured kind. */
function useMove({ drills, infrastructure }: Environment, name: string, learned: string): Move {
  const Parameters = drills.killSwitchParameters;
  switch (drills.killSwitchKind) {
    case 'command':
      return awsMove({
        operation: 'ssm:SendCommand',
        input: () => ({
          DocumentName: name,
          Targets: [{ Key: 'tag:aws:autoscaling:groupName', Values: [infrastructure.autoScalingGroup] }],
          Parameters,
          Comment: 'clawcheck drill',
        }),
        learn: ({ Command }) => ({ ...timed(`${learned}At`), [learned]: Command?.CommandId ?? '' }),
      });
    case 'automation':
      return awsMove({
        operation: 'ssm:StartAutomationExecution',
        input: () => ({ DocumentName: name, Parameters }),
        learn: ({ AutomationExecutionId = '' }) => ({ ...timed(`${learned}At`), [learned]: AutomationExecutionId }),
      });
    case 'function':
      return awsMove({
        operation: 'lambda:Invoke',
        input: () => ({ FunctionName: name, Payload: Buffer.from(JSON.stringify(Parameters)) }),
        learn(output) {
          if (output.FunctionError) throw new ProbeError('bad_response', 'the function of the switch failed');
          // By the id of the request, its own log tells of the run.
          const { requestId = '' } = (output as { $metadata?: { requestId?: string } }).$metadata ?? {};
          return { ...timed(`${learned}At`), [learned]: requestId };
        },
      });
  }
}

/** It stops: no process of the gateway is left, however much work there was. */
const stopped: Expectation = {
  id: 'stopped',
  claim: 'the agent is stopped at once, with its work',
  from: 'port and processes on every instance, by the local clock',
  limit: ({ drills }) => drills.killWithinSeconds,
  patience: ({ drills }) => drills.killWithinSeconds * 3,
  async look(world) {
    if ((await gatewaysNow(world)) !== 'stopped') return undefined;
    const now = world.now();
    return {
      ok: true,
      seconds: Math.max(0, secondsSince(world, 'usedAt', now)),
      observed: 'nothing listens and no process is left',
      learned: timed('deadAt'),
    };
  },
};

/** Nothing brings it back: not the service manager, and not the group. */
const staysDown: Expectation = {
  id: 'stays-down',
  claim: 'nothing starts it again',
  from: 'port and processes on every instance, and scaling activities',
  patience: ({ drills }) => drills.holdSeconds * 2 + 30,
  async look(world) {
    const { activities } = await world.facts({ activities: scalingActivities });
    const launch = activities.find(({ kind, start }) => kind === 'launch' && secondsSince(world, 'usedAt', start) >= 0);
    if (launch) return { ok: false, observed: `the group launched ${launch.instance}` };
    if ((await gatewaysNow(world)) !== 'stopped') return { ok: false, observed: 'it was started again' };
    const held = secondsSince(world, 'deadAt', world.now());
    if (held < world.environment.drills.holdSeconds) return undefined;
    return { ok: true, seconds: held, observed: `for ${held} seconds` };
  },
};

const bringBack = (environment: Environment): Undo => {
  const { resume } = environment.drills;
  return {
    title: 'Start the agent again',
    seconds: ({ gateway }) => startSeconds + gateway.startSeconds,
    async needed(world) {
      if (resume === undefined && !(await isMember(world))) return undefined;
      // A switch that was used just before needs a moment to work; what it stops then must not be missed.
      const since = world.now().getTime() - Date.parse(world.values['usedAt'] ?? world.values['startedAt'] ?? '');
      if (since < settleMs) await sleep(settleMs - since);
      return {};
    },
    moves: [resume === undefined ? startMove(environment) : useMove(environment, resume, 'resumed')],
    settled: async (world) => (await gatewaysNow(world)) === 'running',
  };
};

const settleMs = 2_000;

/** The agent is at work; the switch is used; it must be gone at once and stay away. */
export const killSwitch = drill({
  title: 'The kill switch stops the agent at once',
  why: 'A plain stop lets running work go on for up to five minutes, and a supervisor may start it again.',
  effects: [
    'Stops the agent on every instance, with whatever it is doing, for as long as drills.holdSeconds.',
    'Has an agent begin one long answer before: costs one model call, and leaves a session row.',
  ],
  missing: ({ monitoring, drills, host }) => [
    ...(monitoring.killSwitch === undefined ? ['monitoring.killSwitch'] : []),
    ...(drills.resume === undefined && host.unit === undefined
      ? ['drills.resume or host.unit, by which the agent is started again']
      : []),
  ],
  steady: { 'in-service': allInService, 'gateway-ready': gatewayReady },
  async prepare(world) {
    const { found } = await world.facts({ found: killSwitchFact, scalingActivities });
    const kind = found?.kind === 'function' ? 'function' : found?.type?.toLowerCase();
    if (!found?.active || kind !== world.environment.drills.killSwitchKind) {
      throw new ProbeError('conflict', 'the kill switch is not there, not active, or not of drills.killSwitchKind');
    }
    return pickInstance(world);
  },
  method: (environment): Step[] => [
    {
      id: 'start-work',
      title: 'Give the agent work that lasts',
      moves: [
        gatewayMove({
          command: 'chat.send a request for a long answer, in a session of its own',
          async send(world) {
            const { work } = await world.facts({ work: startWork }, world.values['address'], true);
            return { run: work.run, agent: work.agent };
          },
        }),
      ],
      undo: endWork,
      expect: [working],
    },
    {
      id: 'use-switch',
      title: 'Use the kill switch',
      moves: [useMove(environment, environment.monitoring.killSwitch ?? '<kill switch>', 'used')],
      undo: bringBack(environment),
      expect: [stopped, staysDown],
    },
  ],
  recovery: ({ gateway }) => startSeconds + gateway.startSeconds,
});
