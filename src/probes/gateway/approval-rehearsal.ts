import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort, RpcOptions } from '../../ports/gateway.ts';
import { decisionsIn, type RecordedDecision } from './decisions.ts';
import { type JsonObject, listAt, objectAt } from './payload.ts';
import { readiness } from './readiness.ts';

export interface ApprovalRehearsal {
  /** The ids of the two requests that this run added to the history. */
  readonly ids: { readonly denied: string; readonly expired: string };
  readonly accepted: boolean;
  /** The request as it is listed for those who decide; undefined when it is not listed. */
  readonly listed: { readonly showsCommand: boolean; readonly mayDeny: boolean } | undefined;
  /** Whether it could still be allowed after it was denied. */
  readonly reopened: boolean;
  /** What came back for the request that nobody answered. */
  readonly unanswered: 'none' | 'allowed' | 'denied';
  /** From the history; undefined when it is not in it. */
  readonly denied: RecordedDecision | undefined;
  readonly expired: RecordedDecision | undefined;
  /** Requests of others that a person allowed, newest first: approvals do let work go on. */
  readonly allowedByPeople: readonly RecordedDecision[];
  /** Requests for tools that plugins held back, whatever became of them and whoever asked. */
  readonly ofPlugins: readonly RecordedDecision[];
}

const scopes: RpcOptions = { scopes: ['operator.approvals'] };
const waitMs = 1500;

/**
 * Asks for two approvals of a command that nothing is going to run: only the record is made, nobody is notified, and
 * no agent waits for it. The first is listed, denied, and tried to be allowed after all; the second is left to expire.
 * Both are found in the history afterwards, where they stay for 30 days. All in one connection: a request is seen
 * only by the one who made it.
 */
export const approvalRehearsal = gatewayProbe<ApprovalRehearsal, { readiness: typeof readiness }>({
  id: 'gateway/approval-rehearsal',
  needs: { readiness },
  async gather(gateway, _facts, { nonce }) {
    // Releases that keep no history could not show what became of a request; it is then not made.
    await gateway.rpc('approval.history', { limit: 1 }, scopes);
    const ids = { denied: `${prefix}${nonce}-1`, expired: `${prefix}${nonce}-2` };
    const expiring = gateway.rpc('exec.approval.request', requestOf(ids.expired, waitMs, false), {
      ...scopes,
      timeoutMs: waitMs + 10_000,
    });
    // Awaited below; until then a failure of it must not count as unhandled.
    expiring.catch(() => {});
    const request = await gateway.rpc('exec.approval.request', requestOf(ids.denied, 60_000, true), scopes);
    const accepted = objectAt(request, 'an approval')['status'] === 'accepted';
    const listed = accepted ? await listedAs(gateway, ids.denied) : undefined;
    const reopened = accepted && (await denyThenAllow(gateway, ids.denied));
    const unanswered = answerTo(objectAt(await expiring, 'an approval'));
    const history = decisionsIn(await gateway.rpc('approval.history', { limit: 100 }, scopes));
    return {
      ids,
      accepted,
      listed,
      reopened,
      unanswered,
      denied: history.get(ids.denied),
      expired: history.get(ids.expired),
      allowedByPeople: [...history.values()].filter(
        ({ status, decision, reason, resolver, ours }) =>
          status === 'allowed' && decision.startsWith('allow') && reason === 'user' && !ours && isNamed(resolver),
      ),
      ofPlugins: [...history.values()].filter(({ tool }) => tool !== undefined),
    };
  },
});

/** What the gateway decided by itself, or nobody knows who, no person did. */
const isNamed = (resolver: RecordedDecision['resolver']) => resolver !== 'system' && resolver !== 'unnamed';

const prefix = 'clawcheck-';

function requestOf(id: string, timeoutMs: number, twoPhase: boolean) {
  return {
    id,
    command: commandOf(id),
    commandArgv: ['/bin/true', id],
    host: 'gateway',
    ask: 'always',
    security: 'allowlist',
    timeoutMs,
    twoPhase,
    requireDeliveryRoute: false,
    suppressDelivery: true,
    warningText: 'clawcheck rehearses the approval gate: nothing is going to run',
  };
}

function commandOf(id: string): string {
  return `/bin/true ${id}`;
}

async function listedAs(gateway: GatewayPort, id: string): Promise<ApprovalRehearsal['listed']> {
  const list = listAt(await gateway.rpc('exec.approval.list', {}, scopes), 'the pending approvals');
  const entry = list.map((item) => objectAt(item, 'a pending approval')).find((item) => item['id'] === id);
  if (!entry) return undefined;
  const request = objectAt(entry['request'], 'a pending approval');
  const decisions = listAt(request['allowedDecisions'], 'the decisions of a pending approval');
  return { showsCommand: request['command'] === commandOf(id), mayDeny: decisions.includes('deny') };
}

/** Whether the denied request took a second answer. */
async function denyThenAllow(gateway: GatewayPort, id: string): Promise<boolean> {
  const denied = await gateway.rpc('exec.approval.resolve', { id, decision: 'deny' }, scopes);
  if (objectAt(denied, 'the answer to a denial')['ok'] !== true) {
    throw new ProbeError('bad_response', 'the gateway did not take the denial of an approval');
  }
  try {
    await gateway.rpc('exec.approval.resolve', { id, decision: 'allow-once' }, scopes);
    return true;
  } catch (thrown) {
    const decided = thrown instanceof ProbeError && (thrown.reason === 'conflict' || thrown.reason === 'not_found');
    if (!decided) throw thrown;
    return false;
  }
}

function answerTo({ decision, status }: JsonObject): ApprovalRehearsal['unanswered'] {
  if (decision === null && status === undefined) return 'none';
  if (decision === 'deny') return 'denied';
  if (decision === 'allow-once' || decision === 'allow-always') return 'allowed';
  throw new ProbeError('bad_response', 'the gateway did not say what became of an approval that nobody answered');
}
