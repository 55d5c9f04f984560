import { type JsonObject, listAt, numberAt, objectAt, textAt } from './payload.ts';

/** A decision as the gateway's history has it. */
export interface RecordedDecision {
  readonly status: 'allowed' | 'denied' | 'expired' | 'cancelled' | 'other';
  readonly decision: 'allow-once' | 'allow-always' | 'deny' | 'none' | 'other';
  readonly reason: 'user' | 'timeout' | 'other';
  /** What decided: a device, a chat channel, the command line or API, or the gateway itself. */
  readonly resolver: 'device' | 'channel' | 'runtime' | 'system' | 'unnamed';
  readonly createdAtMs: number;
  readonly resolvedAtMs: number | undefined;
  /** The tool that a plugin held back; undefined for commands. */
  readonly tool: string | undefined;
  /** Asked for by a run of clawcheck, this one or an earlier one. */
  readonly ours: boolean;
}

/** The answer of `approval.history`, by id, newest first. */
export function decisionsIn(history: unknown): ReadonlyMap<unknown, RecordedDecision> {
  const items = listAt(objectAt(history, 'its approval history')['items'], 'its approval history');
  const found = new Map<unknown, RecordedDecision>();
  for (const item of items.map((entry) => objectAt(entry, 'a decision'))) {
    if (!found.has(item['id'])) found.set(item['id'], decisionOf(item));
  }
  return found;
}

function decisionOf(item: JsonObject): RecordedDecision {
  const pick = <W extends string, O extends string>(value: unknown, words: readonly W[], other: O): W | O =>
    words.find((word) => word === value) ?? other;
  const resolver = typeof item['resolver'] === 'object' ? (item['resolver'] as JsonObject | null)?.['kind'] : undefined;
  const at = item['resolvedAtMs'];
  return {
    status: pick(textAt(item['status'], 'the status of a decision'), statuses, 'other'),
    decision: item['decision'] ? pick(item['decision'], decisions, 'other') : 'none',
    reason: pick(item['reason'], ['user', 'timeout'], 'other'),
    resolver: pick(resolver, ['device', 'channel', 'runtime', 'system'], 'unnamed'),
    createdAtMs: numberAt(item['createdAtMs'], 'the time of a request'),
    tool: heldBack(item['presentation']),
    ours: isOurs(item),
    resolvedAtMs: at === undefined || at === null ? undefined : numberAt(at, 'the time of a decision'),
  };
}

function isOurs({ id, source, presentation }: JsonObject): boolean {
  const texts = [id, member(source, 'sessionKey'), member(presentation, 'commandText')];
  return texts.some((text) => typeof text === 'string' && /(^|[:/])clawcheck-/.test(text));
}

function heldBack(presentation: unknown): string | undefined {
  const tool = member(presentation, 'toolName');
  return member(presentation, 'kind') === 'plugin' && typeof tool === 'string' ? tool : undefined;
}

function member(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? (holder as JsonObject)[key] : undefined;
}

const statuses = ['allowed', 'denied', 'expired', 'cancelled'] as const;
const decisions = ['allow-once', 'allow-always', 'deny'] as const;
