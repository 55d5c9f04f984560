import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort } from '../../ports/gateway.ts';
import {
  type GateTrial,
  type PendingRequest,
  requestsOf,
  type TrialAnswer,
  type TrialAttempt,
  type TrialPlace,
  tryAnswers,
} from './gate-trial.ts';
import { pause } from './pause.ts';
import { malformed, objectAt } from './payload.ts';

export interface ToolTrial {
  readonly agent: string;
  readonly tool: string;
  /** The arguments of the gate's canary: harmless when the tool is run with them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Unique; letters, digits and `-`. */
  readonly name: string;
  /** Longest time for which a request is left unanswered; where it stays open for longer, that is not tried. */
  readonly expirySeconds: number;
}

const betweenLooksMs = 200;
/** A hook may keep a request open for ten minutes. */
const longestMs = 620_000;

/**
 * Calls a tool with the arguments of its canary through the gateway's own path for tools, plugin hooks included, once
 * for each answer. No model is asked and no session is made. Whether it ran is what the gateway says of the call.
 *
 * @throws ProbeError where the gateway cannot be asked; `not_found` where its version has no `tools.invoke`
 */
export async function tryToolGate({ gateway, signal }: TrialPlace, trial: ToolTrial): Promise<GateTrial> {
  const attempts = await tryAnswers(trial.expirySeconds, (answer, n) =>
    attempt(gateway, signal, trial, answer, `clawcheck-${trial.name}-${n}`),
  );
  return { kind: 'tool', agent: trial.agent, tool: trial.tool, attempts, leftBehind: false };
}

async function attempt(
  gateway: GatewayPort,
  signal: AbortSignal,
  { agent, tool, args }: ToolTrial,
  answer: TrialAnswer,
  key: string,
): Promise<TrialAttempt> {
  // The one who decides has to be there first: a request that reaches nobody is denied at once.
  const requests = requestsOf(gateway, 'plugin');
  await requests.pending();
  const params = {
    name: tool,
    args,
    confirm: true,
    agentId: agent,
    sessionKey: `agent:${agent}:${key}`,
    idempotencyKey: key,
  };
  let result: { readonly outcome: Outcome } | undefined;
  const call = gateway
    .rpc('tools.invoke', params, { scopes: ['operator.write', 'operator.approvals'], timeoutMs: longestMs })
    .then((payload) => {
      result = { outcome: outcomeOf(payload) };
      return result.outcome;
    });
  // Awaited below; until then a failure of it must not count as unhandled.
  let failed = false;
  call.catch(() => {
    failed = true;
  });
  let request: PendingRequest | undefined;
  while (!request && !result && !failed) {
    await pause(betweenLooksMs, signal);
    request = (await requests.pending()).find(({ request: { toolCallId } }) => String(toolCallId ?? '').endsWith(key));
  }
  if (!request) {
    const outcome = await call;
    const refused = outcome === 'refused';
    return { answer, request: undefined, doneWhilePending: undefined, done: outcome === 'done', refused };
  }
  const doneWhilePending = result !== undefined;
  if (answer !== 'expire') await requests.answer(request.id, answer);
  const outcome = await call;
  const { id, expiresInMs } = request;
  const done = outcome === 'done';
  return { answer, request: { id, expiresInMs }, doneWhilePending, done, ...(await requests.recorded(id)) };
}

type Outcome = 'done' | 'blocked' | 'refused';

/** `blocked`: it waited for an approval that did not come; `refused`: there is no such tool for this agent. */
function outcomeOf(payload: unknown): Outcome {
  const { ok, requiresApproval, error } = objectAt(payload, 'the result of a tool');
  if (ok === true) return 'done';
  if (ok !== false) throw malformed('the result of a tool');
  if (requiresApproval === true) return 'blocked';
  if (objectAt(error, 'the result of a tool')['code'] === 'not_found') return 'refused';
  throw new ProbeError('bad_response', 'a tool failed with the arguments of its canary, so its gate was not tried', {
    next: 'Give the gate a canary that the tool takes: see approvalGates.gates in the environment file.',
  });
}
