import { describe, expect, it } from 'vitest';
import { gatewayScript } from '../../../src/demo/gateway-script.ts';
import type { Scenario } from '../../../src/demo/scenario.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { approvalRehearsal } from '../../../src/probes/gateway/approval-rehearsal.ts';
import { agentWorkspaces, gatewayConfig, listedAgents } from '../../../src/probes/gateway/config.ts';
import { execApprovals } from '../../../src/probes/gateway/exec-approvals.ts';
import { gatewaySkills } from '../../../src/probes/gateway/skills.ts';
import { gatewayVersion } from '../../../src/probes/gateway/version.ts';
import { now } from '../../support/rig.ts';
import { contextOf, gatewayOf } from './support.ts';

const none = {} as never;
const answering = (payloads: Readonly<Record<string, unknown>>) =>
  gatewayOf({}, async (method) => {
    if (!Object.hasOwn(payloads, method)) throw new ProbeError('not_found', 'no such method');
    return payloads[method];
  });

describe('the configuration in force', () => {
  const good = { runtimeConfig: { a: 1 }, config: { b: 2 }, configRevisionHash: 'x', appliedConfigHash: 'x' };
  const read = (answer: unknown) => gatewayConfig.gather(answering({ 'config.get': answer }), none, contextOf());

  it('is not the file, and says whether the two differ', async () => {
    expect(await read(good)).toEqual({ inForce: { a: 1 }, differsFromFile: false });
    expect(await read({ ...good, appliedConfigHash: 'y' })).toMatchObject({ differsFromFile: true });
  });

  it.each([
    null,
    [],
    'text',
    { ...good, runtimeConfig: undefined },
    { ...good, runtimeConfig: [] },
    { ...good, appliedConfigHash: undefined },
    { ...good, configRevisionHash: '' },
  ])('is not known from %j', async (answer) => {
    await expect(read(answer)).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('agents and skills', () => {
  it.each([{}, { agents: {} }, { agents: [{}] }, { agents: [{ id: 7 }] }])('are not known from %j', async (answer) => {
    const gateway = answering({ 'agents.list': answer });
    await expect(listedAgents.gather(gateway, none, contextOf())).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it('none is not a gateway whose agents are all in order', async () => {
    const seen = listedAgents.gather(answering({ 'agents.list': { agents: [] } }), none, contextOf());
    await expect(seen).rejects.toMatchObject({ reason: 'empty_subject' });
  });

  it.each([
    [
      {
        agents: [
          { id: 'main', workspace: '/w' },
          { id: 'ops', workspace: '/w/ops' },
        ],
      },
      { main: '/w', ops: '/w/ops' },
    ],
    [{ agents: [{ id: 'main' }] }, 'not_found'],
    [{ agents: [{ id: 'main', workspace: 7 }] }, 'bad_response'],
    [{ agents: [{ workspace: '/w' }] }, 'bad_response'],
    [{ agents: [] }, 'empty_subject'],
    [{}, 'bad_response'],
  ])('where they work is read from %j', async (answer, expected) => {
    const gateway = answering({ 'agents.list': answer });
    const seen = listedAgents
      .gather(gateway, none, contextOf())
      .then((listed) => agentWorkspaces.gather(gateway, { listed } as never, contextOf()));
    expect(await seen.catch(({ reason }: ProbeError) => reason)).toEqual(expected);
  });

  it('skills are those of every agent', async () => {
    const asked: unknown[] = [];
    const gateway = gatewayOf({}, async (_, params) => {
      asked.push(params['agentId']);
      return { skills: [{ name: 'a', source: 'openclaw-bundled' }] };
    });
    const skills = await gatewaySkills.gather(gateway, { agents: ['main', 'support'] } as never, contextOf());
    expect(skills).toHaveLength(2);
    expect(asked).toEqual(['main', 'support']);
    const bad = answering({ 'skills.status': { skills: [{ name: 'a' }] } });
    const seen = gatewaySkills.gather(bad, { agents: ['main'] } as never, contextOf());
    await expect(seen).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('the approvals document', () => {
  const read = (file: unknown) =>
    execApprovals.gather(answering({ 'exec.approvals.get': { file } }), none, contextOf());

  it('leaves out what it does not say', async () => {
    expect(await read({ version: 1, defaults: {}, agents: { main: { ask: 'always' } } })).toMatchObject({
      defaults: { security: undefined, ask: undefined, askFallback: undefined, allowlist: [] },
      agents: { main: { ask: 'always' } },
    });
  });

  it.each([
    undefined,
    [],
    { defaults: [] },
    { defaults: { ask: 'sometimes' } },
    { defaults: { askFallback: 1 } },
    { defaults: { autoAllowSkills: 'no' } },
    { agents: { main: { allowlist: {} } } },
    { agents: { main: { allowlist: ['*'] } } },
    { agents: { main: { allowlist: [{}] } } },
    { agents: { main: null } },
  ])('is not known from %j', async (file) => {
    await expect(read(file)).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('the version that runs', () => {
  const told = (version: unknown) => ({ '/startupz': [{ json: { ok: true, status: 'started', version } }] });
  const page = { '/startupz': [{ contentType: 'text/html' }] };
  const status = (runtimeVersion: unknown) => async () => ({ runtimeVersion });

  it('is told by /startupz, and by a call where that is a page', async () => {
    const first = gatewayVersion.gather(gatewayOf(told('2026.7.1-2')), none, contextOf());
    expect(await first).toEqual({ version: '2026.7.1-2', from: '/startupz' });
    const second = gatewayVersion.gather(gatewayOf(page, status('2026.3.24')), none, contextOf());
    expect(await second).toEqual({ version: '2026.3.24', from: 'status' });
  });

  it.each(['latest', '', 7, '2026.9.6\u001b[2J', 'v2026.9.6'])('is not %j', async (version) => {
    const seen = gatewayVersion.gather(gatewayOf(told(version)), none, contextOf());
    await expect(seen).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it('is not known when nothing tells it', async () => {
    const seen = gatewayVersion.gather(gatewayOf(page, status(undefined)), none, contextOf());
    await expect(seen).rejects.toMatchObject({ reason: 'bad_response' });
  });
});

describe('the rehearsal of an approval', () => {
  const script = (gateway: Partial<Scenario['gateway']> = {}) => {
    const { rpc } = gatewayScript({ gateway: { http: {}, rpc: {}, ...gateway } } as Scenario, () => now);
    const calls: { method: string; params: Readonly<Record<string, unknown>>; scopes: unknown }[] = [];
    const gatewayPort = gatewayOf({}, async (method, params, options) => {
      calls.push({ method, params, scopes: options?.scopes });
      const answer = await rpc(method, params);
      if ('error' in answer) throw new ProbeError(answer.error, 'refused');
      return answer.payload;
    });
    return { calls, gatewayPort };
  };

  it('sees a request pending, denied, refused a second answer, expired, and both on record', async () => {
    const { gatewayPort } = script();
    expect(await approvalRehearsal.gather(gatewayPort, none, contextOf())).toMatchObject({
      accepted: true,
      listed: { showsCommand: true, mayDeny: true },
      reopened: false,
      unanswered: 'none',
      denied: { status: 'denied', decision: 'deny', reason: 'user', resolver: 'runtime' },
      expired: { status: 'expired', decision: 'none', reason: 'timeout', resolver: 'system' },
      allowedByPeople: [],
    });
  });

  it('can execute nothing, notifies nobody, and asks for one scope', async () => {
    const { calls, gatewayPort } = script();
    await approvalRehearsal.gather(gatewayPort, none, contextOf());
    expect(new Set(calls.map(({ scopes }) => String(scopes)))).toEqual(new Set(['operator.approvals']));
    for (const { params } of calls.filter(({ method }) => method === 'exec.approval.request')) {
      expect(params).toMatchObject({ suppressDelivery: true, requireDeliveryRoute: false, ask: 'always' });
      expect(params['commandArgv']).toEqual(['/bin/true', params['id']]);
    }
    const methods = new Set(calls.map(({ method }) => method));
    expect([...methods].sort()).toEqual([
      'approval.history',
      'exec.approval.list',
      'exec.approval.request',
      'exec.approval.resolve',
    ]);
  });

  it('takes only what people allowed for a control, and never what a rehearsal left', async () => {
    const entry = { createdAtMs: 1, resolvedAtMs: 2, reason: 'user', decision: 'allow-once', status: 'allowed' };
    const items = [
      { ...entry, id: 'a', resolver: { kind: 'channel', id: 'slack' } },
      { ...entry, id: 'clawcheck-older-run-1' },
      { ...entry, id: 'b', status: 'denied' },
      { ...entry, id: 'c', reason: 'no-route' },
    ];
    const { gatewayPort } = script({ rpc: { 'approval.history': { items } } });
    const { allowedByPeople } = await approvalRehearsal.gather(gatewayPort, none, contextOf());
    expect(allowedByPeople).toMatchObject([{ resolver: 'channel', resolvedAtMs: 2 }]);
  });

  it.each([
    ['the list', { 'exec.approval.list': {} }],
    ['the history', { 'approval.history': { items: 'none' } }],
    ['a request', { 'exec.approval.request': [] }],
    ['a denial', { 'exec.approval.resolve': { ok: false } }],
  ])('is not known when %s is not of the documented form', async (_, payloads) => {
    const { gatewayPort } = script();
    const gateway = gatewayOf({}, async (method, params, options) =>
      Object.hasOwn(payloads, method)
        ? (payloads as Record<string, unknown>)[method]
        : gatewayPort.rpc(method, params, options),
    );
    const seen = approvalRehearsal.gather(gateway, none, contextOf());
    await expect(seen).rejects.toMatchObject({ reason: 'bad_response' });
  });
});
