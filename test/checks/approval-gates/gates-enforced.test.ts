import { describe, expect, it } from 'vitest';
import check from '../../../checks/approval-gates/gates-enforced.ts';
import { judgeFacts } from '../../support/judge.ts';

const silent = { allowlist: [] };
const host = { defaults: { ...silent, askFallback: 'deny' }, agents: {} };
const strict = {
  tools: { exec: { mode: 'ask' }, elevated: { enabled: false }, deny: ['send_payment', 'crm_delete_record'] },
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
      { ...host, agents: { '*': { allowlist: [{ pattern: '**', bound: false }] } } },
      'fail',
    ],
    ['programs of skills unasked', config(strict), { ...host, defaults: { ...silent, autoAllowSkills: true } }, 'fail'],
    ['a tool that has no rule', tools({ deny: ['send_payment'] }), host, 'fail'],
    ['a file that differs from what is in force', config(strict, true), host, 'fail'],
  ])('%s', (_, config, approvals, outcome) => {
    expect(judgeFacts(check, { config, approvals, agents: ['main'], canary: undefined }).outcome).toBe(outcome);
  });

  it('is for every agent, or for those that are named', () => {
    const inForce = { ...strict, agents: { entries: { open: { tools: { exec: { mode: 'full' } } } } } };
    const facts = { config: config(inForce), approvals: host, agents: ['main', 'open'], canary: undefined };
    expect(judgeFacts(check, facts).outcome).toBe('fail');
    expect(judgeFacts(check, facts, { 'approvalGates.agents': ['main'] }).outcome).toBe('pass');
    expect(judgeFacts(check, facts, { 'approvalGates.agents': ['other'] }).outcome).toBe('fail');
  });

  it('does not know without an agent', () => {
    const facts = { config: config(strict), approvals: host, agents: [], canary: undefined };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });

  it('does not know without a documented gate', () => {
    const facts = { config: config(strict), approvals: host, agents: ['main'], canary: undefined };
    expect(judgeFacts(check, facts, { 'approvalGates.gates': [] }).outcome).toBe('undetermined');
  });
});
