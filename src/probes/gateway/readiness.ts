import { gatewayProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { GatewayPort, GatewayResponse } from '../../ports/gateway.ts';
import { realWaiting, type Waiting } from '../../ports/waiting.ts';
import type { JsonObject } from './payload.ts';

/**
 * - `ready`, `not-ready`: the gateway says so itself
 * - `draining`: it is stopping and takes no more work
 * - `starting`: it has not come up yet
 * - `another-server`: something answers, but not with the documented body (a page, another program)
 * - `frozen`: the documented body, but its clock stands still: a page and not a process
 * - `not-listening`: nothing listens on the port
 */
export type GatewayState =
  | 'ready'
  | 'not-ready'
  | 'draining'
  | 'starting'
  | 'another-server'
  | 'frozen'
  | 'not-listening';

export interface Readiness {
  readonly state: GatewayState;
  /** HTTP status of `/readyz`; 0 when nothing answered. */
  readonly status: number;
  readonly contentType: 'json' | 'html' | 'other' | 'none';
  /** What keeps it from being ready, as far as the names are of the documented form. */
  readonly failing: readonly string[];
  readonly uptimeMs: number | undefined;
  /** Milliseconds of the faster of the last two answers, as seen from here: this machine may be what is slow. */
  readonly elapsedMs: number;
  /** Seconds for which its start was waited for. */
  readonly waitedSeconds: number;
}

const betweenPollsMs = 1000;
const betweenReadingsMs = 25;

/**
 * `/readyz`, judged by its JSON body: any unknown path answers 200 with a page, and `/healthz` stays 200 while the
 * gateway drains. Asked again until it is ready, for up to `gateway.startSeconds`; draining and a foreign answer are
 * final. Its uptime is read twice: a process's advances.
 */
export const readiness = gatewayProbe<Readiness>({
  id: 'gateway/readiness',
  async gather(gateway, _facts, { environment, signal, waiting = realWaiting('', signal) }) {
    for (;;) {
      const waited = waiting.elapsed() / 1000;
      const left = environment.gateway.startSeconds - waited;
      const seen = await look(gateway, waiting, left > 0);
      const final = seen && seen.state !== 'starting' && seen.state !== 'not-ready' && seen.state !== 'not-listening';
      if (seen && (final || left <= 0)) return { ...seen, waitedSeconds: Math.round(waited) };
      await waiting.wait(Math.min(betweenPollsMs, Math.max(50, left * 1000)));
    }
  },
});

type Seen = Omit<Readiness, 'waitedSeconds'>;

/** One look; undefined where there was no answer and another try is due. */
async function look(gateway: GatewayPort, waiting: Waiting, mayTryAgain: boolean): Promise<Seen | undefined> {
  try {
    const seen = classify(await gateway.get('/readyz'));
    if (seen.state === 'not-ready' && (await isStarting(gateway))) return { ...seen, state: 'starting' };
    return seen.state === 'ready' ? await twice(gateway, seen, waiting) : seen;
  } catch (thrown) {
    if (!(thrown instanceof ProbeError)) throw thrown;
    if (thrown.reason === 'not_found') return { ...nothing, state: 'not-listening' };
    const passing = thrown.reason === 'unreachable' || thrown.reason === 'timeout';
    if (passing && mayTryAgain) return undefined;
    throw thrown;
  }
}

const nothing = { status: 0, contentType: 'none', failing: [], uptimeMs: undefined, elapsedMs: 0 } as const;

async function twice(gateway: GatewayPort, first: Seen, waiting: Waiting): Promise<Seen> {
  await waiting.wait(betweenReadingsMs);
  const second = classify(await gateway.get('/readyz'));
  if (second.state !== 'ready') return second;
  const elapsedMs = Math.min(first.elapsedMs, second.elapsedMs);
  const advanced = (second.uptimeMs ?? 0) > (first.uptimeMs ?? Number.POSITIVE_INFINITY);
  return { ...second, elapsedMs, state: advanced ? 'ready' : 'frozen' };
}

function classify({ status, contentType, json, elapsedMs }: GatewayResponse): Seen {
  const body = typeof json === 'object' && json !== null ? (json as JsonObject) : {};
  const { ready, failing, uptimeMs } = body;
  const base = {
    status,
    contentType: json !== undefined ? 'json' : /^text\/html\b/i.test(contentType) ? 'html' : 'other',
    uptimeMs: typeof uptimeMs === 'number' && Number.isFinite(uptimeMs) ? uptimeMs : undefined,
    elapsedMs,
    failing: Array.isArray(failing) ? failing.filter(isName) : [],
  } as const;
  if (typeof ready !== 'boolean' || !Array.isArray(failing)) return { ...base, state: 'another-server' };
  const good = ready && status === 200 && failing.length === 0;
  const bad = !ready && status === 503;
  if (!good && !bad) {
    throw new ProbeError('conflict', 'the status and the body of /readyz contradict each other');
  }
  if (good) return { ...base, state: 'ready' };
  return { ...base, state: failing.includes('gateway-draining') ? 'draining' : 'not-ready' };
}

/** Releases before 2026.8.1 have no `/startupz`: a page answers there, which says nothing. */
async function isStarting(gateway: GatewayPort): Promise<boolean> {
  const { json } = await gateway.get('/startupz');
  return typeof json === 'object' && json !== null && (json as JsonObject)['status'] === 'starting';
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z0-9:._-]{0,63}$/.test(value);
}
