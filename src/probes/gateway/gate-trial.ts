import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort, RpcOptions } from '../../ports/gateway.ts';
import type { HostShell } from '../../ports/host.ts';
import { decisionsIn, type RecordedDecision } from './decisions.ts';
import { type JsonObject, listAt, numberAt, objectAt, textAt } from './payload.ts';

/** How a request for approval is answered; `expire`: not at all, and its end is waited for. */
export type TrialAnswer = 'deny' | 'expire' | 'allow-once';

/** What came of one harmless action that had to wait for approval. */
export interface TrialAttempt {
  readonly answer: TrialAnswer;
  /** The request that it raised; undefined where it raised none. */
  readonly request: { readonly id: string; readonly expiresInMs: number } | undefined;
  /** Whether it was done before anybody had answered; undefined where no request was raised. */
  readonly doneWhilePending: boolean | undefined;
  /** Whether it was done in the end. */
  readonly done: boolean;
  /** Whether the gateway refused it without asking anybody; undefined where only the agent could tell. */
  readonly refused?: boolean;
  /** As the history of the gateway has it; undefined where it is not in it. */
  readonly decision?: RecordedDecision;
}

/** A gate, tried with a harmless action: denied, left to expire where that is soon, and allowed once as the control. */
export interface GateTrial {
  readonly kind: 'exec' | 'tool';
  readonly agent: string;
  /** Of kind `tool`. */
  readonly tool?: string;
  readonly attempts: readonly TrialAttempt[];
  /** Whether something that the trial made on the host could not be removed. */
  readonly leftBehind: boolean;
}

export interface TrialPlace {
  readonly gateway: GatewayPort;
  readonly host: HostShell;
  readonly signal: AbortSignal;
}

/** Of the one who decides: sees the requests of every connection, and counts as somebody who can be asked. */
export const approver: RpcOptions = {
  scopes: ['operator.approvals', 'operator.admin'],
  caps: ['approvals', 'exec-approvals', 'plugin-approvals'],
};

/**
 * Denies first. The rest is tried only while the gate holds: what went through once would only go through again.
 *
 * @param attempt makes the n-th attempt, counted from 1
 */
export async function tryAnswers(
  expirySeconds: number,
  attempt: (answer: TrialAnswer, n: number) => Promise<TrialAttempt>,
): Promise<TrialAttempt[]> {
  const attempts = [await attempt('deny', 1)];
  const holds = () => attempts.every(({ request, done, doneWhilePending }) => request && !done && !doneWhilePending);
  const opensMs = attempts[0]?.request?.expiresInMs ?? Number.POSITIVE_INFINITY;
  if (holds() && opensMs <= expirySeconds * 1000) attempts.push(await attempt('expire', 2));
  if (holds()) attempts.push(await attempt('allow-once', 3));
  return attempts;
}

export interface PendingRequest {
  readonly id: string;
  readonly expiresInMs: number;
  /** What is asked for. */
  readonly request: JsonObject;
}

/** The requests of one kind, as the one who decides sees and answers them. */
export function requestsOf(gateway: GatewayPort, kind: 'exec' | 'plugin') {
  // By their whole names: the plan of a run lists them from this text.
  const list = () =>
    kind === 'exec'
      ? gateway.rpc('exec.approval.list', {}, approver)
      : gateway.rpc('plugin.approval.list', {}, approver);
  const resolve = (answer: Readonly<Record<string, string>>) =>
    kind === 'exec'
      ? gateway.rpc('exec.approval.resolve', answer, approver)
      : gateway.rpc('plugin.approval.resolve', answer, approver);
  return {
    async pending(): Promise<PendingRequest[]> {
      return listAt(await list(), 'the pending approvals').map((item) => {
        const { id, request, createdAtMs, expiresAtMs } = objectAt(item, 'a pending approval');
        const expiresInMs = numberAt(expiresAtMs, 'the end of an approval') - numberAt(createdAtMs, 'its start');
        return {
          id: textAt(id, 'the id of an approval'),
          expiresInMs,
          request: objectAt(request, 'a pending approval'),
        };
      });
    },
    /** One that expired meanwhile, or that another approver answered first, is judged by what is on record. */
    async answer(id: string, decision: Exclude<TrialAnswer, 'expire'>): Promise<void> {
      await resolve({ id, decision }).catch((error: unknown) => {
        if (!(error instanceof ProbeError && ['conflict', 'not_found'].includes(error.reason))) throw error;
      });
    },
    /** As the history has it; nothing where it is not in it. */
    async recorded(id: string): Promise<Pick<TrialAttempt, 'decision'>> {
      const decision = decisionsIn(await gateway.rpc('approval.history', { limit: 100 }, approver)).get(id);
      return decision ? { decision } : {};
    },
  };
}
