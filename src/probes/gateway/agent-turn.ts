import { gatewayProbe } from '../../model/probe.ts';
import type { GatewayPort, RpcOptions } from '../../ports/gateway.ts';
import { realWaiting, type Waiting } from '../../ports/waiting.ts';
import { hostIdentity } from '../host/identity.ts';
import { gatewayAgents } from './config.ts';
import { malformed, objectAt, textAt } from './payload.ts';
import { readiness } from './readiness.ts';

/**
 * Why a turn failed, as far as the gateway's words are known:
 * - `read-only`: the agent could not write what it must write before it can work
 * - `model`: the model provider refused
 */
export type TurnFault = 'read-only' | 'model' | 'other';

export interface AgentTurn {
  /** `ok` and `error` as the gateway says; `unfinished` where it did not end within `monitoring.agentTurnSeconds`. */
  readonly status: 'ok' | 'error' | 'unfinished';
  readonly fault: TurnFault | undefined;
  /** Whether the agent said anything visible; undefined where this version does not say. */
  readonly replied: boolean | undefined;
  /** In the message and in nothing else that is sent: what this run said to the gateway of this one host. */
  readonly marker: string;
  readonly sessionKey: string;
}

const scopes: RpcOptions = { scopes: ['operator.write'] };
const pauseMs = 500;

/**
 * One message to an agent, in a session of its own, and what became of the turn: undefined, and nothing is sent, unless
 * `monitoring.agentTurn` says so. The turn is ended where it takes too long.
 */
export const agentTurn = gatewayProbe<
  AgentTurn | undefined,
  { readiness: typeof readiness; agents: typeof gatewayAgents; identity: typeof hostIdentity }
>({
  id: 'gateway/agent-turn',
  needs: { readiness, agents: gatewayAgents, identity: hostIdentity },
  async gather(gateway, { agents, identity }, { environment, nonce, signal, waiting = realWaiting('', signal) }) {
    if (!environment.monitoring.agentTurn) return undefined;
    // The gateway logs the id of a slow run, and other probes put the nonce into ids and commands: not this word.
    const marker = `clawcheck-said-${nonce}-${identity.instanceId}`;
    const agent = agents.includes('main') ? 'main' : agents[0];
    const sessionKey = `agent:${agent}:clawcheck`;
    const message = `This is an automatic readiness test, ${marker}. Use no tools. Answer with the one word OK.`;
    const sent = await gateway.rpc('chat.send', { sessionKey, message, idempotencyKey: `clawcheck-${nonce}` }, scopes);
    const runId = textAt(objectAt(sent, 'the start of a turn')['runId'], 'the id of a turn');
    const end = await endOf(gateway, runId, environment.monitoring.agentTurnSeconds * 1000, waiting);
    if (end.status === 'unfinished') await abort(gateway, sessionKey, runId);
    return { ...end, marker, sessionKey };
  },
});

type End = Pick<AgentTurn, 'status' | 'fault' | 'replied'>;

async function endOf(gateway: GatewayPort, runId: string, ms: number, waiting: Waiting): Promise<End> {
  const giveUp = waiting.elapsed() + ms;
  for (;;) {
    const options = { ...scopes, timeoutMs: ms + 10_000 };
    const answer = objectAt(await gateway.rpc('agent.wait', { runId, timeoutMs: ms }, options), 'the end of a turn');
    if (answer['runId'] !== runId) throw malformed('the end of the turn that was asked for');
    switch (answer['status']) {
      case 'ok':
        return { status: 'ok', fault: undefined, replied: repliedOf(answer['terminalReply']) };
      case 'error':
        return { status: 'error', fault: faultOf(answer['error']), replied: undefined };
      case 'pending':
      case 'timeout':
        break;
      default:
        throw malformed('the end of a turn');
    }
    if (waiting.elapsed() + pauseMs > giveUp) return { status: 'unfinished', fault: undefined, replied: undefined };
    await waiting.wait(pauseMs);
  }
}

/** The answer of the agent is not kept. */
function repliedOf(reply: unknown): boolean | undefined {
  if (reply === undefined || reply === null) return undefined;
  const { text } = objectAt(reply, 'the reply of an agent');
  return typeof text === 'string' && text.trim() !== '';
}

function faultOf(error: unknown): TurnFault {
  if (typeof error !== 'string') return 'other';
  if (/\bEROFS\b/.test(error)) return 'read-only';
  return /request failed|\bHTTP [45]\d\d\b/.test(error) ? 'model' : 'other';
}

/** What cannot be ended is judged as unfinished all the same. */
async function abort(gateway: GatewayPort, sessionKey: string, runId: string): Promise<void> {
  await gateway.rpc('chat.abort', { sessionKey, runId }, scopes).catch(() => {});
}
