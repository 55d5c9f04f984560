import { describe, expect, it } from 'vitest';
import type { ProbeContext } from '../../../src/model/probe.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { readiness } from '../../../src/probes/gateway/readiness.ts';
import { type Answer, contextOf, gatewayOf } from './support.ts';

const at = (uptimeMs: unknown): Answer => ({ json: { ready: true, failing: [], uptimeMs } });
const busy = (failing: readonly unknown[]): Answer => ({ status: 503, json: { ready: false, failing, uptimeMs: 5 } });
const starting: Answer = { status: 503, json: { ok: false, status: 'starting' } };

const soon = contextOf({ 'gateway.startSeconds': 1 });
const look = (paths: Readonly<Record<string, readonly Answer[]>>, context: ProbeContext = soon) =>
  readiness.gather(gatewayOf(paths), {} as never, context);

describe('the readiness of a gateway', () => {
  it.each<[string, Readonly<Record<string, readonly Answer[]>>, object]>([
    ['whose uptime advances', { '/readyz': [at(10), at(11)] }, { state: 'ready', uptimeMs: 11 }],
    ['whose uptime stands still', { '/readyz': [at(10)] }, { state: 'frozen' }],
    ['whose uptime runs backwards', { '/readyz': [at(10), at(9)] }, { state: 'frozen' }],
    ['that tells no uptime', { '/readyz': [at(undefined)] }, { state: 'frozen' }],
    ['whose uptime is a text', { '/readyz': [at('10'), at('11')] }, { state: 'frozen' }],
    ['that was late once', { '/readyz': [{ ...at(10), elapsedMs: 9000 }, at(11)] }, { state: 'ready', elapsedMs: 1 }],
    [
      'that was late twice',
      {
        '/readyz': [
          { ...at(10), elapsedMs: 9000 },
          { ...at(11), elapsedMs: 7000 },
        ],
      },
      { state: 'ready', elapsedMs: 7000 },
    ],
    [
      'that begins to drain between two looks',
      { '/readyz': [at(10), busy(['gateway-draining'])] },
      { state: 'draining' },
    ],
    [
      'that answers with a page',
      { '/readyz': [{ contentType: 'text/html' }] },
      { state: 'another-server', contentType: 'html' },
    ],
    [
      'that answers with another body',
      { '/readyz': [{ json: { status: 'UP' } }] },
      { state: 'another-server', contentType: 'json' },
    ],
    ['that answers without a list', { '/readyz': [{ json: { ready: true } }] }, { state: 'another-server' }],
    ['that answers with a list', { '/readyz': [{ json: [true] }] }, { state: 'another-server' }],
    ['that answers null', { '/readyz': [{ json: null }] }, { state: 'another-server' }],
    [
      'that is not ready for its whole start',
      { '/readyz': [busy(['slack'])] },
      { state: 'not-ready', failing: ['slack'] },
    ],
    [
      'that starts for ever',
      { '/readyz': [busy(['agent-database:main'])], '/startupz': [starting] },
      { state: 'starting' },
    ],
    [
      'on a port that nobody listens on',
      { '/readyz': [{ error: 'not_found' }] },
      { state: 'not-listening', status: 0 },
    ],
  ])('%s', async (_, paths, expected) => {
    expect(await look(paths)).toMatchObject(expected);
  });

  it('shows no name that is not of the documented form', async () => {
    const names = ['slack', '\u001b[2J PASSED', 'all checks PASSED', 7];
    expect(await look({ '/readyz': [busy(names)] })).toMatchObject({ state: 'not-ready', failing: ['slack'] });
  });

  it('is waited for while it starts', async () => {
    const start: readonly Answer[] = [{ error: 'not_found' }, { error: 'unreachable' }, busy(['slack']), at(1), at(2)];
    const seen = await look({ '/readyz': start }, contextOf({ 'gateway.startSeconds': 60 }));
    expect(seen).toMatchObject({ state: 'ready' });
  });

  it('is not waited for where the answer is final', async () => {
    const long = contextOf({ 'gateway.startSeconds': 3600 });
    expect(await look({ '/readyz': [busy(['gateway-draining'])] }, long)).toMatchObject({ state: 'draining' });
    expect(await look({ '/readyz': [{ contentType: 'text/html' }] }, long)).toMatchObject({ state: 'another-server' });
  });

  it.each<[string, readonly Answer[], string]>([
    ['is silent', [{ error: 'timeout' }], 'timeout'],
    ['cannot be reached', [{ error: 'unreachable' }], 'unreachable'],
    ['may not be reached', [{ error: 'access_denied' }], 'access_denied'],
    ['contradicts itself: 200 and not ready', [{ json: { ready: false, failing: ['slack'] } }], 'conflict'],
    ['contradicts itself: 503 and ready', [{ status: 503, json: { ready: true, failing: [] } }], 'conflict'],
    ['contradicts itself: ready, and something fails', [{ json: { ready: true, failing: ['slack'] } }], 'conflict'],
  ])('is not known when it %s', async (_, answers, reason) => {
    await expect(look({ '/readyz': answers })).rejects.toMatchObject({ reason });
  });

  it('ends with the run', async () => {
    const stop = new AbortController();
    const context = { ...contextOf({ 'gateway.startSeconds': 3600 }), signal: stop.signal };
    const seen = look({ '/readyz': [{ error: 'not_found' }] }, context);
    stop.abort(new ProbeError('cancelled', 'stopped'));
    await expect(seen).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
