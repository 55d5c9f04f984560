import { describe, expect, it } from 'vitest';
import version from '../../../checks/infrastructure/gateway-version.ts';
import sandboxed from '../../../checks/infrastructure/sandboxed-tools.ts';
import { judgeFacts } from '../../support/judge.ts';

const config = (inForce: object) => ({ inForce, differsFromFile: false });

describe('infrastructure/gateway-version', () => {
  it.each([
    ['2026.6.5', {}, 'pass'],
    ['2026.6.34', {}, 'pass'],
    ['2026.7.1-2', {}, 'pass'],
    ['2026.6.4', {}, 'fail'],
    ['2026.6.5-beta.1', {}, 'fail'],
    ['2026.9.6', { 'gateway.minimumVersion': '2026.10.1' }, 'fail'],
    ['2026.6.4', { 'gateway.minimumVersion': '2026.1.1' }, 'fail'],
    ['newest', {}, 'undetermined'],
  ])('%s with %j', (running, changes, outcome) => {
    const facts = { version: { version: running, from: '/startupz' } };
    expect(judgeFacts(version, facts, changes).outcome).toBe(outcome);
  });
});

describe('infrastructure/sandboxed-tools', () => {
  const mode = (value: unknown, entries: object = {}) =>
    config({ agents: { defaults: { sandbox: { mode: value } }, entries } });
  const elevated = (everyone: object, own?: object) =>
    config({
      ...mode('all', own && { main: { tools: { elevated: own } } }).inForce,
      tools: { elevated: everyone },
    });
  it.each<[string, object, Record<string, unknown>, string]>([
    ['all', mode('all'), {}, 'pass'],
    ['the default', config({}), {}, 'fail'],
    ['non-main where all is required', mode('non-main'), {}, 'fail'],
    ['non-main where it is required', mode('non-main'), { 'gateway.sandboxMode': 'non-main' }, 'pass'],
    ['an unknown mode', mode('always'), {}, 'fail'],
    ['one agent off', mode('all', { main: { sandbox: { mode: 'off' } } }), {}, 'fail'],
    ['commands on the instance', config({ ...mode('all').inForce, tools: { exec: { host: 'gateway' } } }), {}, 'fail'],
    [
      'commands of one agent on the instance',
      mode('all', { main: { tools: { exec: { host: 'gateway' } } } }),
      {},
      'fail',
    ],
    [
      'commands in the sandbox by name',
      config({ ...mode('all').inForce, tools: { exec: { host: 'sandbox' } } }),
      {},
      'pass',
    ],
    [
      'commands on the instance where no sandbox is asked for',
      config({ tools: { exec: { host: 'gateway' } } }),
      { 'gateway.sandboxMode': 'off' },
      'pass',
    ],
    ['elevated mode for somebody', elevated({ allowFrom: { slack: ['U1'] } }), {}, 'fail'],
    [
      'elevated mode for somebody, switched off',
      elevated({ enabled: false, allowFrom: { slack: ['U1'] } }),
      {},
      'pass',
    ],
    ['elevated mode for nobody', elevated({ enabled: true, allowFrom: { slack: [] } }), {}, 'pass'],
    ['elevated mode for what is no list', elevated({ allowFrom: { slack: '*' } }), {}, 'fail'],
    ['elevated mode that the agent keeps', elevated({ allowFrom: { slack: ['U1'] } }, {}), {}, 'fail'],
    [
      'elevated mode that the agent switches off',
      elevated({ allowFrom: { slack: ['U1'] } }, { enabled: false }),
      {},
      'pass',
    ],
    [
      'elevated mode that the agent gives nobody',
      elevated({ allowFrom: { slack: ['U1'] } }, { allowFrom: {} }),
      {},
      'pass',
    ],
    [
      'elevated mode where no sandbox is asked for',
      elevated({ allowFrom: { slack: ['U1'] } }),
      { 'gateway.sandboxMode': 'off' },
      'pass',
    ],
    ['an unknown mode where non-main is required', mode('always'), { 'gateway.sandboxMode': 'non-main' }, 'fail'],
    ['an unknown mode where none is required', mode('always'), { 'gateway.sandboxMode': 'off' }, 'fail'],
    ['off where it may be', config({}), { 'gateway.sandboxMode': 'off' }, 'pass'],
  ])('%s', (_, config, changes, outcome) => {
    expect(judgeFacts(sandboxed, { config, agents: ['main'], sessions: [] }, changes).outcome).toBe(outcome);
  });
  it.each([
    ['agent:main:slack:c1', 'all', 'fail'],
    ['agent:main:slack:c1', 'off', 'pass'],
    ['agent:other:slack:c1', 'all', 'pass'],
  ])('a session %s that was taken out of the sandbox, where %s is required: %s', (key, required, outcome) => {
    const sessions = [{ key, mode: undefined, unsandboxed: true }];
    const facts = { config: mode('all'), agents: ['main'], sessions };
    expect(judgeFacts(sandboxed, facts, { 'gateway.sandboxMode': required }).outcome).toBe(outcome);
  });
  it('does not pass without agents', () => {
    expect(judgeFacts(sandboxed, { config: mode('all'), agents: [], sessions: [] }).outcome).toBe('undetermined');
  });
});
