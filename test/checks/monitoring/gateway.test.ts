import { describe, expect, it } from 'vitest';
import healthy from '../../../checks/monitoring/gateway-healthy.ts';
import limited from '../../../checks/monitoring/runaway-limited.ts';
import rulebook from '../../../checks/soul-documents/no-second-rulebook.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const config = (inForce: object) => ({ inForce, differsFromFile: false });

describe('monitoring/gateway-healthy', () => {
  const ready = {
    state: 'ready',
    status: 200,
    contentType: 'json',
    failing: [],
    uptimeMs: 9,
    elapsedMs: 5000,
    waitedSeconds: 0,
  };
  it.each([
    ['ready', {}, 'pass'],
    ['ready, late: the gateway, or this machine', { elapsedMs: 5001 }, 'undetermined'],
    ['draining', { state: 'draining', status: 503, failing: ['gateway-draining'] }, 'fail'],
    ['starting', { state: 'starting', status: 503 }, 'fail'],
    ['not ready', { state: 'not-ready', status: 503, failing: ['slack'] }, 'fail'],
    ['a page', { state: 'another-server', contentType: 'html' }, 'fail'],
    ['a frozen page', { state: 'frozen' }, 'fail'],
    ['nothing', { state: 'not-listening', status: 0, contentType: 'none' }, 'fail'],
    ['draining, late', { state: 'draining', status: 503, elapsedMs: 5001 }, 'fail'],
  ])('%s', (_, change, outcome) => {
    const judgement = judgeFacts(healthy, { readiness: { ...ready, ...change } });
    expect(judgement.outcome).toBe(outcome);
    expect(judgement.evidence[0]?.observed).toEqual(expect.stringMatching(/\w/));
    if (outcome === 'fail') expect(judgement.evidence).toHaveLength(1);
  });
});

describe('soul-documents/no-second-rulebook', () => {
  const path = '/home/openclaw/.openclaw/openclaw.json';
  const file = { path, kind: 'file', writable: false, replaceable: false, owned: false, programs: [] };
  const workspace = '/mnt/openclaw/workspace';
  const workspaces = { main: workspace };
  const good = {
    agents: { defaults: { workspace } },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    tools: { deny: ['gateway', 'openclaw'] },
  };
  const approvals = { defaults: { allowlist: [] }, agents: {} };
  const own = [{ agent: 'main', name: 'a', source: 'openclaw-workspace' }];
  it.each<[string, object, readonly object[], string]>([
    ['nothing of its own', good, own, 'pass'],
    ['no skills at all', good, [], 'pass'],
    ['proposals', { ...good, skills: { workshop: { autonomous: { mode: 'propose' } } } }, own, 'pass'],
    ['the default of the workshop', { ...good, skills: {} }, own, 'fail'],
    ['a skill that it wrote', good, [{ ...own[0], source: 'openclaw-workshop' }], 'fail'],
    [
      'skills in the workspace',
      { ...good, skills: { ...good.skills, load: { extraDirs: [`${workspace}/more`] } } },
      own,
      'pass',
    ],
    ['skills elsewhere', { ...good, skills: { ...good.skills, load: { extraDirs: ['~/skills'] } } }, own, 'fail'],
    [
      'skills that climb out',
      { ...good, skills: { ...good.skills, load: { extraDirs: [`${workspace}/../x`] } } },
      own,
      'fail',
    ],
    ['configuration tools without a gate', { ...good, tools: {} }, own, 'fail'],
    ['configuration tools behind a gate', { ...good, tools: { exec: { mode: 'ask' } } }, own, 'pass'],
    ['a plugin where it writes', { ...good, plugins: { load: { paths: ['/mnt/openclaw/runtime/p'] } } }, own, 'fail'],
  ])('%s', (_, inForce, skills, outcome) => {
    const facts = {
      config: config(inForce),
      agents: ['main'],
      workspaces,
      skills,
      approvals,
      file,
      sessions: [],
      tools: {},
    };
    expect(judgeFacts(rulebook, facts).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    const facts = {
      config: config(good),
      agents: [],
      workspaces,
      skills: own,
      approvals,
      file,
      sessions: [],
      tools: {},
    };
    expect(judgeFacts(rulebook, facts).outcome).toBe('undetermined');
  });

  const sandbox = (settings: object) => ({ ...good, agents: { defaults: { workspace, sandbox: settings } } });
  const open = sandbox({ mode: 'off' });
  const closed = sandbox({ mode: 'all' });
  const bound = sandbox({ mode: 'all', docker: { binds: ['/home:/home'] } });
  const lost = new ProbeError('access_denied', 'may not');
  it.each<[string, object, unknown, string | undefined, string]>([
    ['a file out of reach', open, file, file.path, 'pass'],
    ['a file that can be written to', open, { ...file, writable: true }, undefined, 'fail'],
    ['a file that can be replaced', open, { ...file, replaceable: true }, undefined, 'fail'],
    ['a file whose mode can be changed', open, { ...file, owned: true }, undefined, 'fail'],
    ['a sandbox for some sessions', sandbox({ mode: 'non-main' }), { ...file, writable: true }, undefined, 'fail'],
    ['a sandbox with binds', bound, { ...file, writable: true }, undefined, 'fail'],
    ['a writable file behind a sandbox', closed, { ...file, writable: true }, undefined, 'pass'],
    ['a file that could not be looked at', open, lost, undefined, 'undetermined'],
    ['the same behind a sandbox', closed, lost, undefined, 'pass'],
    ['a file behind a link', open, { ...file, kind: 'linked' }, undefined, 'undetermined'],
    ['no file', open, { ...file, kind: 'missing' }, undefined, 'undetermined'],
    ['another file than the gateway reads', open, file, '/etc/openclaw.json', 'undetermined'],
  ])('outside the sandbox: %s', (_, inForce, seen, path, outcome) => {
    const facts = {
      config: { ...config(inForce), path },
      agents: ['main'],
      workspaces,
      skills: own,
      approvals,
      file: seen,
      sessions: [],
      tools: {},
    };
    expect(judgeFacts(rulebook, facts).outcome).toBe(outcome);
  });
});

describe('monitoring/runaway-limited', () => {
  const good = {
    agents: { defaults: { timeoutSeconds: 600, maxConcurrent: 4 } },
    gateway: { auth: { rateLimit: { maxAttempts: 10 } } },
    tools: { exec: { timeoutSeconds: 300 }, loopDetection: { enabled: true } },
  };
  const logins = (more: object) => ({ ...good, gateway: { auth: { rateLimit: { maxAttempts: 10, ...more } } } });
  const exec = (timeoutSeconds: unknown) => ({ ...good, tools: { ...good.tools, exec: { timeoutSeconds } } });
  it.each<[string, object, string]>([
    ['all bounded', good, 'pass'],
    ['an hour', exec(3600), 'pass'],
    ['over an hour', exec(3601), 'fail'],
    ['zero, which is no limit', exec(0), 'fail'],
    ['a number as text', exec('300'), 'fail'],
    ['nothing set', {}, 'fail'],
    [
      'loops for one agent',
      { ...good, agents: { ...good.agents, entries: { main: { tools: { loopDetection: { enabled: false } } } } } },
      'fail',
    ],
    [
      'two hours for one agent',
      { ...good, agents: { ...good.agents, entries: { main: { tools: { exec: { timeoutSeconds: 7200 } } } } } },
      'fail',
    ],
    [
      'few agents that agents start',
      { ...good, agents: { defaults: { ...good.agents.defaults, subagents: { maxConcurrent: 8 } } } },
      'pass',
    ],
    [
      'a thousand of them',
      { ...good, agents: { defaults: { ...good.agents.defaults, subagents: { maxConcurrent: 1000 } } } },
      'fail',
    ],
    ['a thousand scheduled runs', { ...good, cron: { maxConcurrentRuns: 1000 } }, 'fail'],
    ['no limit of logins', { ...good, gateway: {} }, 'fail'],
    ['attempts that count for a second', logins({ windowMs: 1000, lockoutMs: 1000 }), 'pass'],
    ['attempts that count for less', logins({ windowMs: 999 }), 'fail'],
    ['a lockout for less', logins({ lockoutMs: 999 }), 'fail'],
    ['a lockout that is a text', logins({ lockoutMs: '60000' }), 'fail'],
    ['a lockout that is not set', logins({ lockoutMs: null }), 'pass'],
  ])('%s', (_, inForce, outcome) => {
    expect(judgeFacts(limited, { config: config(inForce), agents: ['main'] }).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    expect(judgeFacts(limited, { config: config(good), agents: [] }).outcome).toBe('undetermined');
  });
});
