/** What a log of a session must answer afterwards. */
export const sessionKinds = ['prompt', 'tool call', 'output', 'error', 'approval'] as const;
export type SessionKind = (typeof sessionKinds)[number];

export interface SessionEvent {
  readonly session: string;
  readonly kind: SessionKind;
}

const kinds: Readonly<Record<string, SessionKind>> = Object.assign(Object.create(null), {
  prompt: 'prompt',
  user: 'prompt',
  usermessage: 'prompt',
  genaiusermessage: 'prompt',
  toolcall: 'tool call',
  tooluse: 'tool call',
  genaitoolcall: 'tool call',
  output: 'output',
  assistant: 'output',
  assistantmessage: 'output',
  toolresult: 'output',
  genaichoice: 'output',
  error: 'error',
  approval: 'approval',
  approvalrequest: 'approval',
  approvaldecision: 'approval',
  execapproval: 'approval',
});

/**
 * Reads one line of a session log: a JSON object that names its session, and what it is (`type`, `event`, `kind` or
 * `role`). Anything else is undefined: text that merely speaks of an approval is not the record of one.
 */
export function readSessionEvent(line: string): SessionEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const session = [record['sessionId'], record['session_id'], record['sessionKey'], record['session']].find(isText);
  const names = [record['type'], record['event'], record['kind'], record['role']].filter(isText);
  const kind = names.map((name) => kinds[name.toLowerCase().replaceAll(/[^a-z]/g, '')]).find((k) => k !== undefined);
  return session !== undefined && kind !== undefined ? { session, kind } : undefined;
}

/** The kinds that are found for one session: those of the session that has the most. */
export function fullestSession(events: readonly SessionEvent[]): ReadonlySet<SessionKind> {
  const sessions = new Map<string, Set<SessionKind>>();
  for (const { session, kind } of events) {
    const seen = sessions.get(session) ?? new Set<SessionKind>();
    sessions.set(session, seen.add(kind));
  }
  return [...sessions.values()].reduce<ReadonlySet<SessionKind>>((a, b) => (b.size > a.size ? b : a), new Set());
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
