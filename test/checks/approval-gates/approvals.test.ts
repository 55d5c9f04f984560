import { describe, expect, it } from 'vitest';
import blocked from '../../../checks/approval-gates/blocked-without-approval.ts';
import recorded from '../../../checks/approval-gates/decisions-recorded.ts';
import surfaces from '../../../checks/approval-gates/request-surfaces.ts';
import type { ApprovalRehearsal } from '../../../src/probes/gateway/approval-rehearsal.ts';
import type { RecordedDecision } from '../../../src/probes/gateway/decisions.ts';
import type { GateTrial, TrialAttempt } from '../../../src/probes/gateway/gate-trial.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const at = now.getTime();
const day = 86_400_000;
const denied: RecordedDecision = {
  status: 'denied',
  decision: 'deny',
  reason: 'user',
  resolver: 'runtime',
  createdAtMs: at,
  resolvedAtMs: at + 10,
  ours: false,
  tool: undefined,
};
const expired: RecordedDecision = {
  ...denied,
  status: 'expired',
  decision: 'none',
  reason: 'timeout',
  resolver: 'system',
};
const allowed: RecordedDecision = { ...denied, status: 'allowed', decision: 'allow-once', resolvedAtMs: at - day };
const good: ApprovalRehearsal = {
  ids: { denied: 'clawcheck-1', expired: 'clawcheck-2' },
  accepted: true,
  listed: { showsCommand: true, mayDeny: true },
  reopened: false,
  unanswered: 'none',
  denied,
  expired,
  allowedByPeople: [allowed],
  ofPlugins: [{ ...denied, tool: 'crm_delete_record', createdAtMs: at - 30 * day }],
};
const config = {
  inForce: { approvals: { exec: { enabled: true, mode: 'targets', targets: [{ channel: 'slack', to: 'U1' }] } } },
};

const noPlugin = { 'approvalGates.gates.1.plugin': null };

describe('approval-gates/request-surfaces', () => {
  it.each<[string, Partial<ApprovalRehearsal>, object, string]>([
    ['listed, with a route', {}, config, 'pass'],
    ['not taken', { accepted: false, listed: undefined }, config, 'fail'],
    ['not listed', { listed: undefined }, config, 'fail'],
    ['listed without the command', { listed: { showsCommand: false, mayDeny: true } }, config, 'fail'],
    ['listed and cannot be denied', { listed: { showsCommand: true, mayDeny: false } }, config, 'fail'],
    ['no route', {}, { inForce: {} }, 'fail'],
    ['no route, and none needed', {}, { inForce: { tools: { exec: { mode: 'deny' } } } }, 'pass'],
    ['no route, and no tool for commands', {}, { inForce: { tools: { deny: ['group:runtime'] } } }, 'pass'],
  ])('%s', (_, change, config, outcome) => {
    expect(
      judgeFacts(surfaces, { rehearsal: { ...good, ...change }, config, agents: ['main'], canary: undefined }, noPlugin)
        .outcome,
    ).toBe(outcome);
  });

  it('needs a route for every agent, whether it is named or not', () => {
    const slack = { enabled: true, mode: 'targets', targets: [{ channel: 'slack', to: 'U1' }], agentFilter: ['main'] };
    const facts = { rehearsal: good, config: { inForce: { approvals: { exec: slack } } }, canary: undefined };
    const judged = (changes = {}) =>
      judgeFacts(surfaces, { ...facts, agents: ['main', 'other'] }, { ...noPlugin, ...changes }).outcome;
    expect([judged(), judged({ 'approvalGates.agents': ['main'] })]).toEqual(['fail', 'fail']);
  });
});

describe('approval-gates/blocked-without-approval', () => {
  it.each<[string, Partial<ApprovalRehearsal>, string]>([
    ['denied, expired, and a control', {}, 'pass'],
    ['a denial that is also the answer to silence', { unanswered: 'denied' }, 'pass'],
    ['silence that allows', { unanswered: 'allowed' }, 'fail'],
    ['a denied request that was reopened', { reopened: true }, 'fail'],
    ['the denial on record as allowed', { denied: { ...denied, status: 'allowed', decision: 'allow-once' } }, 'fail'],
    ['the denial without a decision', { denied: { ...denied, decision: 'none' } }, 'fail'],
    ['the denial not on record', { denied: undefined }, 'fail'],
    ['the expiry not on record', { expired: undefined }, 'fail'],
    ['the expiry with a decision', { expired: { ...expired, decision: 'allow-once' } }, 'fail'],
    ['not taken at all', { accepted: false, denied: undefined, expired: undefined }, 'fail'],
    ['no control: nobody ever approved anything', { allowedByPeople: [] }, 'undetermined'],
    ['a control 30 days old', { allowedByPeople: [{ ...allowed, resolvedAtMs: at - 30 * day }] }, 'pass'],
    [
      'a control older than 30 days',
      { allowedByPeople: [{ ...allowed, resolvedAtMs: at - 30 * day - 1 }] },
      'undetermined',
    ],
    ['a control without a time', { allowedByPeople: [{ ...allowed, resolvedAtMs: undefined }] }, 'undetermined'],
    ['a plugin that never asked', { ofPlugins: [] }, 'undetermined'],
    ['one that asked for another tool', { ofPlugins: [{ ...denied, tool: 'send_payment' }] }, 'undetermined'],
    [
      'one that asked too long ago',
      { ofPlugins: [{ ...denied, tool: 'crm_delete_record', createdAtMs: at - 30 * day - 1 }] },
      'undetermined',
    ],
    ['a plugin that never asked, and silence that allows', { ofPlugins: [], unanswered: 'allowed' }, 'fail'],
    ['silence that allows, without a control', { unanswered: 'allowed', allowedByPeople: [] }, 'fail'],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(blocked, { rehearsal: { ...good, ...change }, canary: undefined }).outcome).toBe(outcome);
  });
});

describe('approval-gates/blocked-without-approval, where the gates were tried', () => {
  const request = { id: 'r1', expiresInMs: 1000 };
  const held: TrialAttempt = { answer: 'deny', request, doneWhilePending: false, done: false };
  const through: TrialAttempt = { ...held, answer: 'allow-once', done: true };
  const trial = (...attempts: TrialAttempt[]): GateTrial[] => [
    { kind: 'exec', agent: 'main', attempts, leftBehind: false },
  ];
  it.each<[string, GateTrial[], readonly RecordedDecision[], string, string | undefined]>([
    [
      'held, then let through: the control of its own',
      trial(held, through),
      [],
      'pass',
      'commands of agent main, tried',
    ],
    ['done although denied', trial({ ...held, done: true }, through), [allowed], 'fail', undefined],
    [
      'not done when it was allowed either',
      trial(held, { ...through, done: false }),
      [allowed],
      'undetermined',
      undefined,
    ],
    ['only held, and a person approved before', trial(held), [allowed], 'pass', 'history'],
    ['only held', trial(held), [], 'undetermined', undefined],
  ])('%s', (_, canary, allowedByPeople, outcome, control) => {
    const judgement = judgeFacts(blocked, { rehearsal: { ...good, allowedByPeople }, canary });
    expect(judgement.outcome).toBe(outcome);
    if (judgement.outcome === 'pass' && control !== 'history')
      expect(judgement.controls.map(({ subject }) => subject)).toEqual([control]);
    if (judgement.outcome === 'undetermined')
      expect(judgement.reason).toBe(canary[0]?.attempts.length === 1 ? 'not_drilled' : 'no_control');
  });
});

describe('approval-gates/blocked-without-approval, of a gate that is a plugin', () => {
  const request = { id: 'r1', expiresInMs: 1000 };
  const attempt: TrialAttempt = { answer: 'deny', request, doneWhilePending: false, done: false };
  const tool = (change: Partial<GateTrial>): GateTrial => ({
    kind: 'tool',
    agent: 'main',
    tool: 'crm_delete_record',
    attempts: [attempt],
    leftBehind: false,
    ...change,
  });
  it.each<[string, GateTrial[], Readonly<Record<string, unknown>>, string]>([
    ['was tried, and asked', [tool({})], {}, 'pass'],
    ['refused it', [tool({ attempts: [{ ...attempt, request: undefined, refused: true }] })], {}, 'pass'],
    ['was tried, and did not ask', [tool({ attempts: [{ ...attempt, request: undefined }] })], {}, 'undetermined'],
    ['was tried in no way', [tool({ attempts: [] })], {}, 'undetermined'],
    [
      'asked once, and once not',
      [tool({ attempts: [attempt, { ...attempt, request: undefined }] })],
      {},
      'undetermined',
    ],
    ['was not tried, but another', [tool({ tool: 'send_payment' })], {}, 'undetermined'],
    ['is not named: the tool is denied', [], noPlugin, 'pass'],
  ])('%s', (_, canary, changes, outcome) => {
    expect(judgeFacts(blocked, { rehearsal: { ...good, ofPlugins: [] }, canary }, changes).outcome).toBe(outcome);
  });
});

describe('approval-gates/blocked-without-approval, what it shows', () => {
  const judged = (change: Partial<ApprovalRehearsal>) =>
    judgeFacts(blocked, { rehearsal: { ...good, ...change }, canary: undefined });
  it.each([
    ['none', 'no decision'],
    ['denied', 'denied'],
    ['allowed', 'allowed'],
  ] as const)('the answer to silence: %s', (unanswered, observed) => {
    const expected = 'nobody answers: not allowed';
    expect(judged({ unanswered }).evidence).toContainEqual(expect.objectContaining({ expected, observed }));
  });
  it('when a person approved last', () => {
    const { outcome, ...rest } = judged({});
    expect(outcome).toBe('pass');
    const control = { observed: expect.stringContaining(new Date(at - day).toISOString()) };
    expect(rest).toMatchObject({ controls: [control] });
  });
});

describe('approval-gates/decisions-recorded', () => {
  it.each<[string, Partial<ApprovalRehearsal>, string]>([
    ['both on record', {}, 'pass'],
    ['the denial missing', { denied: undefined }, 'fail'],
    ['the denial without a time', { denied: { ...denied, resolvedAtMs: undefined } }, 'fail'],
    ['decided before it was asked', { denied: { ...denied, resolvedAtMs: at - 1 } }, 'fail'],
    ['nobody named', { denied: { ...denied, resolver: 'unnamed' } }, 'fail'],
    ['decided by the gateway itself', { denied: { ...denied, resolver: 'system' } }, 'fail'],
    ['decided by a device', { denied: { ...denied, resolver: 'device' } }, 'pass'],
    ['decided in a channel', { denied: { ...denied, resolver: 'channel' } }, 'pass'],
    ['decided as it was asked', { denied: { ...denied, resolvedAtMs: at } }, 'pass'],
    ['a denial for want of an answer', { denied: { ...denied, reason: 'timeout' } }, 'fail'],
    ['when it was asked is not known', { denied: { ...denied, createdAtMs: 0 } }, 'fail'],
    ['an expiry by a person', { expired: { ...expired, reason: 'user' } }, 'fail'],
    ['the expiry missing', { expired: undefined }, 'fail'],
    ['the expiry decided by somebody', { expired: { ...expired, resolver: 'runtime' } }, 'fail'],
  ])('%s', (_, change, outcome) => {
    expect(judgeFacts(recorded, { rehearsal: { ...good, ...change }, canary: undefined }).outcome).toBe(outcome);
  });
});
