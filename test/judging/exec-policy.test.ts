import { describe, expect, it } from 'vitest';
import { breadthOf, execPolicy, isGated } from '../../src/judging/exec-policy.ts';
import type { ExecApprovals, HostExecPolicy } from '../../src/probes/gateway/exec-approvals.ts';

const silent: HostExecPolicy = {
  security: undefined,
  ask: undefined,
  askFallback: undefined,
  autoAllowSkills: undefined,
  allowlist: [],
  mcpTools: [],
};
const host = (defaults: Partial<HostExecPolicy> = {}, agents: Record<string, Partial<HostExecPolicy>> = {}) => ({
  defaults: { ...silent, ...defaults },
  agents: Object.fromEntries(Object.entries(agents).map(([id, policy]) => [id, { ...silent, ...policy }])),
});
const exec = (settings: object) => ({ tools: { exec: settings } });
const policy = (config: unknown, approvals: ExecApprovals = host()) => execPolicy(config, approvals, 'main');

describe('the policy in force', () => {
  it.each([
    [{}, 'full', 'off', false],
    [exec({ mode: 'full' }), 'full', 'off', false],
    [exec({ mode: 'ask' }), 'allowlist', 'on-miss', true],
    [exec({ mode: 'auto' }), 'allowlist', 'on-miss', false],
    [exec({ mode: 'allowlist' }), 'allowlist', 'off', false],
    [exec({ mode: 'deny' }), 'deny', 'off', true],
    [exec({ mode: 'newer-word' }), 'full', 'off', false],
    [exec({ security: 'allowlist', ask: 'on-miss' }), 'allowlist', 'on-miss', true],
    [exec({ security: 'full', ask: 'on-miss' }), 'full', 'on-miss', false],
    [exec({ security: 'full', ask: 'always' }), 'full', 'always', true],
    [exec({ ask: 'ALWAYS' }), 'full', 'off', false],
  ])('of %j is %s and %s; gated: %s', (config, security, ask, gated) => {
    const found = policy(config);
    expect(found).toMatchObject({ security, ask, askFallback: 'deny', autoAllowSkills: false });
    expect(isGated(found)).toBe(gated);
  });

  it('is the stricter of configuration and host, whichever that is', () => {
    const strictHost = host({ security: 'allowlist', ask: 'on-miss' });
    expect(isGated(policy(exec({ mode: 'full' }), strictHost))).toBe(true);
    const looseHost = host({ security: 'full', ask: 'off' });
    expect(isGated(policy(exec({ mode: 'ask' }), looseHost))).toBe(true);
    expect(isGated(policy(exec({ mode: 'full' }), looseHost))).toBe(false);
    expect(isGated(policy({}, host({ ask: 'on-miss' })))).toBe(false);
  });

  it('is that of the agent before that of every agent before the defaults', () => {
    const approvals = host(
      { askFallback: 'deny', security: 'deny' },
      { '*': { askFallback: 'full', security: 'allowlist' }, main: { security: 'full' } },
    );
    expect(policy(exec({ mode: 'full' }), approvals)).toMatchObject({ security: 'full', askFallback: 'full' });
    expect(execPolicy(exec({ mode: 'full' }), approvals, 'other')).toMatchObject({ security: 'allowlist' });
  });

  it('of an agent that opens what is closed for everyone is open', () => {
    const config = { ...exec({ mode: 'ask' }), agents: { entries: { main: exec({ mode: 'full' }) } } };
    expect(isGated(policy(config))).toBe(false);
    const partly = { ...exec({ mode: 'ask' }), agents: { entries: { main: exec({ ask: 'off' }) } } };
    expect(isGated(policy(partly))).toBe(false);
    const listed = { ...exec({ mode: 'ask' }), agents: { list: [{ id: 'main', ...exec({ mode: 'full' }) }] } };
    expect(isGated(policy(listed))).toBe(false);
    const unrelated = { ...exec({ mode: 'ask' }), agents: { entries: { main: exec({ timeoutSeconds: 5 }) } } };
    expect(isGated(policy(unrelated))).toBe(true);
  });

  it('has the allowlists of the agent and of every agent', () => {
    const entry = (pattern: string) => ({ pattern, argPattern: undefined });
    const approvals = host({}, { '*': { allowlist: [entry('a')] }, main: { allowlist: [entry('b')] } });
    expect(policy({}, approvals).allowlist).toEqual([entry('a'), entry('b')]);
  });

  it('is not taken from a prototype', () => {
    expect(execPolicy(exec({ mode: 'ask' }), host(), 'constructor')).toMatchObject({ ask: 'on-miss' });
    expect(isGated(policy(exec({ mode: 'toString' })))).toBe(false);
  });
});

describe('an entry of the allowlist', () => {
  it.each([
    '*',
    '**',
    '/**',
    '/usr/bin/*',
    '/usr/**/*',
    '?',
    '/opt/*tool',
    'python*',
    '/bin/bash',
    'sh',
    'env',
    'python3.12',
    '/usr/bin/git',
    'rsync',
    'node',
    '/usr/bin/sudo',
    ...[
      '/bin/rbash',
      'ksh93',
      'mksh',
      'tcsh',
      '/usr/bin/nodejs',
      'tsx',
      'Rscript',
      'nawk',
      'setpriv',
      '/bin/run-parts',
    ],
    '/lib64/ld-linux-x86-64.so.2',
  ])('%s lets any program through', (pattern) => expect(breadthOf({ pattern, argPattern: undefined })).toBeDefined());
  it.each(['/usr/bin/uptime', 'jq', '~/path/**/bin/rg', 'hash', 'ldd', 'perldoc', '/usr/bin/nodetool'])(
    '%s does not',
    (pattern) => expect(breadthOf({ pattern, argPattern: undefined })).toBeUndefined(),
  );
  it.each([undefined, '.*', '^.*$', '.', '^-c', 'report', '^report|x$', '^[^;]+$', '^\\S+$', '^x$|y', '^a$.'])(
    'for an interpreter with the arguments %s does',
    (argPattern) => expect(breadthOf({ pattern: '/usr/bin/python3', argPattern })).toBeDefined(),
  );
  it.each(['^report\\.py$', '^report\\.py [0-9]+$', 'sha256:argv:0a1b'])(
    'for an interpreter with the arguments %s does not',
    (argPattern) => expect(breadthOf({ pattern: '/usr/bin/python3', argPattern })).toBeUndefined(),
  );
  it('stays a wildcard whatever its arguments', () => {
    expect(breadthOf({ pattern: '*', argPattern: '^x$' })).toBeDefined();
    expect(breadthOf({ pattern: '/usr/bin/[a-z]ython3', argPattern: undefined })).toBeDefined();
  });
});
