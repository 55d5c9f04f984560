import { describe, expect, it } from 'vitest';
import authorised from '../../../checks/approval-gates/approvers-authorised.ts';
import documented from '../../../checks/approval-gates/gates-documented.ts';
import owned from '../../../checks/approval-gates/owners-named.ts';
import planned from '../../../checks/approval-gates/rollout-planned.ts';
import { judgeFacts } from '../../support/judge.ts';
import { goodEnvironment } from '../../support/rig.ts';

const { approvalGates, owners } = goodEnvironment();
const declaration = { gates: approvalGates.gates, people: approvalGates.people, owners };
const [admin, operator, builder, viewer] = approvalGates.people;
const config = (ownerAllowFrom: unknown, approvers?: unknown) => ({
  inForce: {
    commands: { ownerAllowFrom },
    ...(approvers !== undefined && { channels: { slack: { execApprovals: { enabled: true, approvers } } } }),
  },
});

describe('approval-gates/approvers-authorised', () => {
  it.each<[string, object, string]>([
    ['named ids alone', config(['slack:U0BENEX01', 'slack:U0OPSLD01']), 'pass'],
    ['approvers of a channel', config([], ['U0OPSLD01']), 'pass'],
    ['nobody', config([]), 'fail'],
    ['nothing configured', { inForce: {} }, 'fail'],
    ['a wildcard', config(['*']), 'fail'],
    ['a wildcard for a channel', config(['slack:*', 'slack:U0BENEX01']), 'fail'],
    ['a wildcard among the approvers of a channel', config(['slack:U0BENEX01'], ['*']), 'fail'],
    ['the builder', config(['slack:U0CLEOE01']), 'fail'],
    ['a stranger', config(['slack:U0BENEX01', 'slack:U0NOBODY1']), 'fail'],
    ['the same id on another channel', config(['telegram:U0BENEX01']), 'fail'],
    ['something else than a list', config('slack:U0BENEX01'), 'fail'],
    ['something else than a list beside one', config(['slack:U0BENEX01'], 'U0OPSLD01'), 'fail'],
  ])('%s', (_, config, outcome) => {
    expect(judgeFacts(authorised, { config, declaration, devices: [] }).outcome).toBe(outcome);
  });

  it.each([
    [false, 'pass'],
    [true, 'fail'],
  ])('a stranger of an account that is on: %s', (enabled, outcome) => {
    const accounts = { a: { enabled, execApprovals: { enabled: true, approvers: ['U0STRANGE'] } } };
    const inForce = { commands: { ownerAllowFrom: ['slack:U0BENEX01'] }, channels: { slack: { accounts } } };
    expect(judgeFacts(authorised, { config: { inForce }, declaration, devices: [] }).outcome).toBe(outcome);
  });

  it.each([
    ['nobody named', []],
    ['no admin', [operator, builder, viewer, { name: 'Ben Example', role: 'operator', ids: ['slack:U0BENEX01'] }]],
    ['an approver of a gate without a role', [admin, builder, viewer]],
    ['a person with two roles', [admin, operator, builder, { ...operator, role: 'builder', ids: [] }]],
    ['an id with two people', [admin, operator, { ...builder, ids: operator?.ids }]],
  ])('%s', (_, people) => {
    const judgement = judgeFacts(authorised, {
      config: config(['slack:U0BENEX01']),
      declaration: { ...declaration, people },
      devices: [],
    });
    expect(judgement.outcome).toBe('fail');
  });

  const own = { name: 'Ada Example', role: 'admin', ids: ['identity:Ada@Example.com', 'identity:ada', 'device:0ada'] };
  const withAda = { ...declaration, people: [...approvalGates.people, own] };
  const signedIn = (gateway: object) => ({
    inForce: { commands: { ownerAllowFrom: ['slack:U0BENEX01'] }, gateway },
  });
  const scopes = (identityScopes: object, more = {}) => signedIn({ auth: { identityScopes, ...more } });
  const proxied = { mode: 'trusted-proxy' };
  const paired = (allowUsers: unknown, more: object = {}) =>
    signedIn({ auth: { ...proxied, trustedProxy: { allowUsers, deviceAutoApprove: { enabled: true, ...more } } } });

  it.each<[string, object, string]>([
    ['somebody named', scopes({ 'ADA@example.com': ['operator.admin'] }, proxied), 'pass'],
    ['a stranger', scopes({ 'eve@example.com': ['operator.admin'] }, proxied), 'fail'],
    [
      'a stranger beside somebody named',
      scopes({ ada: ['operator.admin'], eve: ['operator.approvals'] }, proxied),
      'fail',
    ],
    ['a login that is not an address, in other letters', scopes({ Ada: ['operator.approvals'] }, proxied), 'fail'],
    ['a stranger who may read', scopes({ 'eve@example.com': ['operator.read'] }, proxied), 'pass'],
    ['scopes that are no list', scopes({ 'eve@example.com': 'operator.read' }, proxied), 'fail'],
    ['a stranger whom nothing signs in', scopes({ 'eve@example.com': ['operator.admin'] }, { mode: 'token' }), 'pass'],
    [
      'a stranger whom Tailscale signs in',
      signedIn({ tailscale: { mode: 'serve' }, auth: { identityScopes: { eve: ['operator.admin'] } } }),
      'fail',
    ],
    ['devices of people who are named', paired(['ada@example.com']), 'pass'],
    ['devices of a stranger', paired(['ada@example.com', 'eve@example.com']), 'fail'],
    ['devices of whoever the proxy signs in', paired([]), 'fail'],
    ['devices of whom nobody tells', paired('ada@example.com'), 'fail'],
    ['devices of a stranger that may read', paired(['eve@example.com'], { scopes: ['operator.read'] }), 'pass'],
    ['devices that are not paired alone', paired(['eve@example.com'], { enabled: false }), 'pass'],
  ])('by a login: %s', (_, config, outcome) => {
    expect(judgeFacts(authorised, { config, declaration: withAda, devices: [] }).outcome).toBe(outcome);
  });

  it.each<[string, readonly string[], string]>([
    ['of somebody named', ['0ada'], 'pass'],
    ['of nobody', ['0ada', '0bad'], 'fail'],
  ])('by a device %s', (_, devices, outcome) => {
    const config = signedIn({});
    expect(judgeFacts(authorised, { config, declaration: withAda, devices }).outcome).toBe(outcome);
  });
});

describe('approval-gates/approvers-authorised, one thing wrong', () => {
  const ada = { name: 'Ada Example', role: 'admin', ids: ['slack:U0ADA'] };
  const ben = { name: 'Ben Example', role: 'operator', ids: ['slack:U0BEN'] };
  const gate = (...approvers: string[]) => [{ ...approvalGates.gates[0], approvers }];
  const judged = (people: object[], gates: object[]) =>
    judgeFacts(authorised, { config: config(['slack:U0ADA']), declaration: { owners, people, gates }, devices: [] });

  it('passes an admin and an operator who approve', () => {
    expect(judged([ada, ben], gate('Ada Example', 'Ben Example')).outcome).toBe('pass');
  });
  it.each<[string, object[], object[], string]>([
    ['a gate of somebody unknown', [ada, ben], gate('Ada Example', 'Eve Example'), 'approvers of the documented gates'],
    [
      'a gate of a viewer',
      [ada, ben, { name: 'Vic Example', role: 'viewer', ids: [] }],
      gate('Vic Example'),
      'approvers of the documented gates',
    ],
    ['no operator', [ada, { ...ben, role: 'builder' }], gate('Ada Example'), 'roles'],
    ['a person and an id twice', [ada, ben, { ...ben, role: 'builder' }], gate('Ada Example'), 'roles'],
  ])('fails for %s', (_, people, gates, subject) => {
    const judgement = judged(people, gates);
    expect(judgement).toMatchObject({ outcome: 'fail', evidence: [{ subject }] });
    expect(judgement.evidence).toHaveLength(1);
  });
});

describe('approval-gates/gates-documented', () => {
  it('passes specific gates, with a vague one as the control', () => {
    expect(judgeFacts(documented, { declaration })).toMatchObject({ outcome: 'pass', controls: [{}] });
  });
  it('does not know without a gate, and fails for one vague gate among good ones', () => {
    expect(judgeFacts(documented, { declaration: { ...declaration, gates: [] } }).outcome).toBe('undetermined');
    const gates = [...declaration.gates, { ...declaration.gates[0], threshold: 'important ones' }];
    const judgement = judgeFacts(documented, { declaration: { ...declaration, gates } });
    expect(judgement.outcome).toBe('fail');
    expect(judgement.evidence).toHaveLength(1);
  });
});

describe('approval-gates/owners-named', () => {
  const named = { name: 'Ada Example', contact: 'ada@example.com' };
  it.each([
    ['a person', named, 'pass'],
    ['a number', { ...named, contact: '+49 30 1234' }, 'pass'],
    ['nobody', undefined, 'fail'],
    ['a placeholder', { ...named, name: 'TBD' }, 'fail'],
    ['the team', { ...named, name: 'Team' }, 'fail'],
    ['no way to reach them', { ...named, contact: 'ask around' }, 'fail'],
    ['a placeholder with a remark', { ...named, name: 'TBD (Ben?)' }, 'fail'],
    ['a task', { ...named, name: 'TODO: name one' }, 'fail'],
    ['what is to be done', { ...named, name: 'to be decided' }, 'fail'],
    ['nobody in particular', { ...named, name: 'Someone' }, 'fail'],
    ['the name of the example file', { ...named, name: 'A. Name' }, 'fail'],
    ['a template', { ...named, name: '<name>' }, 'fail'],
    ['dots', { ...named, name: '...' }, 'fail'],
    ['a name in another script', { ...named, name: '李雷' }, 'pass'],
    ['a name like a task', { ...named, name: 'Todo Aiko' }, 'pass'],
    ['a placeholder between spaces', { ...named, name: ' tbd ' }, 'fail'],
    ['a placeholder for an address', { ...named, contact: ' N/A ' }, 'fail'],
    ['na', { ...named, name: 'na' }, 'fail'],
    ['dashes', { ...named, name: '---' }, 'fail'],
    ['question marks', { ...named, name: '??' }, 'fail'],
    ['a name that begins like a placeholder', { ...named, name: 'Nona Example' }, 'pass'],
    ['a name that begins with a placeholder', { ...named, name: 'None Example' }, 'pass'],
    ['a name that ends with a placeholder', { ...named, name: 'Ada Todo' }, 'pass'],
  ])('%s', (_, incidentResponse, outcome) => {
    const facts = { declaration: { ...declaration, owners: { ...owners, incidentResponse } } };
    expect(judgeFacts(owned, facts).outcome).toBe(outcome);
  });
});

describe('approval-gates/rollout-planned', () => {
  const index = goodEnvironment().attestations.findIndex(({ check }) => check === 'approval-gates/rollout-planned');
  it.each([
    ['two phases and a review', 'Pilot on 2026-03-09, all on 2026-04-06; security review done', 'undetermined'],
    ['one phase', 'All on 2026-04-06; security review done', 'fail'],
    ['a review before', 'After the security review passed: pilot on 2026-03-09, all on 2026-04-06', 'undetermined'],
    [
      'a review that is pending',
      'Pilot on 2026-03-09, all on 2026-04-06; the security review is still pending',
      'fail',
    ],
    ['a review that was not made', 'Pilot on 2026-03-09, all on 2026-04-06; security review not yet done', 'fail'],
    ['a review to come', 'Pilot on 2026-03-09, all on 2026-04-06; security review will follow', 'fail'],
    ['without a review', 'Pilot on 2026-03-09, all on 2026-04-06, without a security review', 'fail'],
    ['no review', 'Pilot on 2026-03-09, all on 2026-04-06', 'fail'],
    ['no dates', 'Phased, security review done', 'fail'],
  ])('is for a person to state: %s', (_, statement, outcome) => {
    const changes = { [`attestations.${index}.statement`]: statement };
    expect(judgeFacts(planned, { declaration }, changes).outcome).toBe(outcome);
  });
});
