import type { Reason } from '../model/reason.ts';

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
  | 'no-queue'
  /** What is configured to ask does not: what was to wait is done at once. */
  | 'not-live'
  /** What waits is done before anybody answers. */
  | 'runs-ahead'
  /** What was denied is done all the same. */
  | 'ignores-denial'
  /** What was allowed is not done either. */
  | 'never-runs'
  /** The model does not do what the message asks for. */
  | 'unwilling';

export type RpcAnswer = { readonly payload: unknown } | { readonly error: Reason };

type Params = Readonly<Record<string, unknown>>;

interface Approval {
  readonly id: string;
  readonly kind: 'exec' | 'plugin';
  readonly request: Params;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Lets go what waits for it, and says whether it went through. */
  readonly release?: (allowed: boolean) => void;
  decided?: { readonly status: string; readonly reason: string; readonly decision?: string; readonly atMs: number };
}

/** The approvals of one gateway. */
export interface Approvals {
  request(params: Params): RpcAnswer;
  resolve(params: Params): RpcAnswer;
  pending(kind: Approval['kind']): readonly unknown[];
  /** Whether a run waits for one. */
  waits(runId: unknown): boolean;
  history(recorded: readonly unknown[]): RpcAnswer;
  /** Something waits until it is decided on. @returns whether it was done in the end */
  ask(kind: Approval['kind'], request: Params, lifetimeMs: number, done: () => void): Promise<boolean>;
}

const choice = { allowedDecisions: ['allow-once', 'deny'] };

export function gatewayApprovals(fault: ApprovalFault | undefined, clock: () => Date): Approvals {
  const approvals: Approval[] = [];
  const expire = (approval: Approval) => {
    const decision = fault === 'expiry-allows' ? 'allow-once' : undefined;
    const status = decision ? 'allowed' : 'expired';
    approval.decided = { status, reason: 'timeout', ...(decision && { decision }), atMs: approval.expiresAtMs };
    approval.release?.(decision !== undefined);
    return decision ?? null;
  };

  return {
    request(params) {
      const now = clock().getTime();
      const { id, timeoutMs, twoPhase, requireDeliveryRoute, suppressDelivery, ...asked } = params;
      if (typeof id !== 'string' || typeof timeoutMs !== 'number') return { error: 'bad_response' };
      const times = { createdAtMs: now, expiresAtMs: now + timeoutMs };
      if (fault === 'no-queue') return { payload: { id, decision: null, ...times } };
      const approval: Approval = { id, kind: 'exec', request: { ...asked, ...choice }, ...times };
      approvals.unshift(approval);
      if (twoPhase === true) return { payload: { status: 'accepted', id, deliveryRoute: 'none', ...times } };
      return { payload: { id, decision: expire(approval), ...times } };
    },

    resolve({ id, decision }) {
      const approval = approvals.find((a) => a.id === id);
      if (!approval || typeof decision !== 'string') return { error: 'not_found' };
      if (approval.decided && fault !== 'reopens') return { error: 'conflict' };
      const status = decision === 'deny' ? 'denied' : 'allowed';
      approval.decided = { status, reason: 'user', decision, atMs: clock().getTime() };
      approval.release?.(status === 'allowed');
      return { payload: { ok: true } };
    },

    pending: (kind) =>
      fault === 'unlisted'
        ? []
        : approvals
            .filter((approval) => approval.kind === kind && !approval.decided)
            .map(({ id, request, createdAtMs, expiresAtMs }) => ({
              id,
              request,
              createdAtMs,
              expiresAtMs,
              approvalKind: kind,
            })),

    waits: (runId) => approvals.some(({ decided, request }) => !decided && request['runId'] === runId),

    history(recorded) {
      const ours = approvals.flatMap(({ id, kind, request, createdAtMs, expiresAtMs, decided }) => {
        if (!decided || fault === 'unrecorded') return [];
        const { atMs, ...outcome } = decided;
        const { command, agentId, sessionKey, toolName } = request;
        return {
          id,
          ...outcome,
          presentation: { kind, ...(kind === 'exec' ? { commandText: command } : { toolName }), ...choice },
          createdAtMs,
          expiresAtMs,
          resolvedAtMs: atMs,
          source: { agentId, sessionKey },
          ...(fault !== 'anonymous' && {
            resolver: outcome.reason === 'user' ? { kind: 'runtime', id: 'gateway-client' } : { kind: 'system' },
          }),
        };
      });
      return { payload: { items: [...ours, ...recorded] } };
    },

    ask(kind, request, lifetimeMs, done) {
      const now = clock().getTime();
      const id = `${kind === 'plugin' ? 'plugin:' : ''}4f51b0c2-0000-4000-8000-${String(approvals.length).padStart(12, '0')}`;
      return new Promise((resolve) => {
        const release = (allowed: boolean) => {
          clearTimeout(timer);
          const goes = fault === 'ignores-denial' || (allowed && fault !== 'never-runs');
          if (goes) done();
          resolve(goes);
        };
        const times = { createdAtMs: now, expiresAtMs: now + lifetimeMs };
        const approval: Approval = { id, kind, request: { ...request, ...choice }, ...times, release };
        const timer = setTimeout(() => approval.decided || expire(approval), lifetimeMs);
        timer.unref();
        approvals.unshift(approval);
        if (fault === 'runs-ahead') {
          done();
          if (kind === 'plugin') resolve(true);
        }
      });
    },
  };
}
