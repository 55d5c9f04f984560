import { describe, expect, it } from 'vitest';
import type { Gate } from '../../src/environment/gates-schema.ts';
import { gateCover } from '../../src/judging/gate-cover.ts';
import { vaguenessOf } from '../../src/judging/gate-wording.ts';
import { hasTool } from '../../src/judging/gateway-config.ts';

const good: Gate = {
  action: 'Send a payment',
  tool: 'send_payment',
  threshold: '> 0 EUR',
  approvers: ['ops-lead'],
  timeoutSeconds: 600,
  onTimeout: 'deny',
};

describe('the wording of a gate', () => {
  it('that is specific has no fault', () => {
    expect(vaguenessOf(good)).toEqual([]);
    expect(vaguenessOf({ ...good, threshold: 'always' })).toEqual([]);
    expect(vaguenessOf({ ...good, threshold: 'every command that is not on the allowlist' })).toEqual([]);
    expect(vaguenessOf({ ...good, threshold: 'anything above 500 EUR' })).toEqual([]);
    expect(vaguenessOf({ ...good, threshold: 'approval needed for each message' })).toEqual([]);
  });

  it.each<[Partial<Gate>, RegExp]>([
    [{ action: 'Important actions' }, /action: "important"/],
    [{ action: 'Anything risky' }, /action: "anything"/],
    [{ action: 'Pay' }, /action: too short/],
    [{ threshold: 'anything that matters above all' }, /threshold: "anything"/],
    [{ threshold: 'only when needed' }, /threshold: "when needed"/],
    [{ threshold: 'as required by policy' }, /threshold: "as required"/],
    [{ threshold: 'when necessary' }, /threshold: "necessary"/],
    [{ threshold: 'any' }, /threshold: too short/],
    [{ action: 'always' }, /action: too short/],
    [{ threshold: 'case by case' }, /threshold: "case by case"/],
    [{ threshold: 'to be decided' }, /threshold: "to be decided"/],
    [{ threshold: 'large amounts' }, /threshold: "large amounts"/],
    [{ action: 'Do stuff for customers' }, /action: "stuff"/],
    [{ approvers: ['the team'] }, /names nobody/],
    [{ approvers: ['TBA'] }, /names nobody/],
    [{ tool: '*' }, /tool: matches everything/],
    [{ pattern: '.*' }, /pattern: matches everything/],
    [{ approvers: ['ops-lead', 'Anyone'] }, /approvers/],
    [{ approvers: ['*'] }, /approvers/],
    [{ onTimeout: 'allow' }, /onTimeout/],
  ])('%j is refused with why', (change, why) => {
    expect(vaguenessOf({ ...good, ...change }).join('; ')).toMatch(why);
  });

  it('needs a tool or a pattern', () => {
    const { tool: _, ...none } = good;
    expect(vaguenessOf(none)).toHaveLength(1);
  });
});

describe('the rule behind a gate', () => {
  const asks = {
    security: 'allowlist',
    ask: 'on-miss',
    askFallback: 'deny',
    autoAllowSkills: false,
    reviewedByModel: false,
    allowlist: [{ pattern: '/usr/bin/git', argPattern: undefined }],
    mcpTools: [{ server: 'crm', tool: 'close_account' }],
  } as const;
  const open = { ...asks, security: 'full', ask: 'off' } as const;
  const plugins = (more: object) => ({ plugins: { entries: { gate: { enabled: true } }, ...more } });
  const tools = new Map(
    ['send_payment', 'send_email', 'close_account', 'crm__close_account'].map((tool) => [tool, undefined]),
  );
  const around = (isDenied: (tool: string) => boolean) => ({ isDenied, tools, running: ['gate', 'constructor'] });
  const denies = around((tool) => tool === 'send_payment');
  const never = around(() => false);

  it.each<[string, Gate, boolean]>([
    ['a tool that is denied', good, true],
    ['another tool', { ...good, tool: 'send_email' }, false],
    ['a tool with a plugin that is enabled', { ...good, tool: 'send_email', plugin: 'gate' }, true],
    ['a tool with a plugin that is not in plugins.entries', { ...good, tool: 'send_email', plugin: 'other' }, false],
    ['a plugin named like a member of every object', { ...good, tool: 'send_email', plugin: 'constructor' }, false],
    ['a tool that the gateway does not have', { ...good, tool: 'send_emails', plugin: 'gate' }, false],
    ['a tool of an MCP server that is always allowed', { ...good, tool: 'close_account', plugin: 'gate' }, false],
    ['the same by its longer name', { ...good, tool: 'crm__close_account', plugin: 'gate' }, false],
    ['commands', { ...good, tool: 'exec' }, true],
    ['a command that is on the allowlist', { ...good, tool: 'exec', pattern: 'git push --force' }, false],
    ['a command that is not', { ...good, tool: 'exec', pattern: '/bin/rm -rf' }, true],
  ])('%s', (_, gate, ok) => {
    expect(gateCover(gate, asks, plugins({}), denies).ok).toBe(ok);
  });

  it('is none where commands run without asking, plugins are off, or the plugin is denied', () => {
    expect(gateCover({ ...good, tool: 'exec' }, open, {}, never).ok).toBe(false);
    const gate = { ...good, tool: 'send_email', plugin: 'gate' };
    expect(gateCover(gate, asks, plugins({ enabled: false }), never).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({ deny: ['gate'] }), never).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({ deny: 'gate' }), never).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({ allow: ['other'] }), never).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({ allow: ['gate'] }), never).ok).toBe(true);
    expect(gateCover(gate, asks, { plugins: { entries: { gate: {} } } }, never).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({}), { ...never, running: [] }).ok).toBe(false);
    expect(gateCover(gate, asks, plugins({}), { ...never, turnsOffPlugins: true }).ok).toBe(false);
  });
});

it.each<[string, object, object, boolean, string?]>([
  ['by default', {}, {}, true],
  ['by the full profile', { profile: 'full' }, {}, true],
  ['not by a small profile', { profile: 'messaging' }, {}, false],
  ['by what a small profile is given', { profile: 'minimal', alsoAllow: ['group:automation'] }, {}, true],
  ['by the profile of its own', { profile: 'minimal' }, { profile: 'coding' }, true],
  ['not where it is denied', { deny: ['group:automation'] }, {}, false],
  ['not where another list is allowed', { allow: ['exec'] }, {}, false],
  ['where a pattern allows it', { allow: ['plug*'] }, {}, true],
  ['not from within a sandbox', { profile: 'full' }, {}, false, 'all'],
  ['where only some sessions are in one', {}, {}, true, 'non-main'],
  ['from within one that has it', { sandbox: { tools: { alsoAllow: ['plugins'] } } }, {}, true, 'all'],
  ['from within one for all tools', {}, { sandbox: { tools: { allow: [] } } }, true, 'all'],
  ['not where its own list leaves it out', { allow: ['*'] }, { allow: ['exec'] }, false],
])('an agent has the tool plugins %s', (_, tools, own, has, mode) => {
  const agents = { defaults: { sandbox: { mode } }, entries: { main: { tools: own } } };
  const config = { tools, agents };
  expect(hasTool(config, 'main', 'plugins')).toBe(has);
});
