import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import { agentTurn } from '../../../src/probes/gateway/agent-turn.ts';
import { contextOf, gatewayOf } from './support.ts';

const needs = { agents: ['ops', 'main'], identity: { instanceId: 'i-0a1b2c3d4e5f60001' } } as never;

/** Notes the calls; answers each wait in turn, the last for ever. */
function gatewayWith(waits: readonly object[]) {
  const calls: [string, Readonly<Record<string, unknown>>][] = [];
  const gateway = gatewayOf({}, async (method, params, options) => {
    calls.push([method, params]);
    expect(options?.scopes).toEqual(['operator.write']);
    if (method === 'chat.send') return { runId: 'r1', status: 'started' };
    if (method === 'chat.abort') throw new ProbeError('access_denied', 'may not');
    const asked = calls.filter(([name]) => name === 'agent.wait').length;
    return { runId: 'r1', ...waits[Math.min(asked, waits.length) - 1] };
  });
  return { gateway, calls };
}

describe('a turn of the agent', () => {
  it('sends nothing unless it is asked to', async () => {
    const { gateway, calls } = gatewayWith([]);
    expect(await agentTurn.gather(gateway, needs, contextOf({ 'monitoring.agentTurn': false }))).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('sends a marker of its own, once, to the session of the agent main', async () => {
    const { gateway, calls } = gatewayWith([{ status: 'pending' }, { status: 'ok', terminalReply: { text: 'OK' } }]);
    const turn = await agentTurn.gather(gateway, needs, contextOf());
    const marker = 'clawcheck-said-run-i-0a1b2c3d4e5f60001';
    expect(turn).toMatchObject({ status: 'ok', replied: true, marker, sessionKey: 'agent:main:clawcheck' });
    expect(calls.map(([method]) => method)).toEqual(['chat.send', 'agent.wait', 'agent.wait']);
    expect(calls[0]?.[1]).toMatchObject({ message: expect.stringContaining(marker) });
  });

  it('names neither the run nor anything else after the marker: a log may have them without what was said', async () => {
    const { gateway, calls } = gatewayWith([{ status: 'timeout' }]);
    const context = { ...contextOf({ 'monitoring.agentTurnSeconds': 1 }), nonce: 'n0nce' };
    const turn = await agentTurn.gather(gateway, needs, context);
    const others = calls.map(([method, { message: _, ...more }]) => [method, more]);
    expect(others.map(([method]) => method)).toContain('chat.abort');
    expect(JSON.stringify(others)).toContain('n0nce');
    expect(JSON.stringify(others)).not.toContain(turn?.marker);
    // The trials of gates name their runs so.
    expect(`clawcheck-n0nce-i-0a1b2c3d4e5f60001-1-1`).not.toContain(turn?.marker);
  });

  it.each([
    ["Error: EROFS: read-only file system, mkdtemp '/x'", 'read-only'],
    ['model request failed (authentication failed, HTTP 401)', 'model'],
    ['something else', 'other'],
    [undefined, 'other'],
  ])('knows the fault of %j', async (error, fault) => {
    const { gateway } = gatewayWith([{ status: 'error', error }]);
    expect(await agentTurn.gather(gateway, needs, contextOf())).toMatchObject({ status: 'error', fault });
  });

  it('is ended where it takes too long, and is unfinished whether that works or not', async () => {
    const { gateway, calls } = gatewayWith([{ status: 'timeout' }]);
    const turn = await agentTurn.gather(gateway, needs, contextOf({ 'monitoring.agentTurnSeconds': 1 }));
    expect(turn).toMatchObject({ status: 'unfinished' });
    expect(calls.at(-1)).toEqual(['chat.abort', { sessionKey: 'agent:main:clawcheck', runId: 'r1' }]);
  });

  it.each([
    {},
    { status: 'done' },
    { status: 1 },
    { runId: 'r2', status: 'ok' },
    { status: 'ok', terminalReply: 'OK' },
  ])('is not known from %j', async (answer) => {
    const { gateway } = gatewayWith([answer]);
    await expect(agentTurn.gather(gateway, needs, contextOf())).rejects.toMatchObject({ reason: 'bad_response' });
  });
});
