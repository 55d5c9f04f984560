import { describe, expect, it } from 'vitest';
import check from '../../../checks/soul-documents/no-second-rulebook.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const workspace = '/mnt/openclaw/workspace';
const inForce = {
  skills: { workshop: { autonomous: { mode: 'off' } }, load: { extraDirs: [`${workspace}/more`] } },
  plugins: { load: { paths: ['/opt/plugins'] } },
  tools: { deny: ['gateway', 'openclaw'], exec: { security: 'allowlist', ask: 'off' } },
  agents: { defaults: { workspace, sandbox: { mode: 'all' } }, entries: { main: {} } },
};
const approvals = { defaults: {}, agents: {} };
const closed = {
  path: '/home/openclaw/.openclaw/openclaw.json',
  kind: 'file',
  writable: false,
  replaceable: false,
  owned: false,
  programs: [] as string[],
};
const loaded = [{ agent: 'main', name: 'triage', source: 'openclaw-workspace' }];

interface Changes {
  readonly config?: object;
  readonly agents?: readonly string[];
  readonly workspaces?: Readonly<Record<string, string>>;
  readonly skills?: readonly object[];
  readonly file?: unknown;
  readonly path?: string;
  readonly approvals?: object;
  readonly sessions?: readonly object[];
  readonly tools?: Readonly<Record<string, ReadonlyMap<string, undefined>>> | ProbeError;
}

const judge = (changes: Changes = {}) =>
  judgeFacts(check, {
    config: { inForce: { ...inForce, ...changes.config }, path: changes.path ?? closed.path, differsFromFile: false },
    agents: changes.agents ?? ['main'],
    workspaces: changes.workspaces ?? { main: workspace },
    skills: changes.skills ?? loaded,
    approvals: changes.approvals ?? approvals,
    file: changes.file ?? closed,
    sessions: changes.sessions ?? [],
    tools: changes.tools ?? {},
  });
const outcome = (changes: Changes = {}) => judge(changes).outcome;

const agentsWith = (defaults: object, main: object = {}) => ({
  agents: { defaults: { ...inForce.agents.defaults, ...defaults }, entries: { main } },
});
const skillsWith = (mode: unknown, extraDirs: unknown = []) => ({
  skills: { workshop: { autonomous: { mode } }, load: { extraDirs } },
});
const toolsWith = (deny: readonly string[], exec: object = inForce.tools.exec) => ({ tools: { deny, exec } });

describe('soul-documents/no-second-rulebook', () => {
  it('passes on a closed configuration', () => {
    expect(outcome()).toBe('pass');
    expect(outcome({ agents: [] })).toBe('undetermined');
  });

  it.each<[string, object, boolean, string]>([
    ['by itself', {}, true, 'fail'],
    [
      'after an approval',
      { skills: { ...inForce.skills, workshop: { autonomous: { mode: 'off' }, approvalPolicy: 'pending' } } },
      true,
      'pass',
    ],
    ['not without the tool', {}, false, 'pass'],
    [
      'not where the tool is denied',
      { tools: { ...inForce.tools, deny: ['gateway', 'openclaw', 'group:agents'] } },
      true,
      'pass',
    ],
    ['not from within a sandbox', { agents: inForce.agents }, true, 'pass'],
    [
      'from within a sandbox that has the tool',
      { agents: inForce.agents, tools: { ...inForce.tools, sandbox: { tools: { alsoAllow: ['skill_workshop'] } } } },
      true,
      'fail',
    ],
    [
      'from within a sandbox for all tools',
      { agents: inForce.agents, tools: { ...inForce.tools, sandbox: { tools: { allow: [] } } } },
      true,
      'fail',
    ],
  ])('an agent applies skills of its own %s', (_, config, has, expected) => {
    const loose = { agents: { defaults: { workspace, sandbox: { mode: 'off' } }, entries: { main: {} } } };
    const tools = { main: new Map(has ? [['skill_workshop', undefined] as const] : []) };
    expect(outcome({ config: { ...loose, ...config }, tools })).toBe(expected);
    const untold = expected === 'fail' || !has ? 'undetermined' : 'pass';
    expect(outcome({ config: { ...loose, ...config }, tools: new ProbeError('timeout', 'slow') })).toBe(untold);
  });

  it.each([
    ['off', 'pass'],
    ['propose', 'pass'],
    ['auto', 'fail'],
    [undefined, 'fail'],
  ])('skills.workshop.autonomous.mode %s: %s', (mode, expected) => {
    expect(outcome({ config: skillsWith(mode) })).toBe(expected);
  });

  it('fails where an agent has written a skill', () => {
    expect(outcome({ skills: [...loaded, { agent: 'main', name: 'own', source: 'openclaw-workshop' }] })).toBe('fail');
    expect(outcome({ skills: [] })).toBe('pass');
  });

  it.each([
    [[], 'pass'],
    [[workspace], 'pass'],
    [[`${workspace}/skills`], 'pass'],
    [[`${workspace}-other`], 'fail'],
    [[`${workspace}/../runtime`], 'fail'],
    [[`${workspace}/skills`, '/srv/skills'], 'fail'],
    ['/srv/skills', 'fail'],
  ])('skills.load.extraDirs %j: %s', (directories, expected) => {
    expect(outcome({ config: skillsWith('off', directories) })).toBe(expected);
  });

  it.each([
    [[], 'pass'],
    [['/mnt/openclaw/runtime/plugins'], 'fail'],
    [['/opt/../mnt/openclaw/runtime'], 'fail'],
    ['/opt/plugins', 'fail'],
  ])('plugins.load.paths %j: %s', (paths, expected) => {
    expect(outcome({ config: { plugins: { load: { paths } } } })).toBe(expected);
  });

  it.each([
    ['the workspace', { main: workspace }, 'pass'],
    ['a folder of it', { main: `${workspace}/a` }, 'pass'],
    ['another directory of its own', { main: '/srv/w' }, 'fail'],
    ['one that climbs out', { main: `${workspace}/../x` }, 'fail'],
    ['one in the runtime directory', { main: '/mnt/openclaw/runtime/w' }, 'fail'],
    ['none that is told', {}, 'fail'],
  ])('an agent that works in %s', (_, workspaces, expected) => {
    expect(outcome({ workspaces: workspaces as Record<string, string> })).toBe(expected);
  });

  it.each([
    ['both denied', toolsWith(['gateway', 'openclaw']), 'pass'],
    ['all denied', toolsWith(['*']), 'pass'],
    ['one denied', toolsWith(['gateway']), 'fail'],
    ['the other denied', toolsWith(['openclaw']), 'fail'],
    ['none denied', toolsWith([]), 'fail'],
    ['none denied, behind an approval', toolsWith([], { security: 'allowlist', ask: 'always' }), 'pass'],
  ])('configuration tools: %s', (_, config, expected) => {
    expect(outcome({ config })).toBe(expected);
  });

  it('looks at every agent', () => {
    const workspaces = { main: workspace, other: '/srv/w' };
    expect(outcome({ workspaces, agents: ['main', 'other'] })).toBe('fail');
    expect(outcome({ workspaces, agents: ['main'] })).toBe('pass');
  });

  describe('the configuration file', () => {
    const open = { ...closed, writable: true };
    const loose = agentsWith({ sandbox: { mode: 'off' } });
    it.each([
      ['a sandbox', agentsWith({}), 'pass'],
      ['a sandbox for some sessions', agentsWith({ sandbox: { mode: 'non-main' } }), 'fail'],
      ['no sandbox', loose, 'fail'],
      ['no sandbox for one agent', agentsWith({}, { sandbox: { mode: 'off' } }), 'fail'],
      ['a bind for one agent', agentsWith({}, { sandbox: { docker: { binds: ['/:/host'] } } }), 'fail'],
      ['commands of one agent outside', agentsWith({}, { tools: { exec: { host: 'gateway' } } }), 'fail'],
      ['a sandbox with a bind', agentsWith({ sandbox: { mode: 'all', docker: { binds: ['/:/host'] } } }), 'fail'],
      [
        'a sandbox with binds out of form',
        agentsWith({ sandbox: { mode: 'all', docker: { binds: '/:/host' } } }),
        'fail',
      ],
      [
        'a bind for all, and none of its own for the agent',
        agentsWith(
          { sandbox: { mode: 'all', docker: { binds: ['/:/host'] } } },
          { sandbox: { docker: { binds: [] } } },
        ),
        'fail',
      ],
      ['a sandbox without a bind', agentsWith({ sandbox: { mode: 'all', docker: { binds: [] } } }), 'pass'],
    ])('that the agent could change counts with %s: %s', (_, config, expected) => {
      expect(outcome({ config, file: open })).toBe(expected);
    });

    it('that the agent could change counts where a session of it is outside the sandbox', () => {
      const sessions = [{ key: 'agent:main:slack:c1', mode: undefined, unsandboxed: true }];
      expect([outcome({ file: open, sessions }), outcome({ sessions })]).toEqual(['fail', 'pass']);
    });

    it.each([
      ['auto', 'pass'],
      ['sandbox', 'pass'],
      ['gateway', 'fail'],
      ['node', 'fail'],
    ])('that the agent could change counts where commands run in %s: %s', (host, expected) => {
      const tools = { deny: ['gateway', 'openclaw'], exec: { ...inForce.tools.exec, host } };
      expect(outcome({ config: { tools }, file: open })).toBe(expected);
    });

    it.each([
      ['closed', closed, 'pass'],
      ['writable', open, 'fail'],
      ['replaceable', { ...closed, replaceable: true }, 'fail'],
      ['of the agent', { ...closed, owned: true }, 'fail'],
      ['beside a program that it may change', { ...closed, programs: ['/opt/openclaw/dist/worker.js'] }, 'fail'],
      ['a link', { ...closed, kind: 'linked' }, 'undetermined'],
      ['missing', { ...closed, kind: 'missing' }, 'undetermined'],
      ['not seen', new ProbeError('timeout', 'not in time'), 'undetermined'],
    ])('outside a sandbox, %s: %s', (_, file, expected) => {
      expect(outcome({ config: loose, file })).toBe(expected);
    });

    it('must be the one that the gateway reads', () => {
      expect(outcome({ config: loose, path: '/etc/openclaw.json' })).toBe('undetermined');
      expect(outcome({ config: agentsWith({}), path: '/etc/openclaw.json' })).toBe('pass');
    });

    it('that was not seen hides no failure, and gives the reason of the look', () => {
      const lost = new ProbeError('timeout', 'not in time');
      expect(outcome({ config: { ...loose, ...skillsWith('auto') }, file: lost })).toBe('fail');
      expect(judge({ config: loose, file: lost })).toMatchObject({ reason: 'timeout' });
    });
  });
});
