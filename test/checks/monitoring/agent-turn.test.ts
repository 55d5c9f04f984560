import { describe, expect, it } from 'vitest';
import answers from '../../../checks/monitoring/agent-answers.ts';
import logged from '../../../checks/monitoring/test-interaction-logged.ts';
import { judgeFacts } from '../../support/judge.ts';

const turn = { status: 'ok', fault: undefined, replied: true, marker: 'm', sessionKey: 'agent:main:clawcheck' };

describe('monitoring/agent-answers', () => {
  it.each([
    ['a turn with an answer', turn, 'pass'],
    ['a turn of a version that does not tell the answer', { ...turn, replied: undefined }, 'pass'],
    ['a turn without an answer', { ...turn, replied: false }, 'fail'],
    ['a turn that died on a read-only file system', { ...turn, status: 'error', fault: 'read-only' }, 'fail'],
    ['a turn that the model refused', { ...turn, status: 'error', fault: 'model' }, 'fail'],
    ['a turn without an end', { ...turn, status: 'unfinished' }, 'fail'],
    ['no turn', undefined, 'undetermined'],
  ])('%s', (_, seen, outcome) => {
    expect(judgeFacts(answers, { turn: seen }).outcome).toBe(outcome);
  });

  it.each<[object, string]>([
    [{}, 'answered'],
    [{ replied: undefined }, 'the turn ended without an error'],
    [{ replied: false }, 'the turn ended without an answer'],
    [{ status: 'error', fault: 'read-only' }, 'the turn died on a read-only file system'],
    [{ status: 'error', fault: 'model', replied: false }, 'the turn died because the model provider refused'],
    [{ status: 'error' }, 'the turn ended with an error'],
    [{ status: 'unfinished', replied: false }, 'no end of the turn after 60 seconds; it was stopped'],
  ])('tells how the turn ended: %j', (change, observed) => {
    const changes = { 'monitoring.agentTurnSeconds': 60 };
    const { evidence } = judgeFacts(answers, { turn: { ...turn, ...change } }, changes);
    expect(evidence.map((one) => one.observed)).toEqual([observed]);
  });

  it('says that no turn was asked for, and that a person may state it', () => {
    expect(judgeFacts(answers, { turn: undefined })).toMatchObject({ reason: 'not_drilled' });
    expect([answers.attestable, logged.attestable]).toEqual([true, true]);
  });
});

describe('monitoring/test-interaction-logged', () => {
  const log = (kind: string, found: boolean, exists = true) => ({
    name: `/l/${kind}`,
    kind,
    exists,
    found,
    seconds: 3,
  });
  it.each([
    ['found in the session log', turn, [log('session', true), log('gateway', false)], 'pass'],
    ['found in the gateway log alone', turn, [log('session', false), log('gateway', true)], 'fail'],
    ['found in the gateway log, and no log of sessions is named', turn, [log('gateway', true)], 'pass'],
    ['found in one of two session logs', turn, [log('session', false), log('session', true)], 'pass'],
    ['found nowhere', turn, [log('session', false)], 'fail'],
    ['the session log does not exist', turn, [log('session', false, false), log('gateway', true)], 'fail'],
    ['found, after a turn that failed', { ...turn, status: 'error' }, [log('session', true)], 'pass'],
    ['not found, after a turn that failed', { ...turn, status: 'error' }, [log('session', false)], 'undetermined'],
    ['no log is named', turn, [], 'undetermined'],
    ['no turn', undefined, undefined, 'undetermined'],
    ['no turn, whatever is in the logs', undefined, [log('session', true)], 'undetermined'],
    ['no logs were searched', turn, undefined, 'undetermined'],
  ])('%s', (_, seen, logs, outcome) => {
    expect(judgeFacts(logged, { turn: seen, logs }).outcome).toBe(outcome);
  });
});
