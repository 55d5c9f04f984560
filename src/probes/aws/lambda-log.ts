const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** One run of a function, by its own log. */
export interface FunctionRun {
  readonly requestId: string;
  readonly start: Date;
  /** Undefined while it runs. */
  readonly end: Date | undefined;
  readonly failed: boolean;
}

interface LogEvent {
  readonly message?: string | undefined;
  readonly timestamp?: number | undefined;
}

/**
 * The runs that a log tells of, by the lines that Lambda itself writes into it (START, REPORT, as text or JSON), and by
 * its marks of an error. What the function says itself is not understood.
 */
export function runsIn(events: readonly LogEvent[]): readonly FunctionRun[] {
  const runs = new Map<string, { start?: Date; end?: Date; failed: boolean }>();
  for (const { message = '', timestamp } of events) {
    const read = readLine(message);
    if (!read || timestamp === undefined) continue;
    const run = runs.get(read.id) ?? { failed: false };
    runs.set(read.id, run);
    if (read.kind === 'start') run.start = new Date(timestamp);
    if (read.kind === 'end') run.end = new Date(timestamp);
    if (read.failed) run.failed = true;
  }
  return [...runs].flatMap(([requestId, { start, end, failed }]) => (start ? [{ requestId, start, end, failed }] : []));
}

interface ReadLine {
  readonly id: string;
  readonly kind: 'start' | 'end' | 'other';
  readonly failed: boolean;
}

function readLine(message: string): ReadLine | undefined {
  const json = message.startsWith('{') ? platformEvent(message) : undefined;
  if (json) return json;
  const start = new RegExp(`^START RequestId: (${uuid})`).exec(message);
  if (start?.[1]) return { id: start[1], kind: 'start', failed: false };
  const report = new RegExp(`^REPORT RequestId: (${uuid})`).exec(message);
  if (report?.[1]) return { id: report[1], kind: 'end', failed: /\bStatus: (error|timeout)\b/.test(message) };
  const other = new RegExp(`(${uuid})`).exec(message);
  const failed = /\bTask timed out\b|\[ERROR\]|\tERROR\t|"errorType"/.test(message);
  return other?.[1] && failed ? { id: other[1], kind: 'other', failed } : undefined;
}

/** Lambda's own events of the JSON log format; undefined for what is none. */
function platformEvent(message: string): ReadLine | undefined {
  let event: { type?: unknown; record?: { requestId?: unknown; status?: unknown } };
  try {
    event = JSON.parse(message);
  } catch {
    return undefined;
  }
  const id = event.record?.requestId;
  if (typeof id !== 'string') return undefined;
  if (event.type === 'platform.start') return { id, kind: 'start', failed: false };
  if (event.type !== 'platform.report') return undefined;
  return { id, kind: 'end', failed: event.record?.status !== 'success' };
}
