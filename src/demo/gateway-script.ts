import type { Reason } from '../model/reason.ts';
import type { HttpAnswer, Scenario } from './scenario.ts';

/** What is wrong with the approvals of a gateway; without it they work as the real ones do. */
export type ApprovalFault =
  /** Requests are taken and never listed. */
  | 'unlisted'
  /** A request that nobody answers is allowed. */
  | 'expiry-allows'
  /** What was denied can be allowed afterwards. */
  | 'reopens'
  /** Decisions leave no trace. */
  | 'unrecorded'
  /** The record does not say who decided. */
  | 'anonymous'
  /** Another gate than a person answers at once. */
  | 'no-queue';

export type RpcAnswer = { readonly payload: unknown } | { readonly error: Reason };

/** The gateway of a scenario with its memory: an approval that was asked for is pending, then decided, then history. */
export interface GatewayScript {
  get(path: string): HttpAnswer & { readonly error?: Reason };
  rpc(method: string, params: Readonly<Record<string, unknown>>): RpcAnswer;
}

interface Approval {
  readonly id: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  decided?: { readonly status: string; readonly reason: string; readonly decision?: string; readonly atMs: number };
}

const controlPage: HttpAnswer = {
  contentType: 'text/html; charset=utf-8',
  body: '<!doctype html><html><head><title>OpenClaw Control</title></head><body></body></html>',
};

/** @param clock the time of the records that are made here */
export function gatewayScript({ gateway }: Scenario, clock: () => Date): GatewayScript {
  const approvals: Approval[] = [];
  const fault = gateway.approvals;
  const started = performance.now();

  const request = (params: Readonly<Record<string, unknown>>): RpcAnswer => {
    const now = clock().getTime();
    const { id, timeoutMs, twoPhase, requireDeliveryRoute, suppressDelivery, ...asked } = params;
    if (typeof id !== 'string' || typeof timeoutMs !== 'number') return { error: 'bad_response' };
    const times = { createdAtMs: now, expiresAtMs: now + timeoutMs };
    if (fault === 'no-queue') return { payload: { id, decision: null, ...times } };
    const approval: Approval = { id, request: { ...asked, allowedDecisions: ['allow-once', 'deny'] }, ...times };
    approvals.unshift(approval);
    if (twoPhase === true) return { payload: { status: 'accepted', id, deliveryRoute: 'none', ...times } };
    const decision = fault === 'expiry-allows' ? 'allow-once' : null;
    approval.decided = {
      status: decision ? 'allowed' : 'expired',
      reason: 'timeout',
      ...(decision && { decision }),
      atMs: times.expiresAtMs,
    };
    return { payload: { id, decision, ...times } };
  };

  const resolve = ({ id, decision }: Readonly<Record<string, unknown>>): RpcAnswer => {
    const approval = approvals.find((a) => a.id === id);
    if (!approval || typeof decision !== 'string') return { error: 'not_found' };
    if (approval.decided && fault !== 'reopens') return { error: 'conflict' };
    const status = decision === 'deny' ? 'denied' : 'allowed';
    approval.decided = { status, reason: 'user', decision, atMs: clock().getTime() };
    return { payload: { ok: true } };
  };

  const history = (recorded: readonly unknown[]): RpcAnswer => {
    const ours = approvals.flatMap(({ id, request, createdAtMs, expiresAtMs, decided }) => {
      if (!decided || fault === 'unrecorded') return [];
      const { atMs, ...outcome } = decided;
      const person = outcome.reason === 'user' ? { kind: 'runtime', id: 'gateway-client' } : { kind: 'system' };
      return {
        id,
        ...outcome,
        presentation: { kind: 'exec', commandText: request['command'], allowedDecisions: request['allowedDecisions'] },
        createdAtMs,
        expiresAtMs,
        resolvedAtMs: atMs,
        source: { agentId: request['agentId'] },
        ...(fault !== 'anonymous' && { resolver: person }),
      };
    });
    return { payload: { items: [...ours, ...recorded] } };
  };

  return {
    get(path) {
      const answer = gateway.http[path] ?? controlPage;
      const { body } = answer;
      if (typeof body !== 'object' || body === null || answer.frozen || !('uptimeMs' in body)) return answer;
      const uptimeMs = Number(body.uptimeMs) + Math.round(performance.now() - started);
      return { ...answer, body: { ...body, uptimeMs } };
    },
    rpc(method, params) {
      const payload = gateway.rpc[method];
      const error = (payload as { error?: { reason?: Reason } } | null | undefined)?.error;
      if (error?.reason) return { error: error.reason };
      switch (method) {
        case 'exec.approval.request':
          return request(params);
        case 'exec.approval.resolve':
          return resolve(params);
        case 'exec.approval.list':
          return { payload: fault === 'unlisted' ? [] : approvals.filter((a) => !a.decided).map(listed) };
        case 'chat.send':
          return { payload: { runId: params['idempotencyKey'], status: 'started' } };
        case 'agent.wait':
          return { payload: { runId: params['runId'], ...(payload as object | undefined) } };
        case 'approval.history':
          return history((payload as { items?: unknown[] } | undefined)?.items ?? []);
        default:
          return Object.hasOwn(gateway.rpc, method) ? { payload: structuredClone(payload) } : { error: 'not_found' };
      }
    },
  };
}

function listed({ id, request, createdAtMs, expiresAtMs }: Approval): unknown {
  return { id, request, createdAtMs, expiresAtMs, approvalKind: 'exec' };
}
