import { describe, expect, it } from 'vitest';
import check from '../../../checks/approval-gates/gates-enforced.ts';
import type { GateTrial, TrialAttempt } from '../../../src/probes/gateway/gate-trial.ts';
import { judgeFacts } from '../../support/judge.ts';

const request = { id: 'r1', expiresInMs: 1000 };
const silent = { allowlist: [], mcpTools: [] };
const host = { defaults: { ...silent, askFallback: 'deny' }, agents: {} };
const strict = {
  tools: { exec: { mode: 'ask' }, elevated: { enabled: false }, deny: ['send_payment', 'crm_delete_record'] },
};
const around = {
  canary: undefined,
  catalog: { tools: {}, running: [] },
  exceptions: { grants: [], sessions: [] as { key: string; mode: string }[] },
};
const config = (inForce: object, differsFromFile = false) => ({ inForce, differsFromFile });
const tools = (change: object) => config({ tools: { ...strict.tools, ...change } });

describe('approval-gates/gates-enforced', () => {
  it.each<[string, object, object, string]>([
    ['asks for everything', config(strict), host, 'pass'],
    ['a host document that is empty', config(strict), { defaults: silent, agents: {} }, 'pass'],
    ['the default: nothing configured', config({}), { defaults: silent, agents: {} }, 'fail'],
    ['mode full', tools({ exec: { mode: 'full' } }), host, 'fail'],
    ['mode auto: a model approves', tools({ exec: { mode: 'auto' } }), host, 'fail'],
    ['elevated not set', tools({ elevated: undefined }), host, 'fail'],
    [
      'elevated on for one agent, and off for all',
      config({ ...strict, agents: { entries: { main: { tools: { elevated: { enabled: true } } } } } }),
      host,
      'pass',
    ],
    [
      'elevated off for the one agent',
      config({
        tools: { ...strict.tools, elevated: { enabled: true } },
        agents: { entries: { main: { tools: { elevated: { enabled: false } } } } },
      }),
      host,
      'pass',
    ],
    ['elevated on', tools({ elevated: { enabled: true } }), host, 'fail'],
    ['fallback allowlist', config(strict), { ...host, defaults: { ...silent, askFallback: 'allowlist' } }, 'fail'],
    [
      'fallback full for one agent',
      config(strict),
      { ...host, agents: { main: { ...silent, askFallback: 'full' } } },
      'fail',
    ],
    [
      'a wildcard for every agent',
      config(strict),
      { ...host, agents: { '*': { ...silent, allowlist: [{ pattern: '**' }] } } },
      'fail',
    ],
    ['programs of skills unasked', config(strict), { ...host, defaults: { ...silent, autoAllowSkills: true } }, 'fail'],
    ['a tool that has no rule', tools({ deny: ['send_payment'] }), host, 'fail'],
    ['a file that differs from what is in force', config(strict, true), host, 'fail'],
  ])('%s', (_, config, approvals, outcome) => {
    expect(judgeFacts(check, { config, approvals, agents: ['main'], ...around }).outcome).toBe(outcome);
  });

  it.each<[string, string[], object, object, string]>([
    ['an admin', ['slack:U0BENEX01'], {}, host, 'pass'],
    ['an operator', ['slack:U0OPSLD01'], {}, host, 'pass'],
    ['an admin and an operator', ['slack:U0BENEX01', 'slack:U0OPSLD01'], {}, host, 'pass'],
    ['a builder', ['slack:U0CLEOE01'], {}, host, 'fail'],
    ['nobody that is known', ['slack:U0MALLORY'], {}, host, 'fail'],
    [
      'a builder, held by the host',
      ['slack:U0CLEOE01'],
      {},
      { ...host, defaults: { ...silent, security: 'deny' } },
      'pass',
    ],
    [
      'a builder, of an agent without commands',
      ['slack:U0CLEOE01'],
      { deny: [...strict.tools.deny, 'exec'] },
      host,
      'pass',
    ],
  ])('a channel in which %s may give commands', (_, allowFrom, change, approvals, outcome) => {
    const inForce = { tools: { ...strict.tools, ...change }, channels: { slack: { allowFrom } } };
    const facts = { config: config(inForce), approvals, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it.each<[string, string, string]>([
    ['agent:main:main', 'full', 'fail'],
    ['agent:main:main', 'workspace', 'fail'],
    ['agent:main:main', 'guarded', 'pass'],
    ['agent:main:main', 'read-only', 'pass'],
    ['agent:other:main', 'full', 'pass'],
    ['global', 'full', 'fail'],
  ])('looks at the session %s, which is %s: %s', (key, mode, outcome) => {
    const facts = { config: config(strict), approvals: host, agents: ['main'], ...around };
    const exceptions = { ...around.exceptions, sessions: [{ key, mode }] };
    expect(judgeFacts(check, { ...facts, exceptions }).outcome).toBe(outcome);
  });

  it.each<[string, string, string]>([
    ['/usr/bin/df -h', 'main', 'pass'],
    ['/usr/bin/bash job.sh', 'main', 'fail'],
    ['/bin/rm -rf /srv/cache', 'main', 'fail'],
    ['/bin/rm -rf /srv/cache', 'other', 'pass'],
  ])('looks at the standing grant of %s for %s: %s', (command, agent, outcome) => {
    const facts = { config: config(strict), approvals: host, agents: ['main'], ...around };
    const exceptions = { ...around.exceptions, grants: [{ agent, command, expiresAtMs: undefined }] };
    const changes = { 'approvalGates.gates.0.pattern': 'rm -rf' };
    expect(judgeFacts(check, { ...facts, exceptions }, changes).outcome).toBe(outcome);
  });

  it.each<[string, object, string]>([
    ['safe programs', { tools: { ...strict.tools, exec: { mode: 'ask', safeBins: ['cut'] } } }, 'pass'],
    ['an interpreter among them', { tools: { ...strict.tools, exec: { mode: 'ask', safeBins: ['node'] } } }, 'fail'],
    [
      'folders that are looked through first',
      {
        tools: {
          ...strict.tools,
          exec: { mode: 'ask', pathPrepend: ['/opt/bin'], safeBinTrustedDirs: ['/usr/local/bin'] },
        },
      },
      'pass',
    ],
    [
      'a home among them',
      { tools: { ...strict.tools, exec: { mode: 'ask', pathPrepend: ['/opt/bin', '~/bin'] } } },
      'fail',
    ],
    [
      'folders that are no list',
      { tools: { ...strict.tools, exec: { mode: 'ask', pathPrepend: '/opt/bin' } } },
      'fail',
    ],
    ['safe programs that are no list', { tools: { ...strict.tools, exec: { mode: 'ask', safeBins: 'cut' } } }, 'fail'],
    ['a harmless tool over HTTP', { ...strict, gateway: { tools: { allow: ['web_fetch'] } } }, 'pass'],
    ['commands over HTTP', { ...strict, gateway: { tools: { allow: ['exec'] } } }, 'fail'],
    ['a group of tools over HTTP', { ...strict, gateway: { tools: { allow: ['group:runtime'] } } }, 'fail'],
  ])('looks at %s', (_, inForce, outcome) => {
    const facts = { config: config(inForce), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  const within = (sandbox: object, own: object = {}, exec: object = { mode: 'ask' }) => ({
    tools: { ...strict.tools, exec },
    agents: { defaults: { sandbox: { mode: 'all', ...sandbox } }, entries: { main: own } },
  });
  const container = (docker: object) => ({ sandbox: { docker } });
  it.each<[string, object, string]>([
    ['a container without a network', within({}), 'pass'],
    ['one of Podman', within({ backend: 'podman' }), 'pass'],
    ['a container with a network', within({ docker: { network: 'bridge' } }), 'fail'],
    ['a network for some sessions', within({ mode: 'non-main', docker: { network: 'bridge' } }), 'fail'],
    ['a network of its own', within({}, container({ network: 'bridge' })), 'fail'],
    [
      'a network for all but this agent',
      within({ docker: { network: 'bridge' } }, container({ network: 'none' })),
      'pass',
    ],
    [
      'a network for all, in a shared container',
      within({ scope: 'shared', docker: { network: 'bridge' } }, container({ network: 'none' })),
      'fail',
    ],
    ['a folder to read', within({ docker: { binds: ['/srv/a:/a:ro', '/srv/b:/b:z,ro'] } }), 'pass'],
    ['a folder to write to', within({ docker: { binds: ['/srv/a:/a:ro', '/srv/b:/b:rw'] } }), 'fail'],
    ['a socket to read', within({ docker: { binds: ['/srv/docker.sock:/a.sock:ro'] } }), 'fail'],
    ['a folder without a mode', within({ docker: { binds: ['/srv/a:/ro'] } }), 'fail'],
    ['folders of all, none of its own', within({ docker: { binds: ['/srv/a:/a'] } }, container({ binds: [] })), 'fail'],
    ['folders that are no list', within({ docker: { binds: '/srv/a:/a:ro' } }), 'fail'],
    ['a machine elsewhere', within({ backend: 'ssh' }), 'undetermined'],
    ['a machine elsewhere, for no command', within({ backend: 'ssh' }, {}, { mode: 'deny' }), 'pass'],
    ['a network, and no command runs', within({ docker: { network: 'bridge' } }, {}, { mode: 'deny' }), 'pass'],
    [
      'a network, and all runs outside',
      within({ docker: { network: 'bridge' } }, {}, { mode: 'ask', host: 'gateway' }),
      'pass',
    ],
  ])('asks nobody in a sandbox: %s', (_, inForce, outcome) => {
    const facts = { config: config(inForce), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it('knows that what the host denies is not denied in a sandbox', () => {
    const inForce = within({ docker: { network: 'bridge' } });
    const approvals = { ...host, defaults: { ...silent, security: 'deny' } };
    const facts = { config: config(inForce), approvals, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe('fail');
  });

  it('knows an agent by its id, however the configuration writes it', () => {
    const own = { tools: { exec: { mode: 'full' } } };
    const judged = (agents: object) =>
      judgeFacts(check, { config: config({ ...strict, agents }), approvals: host, agents: ['ops-lead'], ...around })
        .outcome;
    expect(judged({ entries: { ' Ops Lead!': own } })).toBe('fail');
    expect(judged({ list: [{ id: 'OPS-lead', ...own }] })).toBe('fail');
    // Of two with the same id the first counts, and a list counts where there are no entries.
    expect(judged({ entries: { 'ops-lead': {}, 'Ops-Lead': own } })).toBe('pass');
    expect(judged({ entries: {}, list: [{ id: 'ops-lead', ...own }] })).toBe('pass');
  });

  it.each([
    ['/opt/tools/report', 'pass'],
    ['/mnt/openclaw/workspace/skills/crm/lookup', 'pass'],
    ['/tmpfiles/report', 'pass'],
    ['/mnt/openclaw/runtime/bin/report', 'fail'],
    ['/home/openclaw/.openclaw/bin/report', 'fail'],
    ['/tmp/**/report', 'fail'],
    ['~/bin/report', 'fail'],
    ['/opt/../tmp/report', 'fail'],
  ])('looks at who may write where the program %s of the allowlist is: %s', (pattern, outcome) => {
    const approvals = { ...host, agents: { main: { ...silent, allowlist: [{ pattern }] } } };
    const facts = { config: config(strict), approvals, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it.each<[string, readonly string[], string]>([
    ['its name', ['exec'], 'pass'],
    ['its other name', ['Bash'], 'pass'],
    ['its group', ['group:runtime'], 'pass'],
    ['a pattern', ['ex*'], 'pass'],
    ['another group', ['group:fs'], 'fail'],
    ['a longer name', ['executor'], 'fail'],
  ])('asks nobody where the tool for commands is denied by %s', (_, deny, outcome) => {
    const inForce = { tools: { ...strict.tools, exec: { mode: 'full' }, deny: [...strict.tools.deny, ...deny] } };
    const facts = { config: config(inForce), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  const acpx = (permissionMode: string, enabled = true) => ({
    plugins: { entries: { acpx: { enabled, config: { permissionMode } } } },
  });
  const code = (codeMode: unknown, own?: unknown) => ({
    tools: { ...strict.tools, codeMode },
    ...(own !== undefined && { agents: { entries: { main: { tools: { codeMode: own } } } } }),
  });
  const codex = { agentRuntime: { id: 'codex' } };
  it.each<[string, object, string]>([
    ['agents over ACP that ask', acpx('approve-reads'), 'pass'],
    ['agents over ACP that ask nobody', acpx('approve-all'), 'fail'],
    ['the same, switched off', acpx('approve-all', false), 'pass'],
    ['the same, with ACP off', { ...acpx('approve-all'), acp: { enabled: false } }, 'pass'],
    ['code of a model, off', code(false), 'pass'],
    ['code of a model, staged and not enabled', code({ executor: 'node' }), 'pass'],
    ['code of a model, isolated', code({ enabled: true, executor: 'quickjs' }), 'pass'],
    ['code of a model in the gateway', code(true), 'fail'],
    ['code of some models in the gateway', code({ enabled: 'auto' }), 'fail'],
    ['code of a model in another executor', code({ enabled: true, executor: 'deno' }), 'fail'],
    ['code of one agent in the gateway', code(false, { enabled: true }), 'fail'],
    ['code of no model of this agent', code(true, false), 'pass'],
    ['the executor of one agent', code({ enabled: true, executor: 'quickjs' }, { executor: 'node' }), 'fail'],
    ['code of one model', { agents: { defaults: { models: { 'openai/x': { codeMode: true } } } } }, 'fail'],
    ['another harness for a model', { agents: { defaults: { models: { 'openai/x': codex } } } }, 'undetermined'],
    ['the same for an agent', { agents: { entries: { main: { models: { 'openai/x': codex } } } } }, 'undetermined'],
    ['the same for another agent', { agents: { entries: { other: { models: { 'openai/x': codex } } } } }, 'pass'],
    ['the same for a provider', { models: { providers: { openai: codex } } }, 'undetermined'],
    [
      'the same in its list',
      { models: { providers: { openai: { models: [{ id: 'x', ...codex }] } } } },
      'undetermined',
    ],
    ['a place that does not count', { agents: { defaults: codex } }, 'pass'],
    ['its own', { models: { providers: { openai: { agentRuntime: { id: 'openclaw' } } } } }, 'pass'],
  ])('looks at what else runs commands: %s', (_, more, outcome) => {
    const facts = { config: config({ ...strict, ...more }), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe(outcome);
  });

  it('is for every agent, whether it is named or not; one that is named must be there', () => {
    const inForce = { ...strict, agents: { entries: { open: { tools: { exec: { mode: 'full' } } } } } };
    const facts = { config: config(inForce), approvals: host, agents: ['main', 'open'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe('fail');
    expect(judgeFacts(check, facts, { 'approvalGates.agents': ['main'] }).outcome).toBe('fail');
    const closed = { config: config(strict), approvals: host, agents: ['main', 'open'], ...around };
    expect(judgeFacts(check, closed, { 'approvalGates.agents': ['main'] }).outcome).toBe('pass');
    expect(judgeFacts(check, closed, { 'approvalGates.agents': ['main', 'other'] }).outcome).toBe('fail');
  });

  it('does not know the approvals of a node on which commands run; what is wrong here still is', () => {
    const there = (mode: string) => tools({ exec: { mode, host: 'node' } });
    const judged = (mode: string) =>
      judgeFacts(check, { config: there(mode), approvals: host, agents: ['main'], ...around }).outcome;
    expect([judged('ask'), judged('full')]).toEqual(['undetermined', 'fail']);
    const own = { ...strict, agents: { entries: { main: { tools: { exec: { host: 'node' } } } } } };
    const facts = { config: config(own), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });

  it.each<[string, TrialAttempt, string, boolean]>([
    ['asked and held', { answer: 'deny', request, doneWhilePending: false, done: false }, 'pass', true],
    ['did it at once', { answer: 'deny', request: undefined, doneWhilePending: undefined, done: true }, 'fail', false],
    ['did it although it was denied', { answer: 'deny', request, doneWhilePending: false, done: true }, 'fail', false],
  ])('looks at what was tried: it %s', (_, attempt, outcome, asked) => {
    const canary: GateTrial[] = [{ kind: 'exec', agent: 'main', attempts: [attempt], leftBehind: false }];
    const facts = { config: config(strict), approvals: host, agents: ['main'], ...around, canary };
    const judgement = judgeFacts(check, facts);
    expect(judgement.outcome).toBe(outcome);
    const raised = judgement.evidence.filter(({ expected }) => expected === 'raises a request');
    expect(raised.length).toBe(asked ? 1 : 0);
  });

  it('does not know without an agent', () => {
    const facts = { config: config(strict), approvals: host, agents: [], ...around };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });

  it('does not know without a documented gate', () => {
    const facts = { config: config(strict), approvals: host, agents: ['main'], ...around };
    expect(judgeFacts(check, facts, { 'approvalGates.gates': [] }).outcome).toBe('undetermined');
  });
});
