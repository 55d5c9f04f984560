import { afterEach, describe, expect, it } from 'vitest';
import { drillIn, outcomes, type Stage, stage } from './support.ts';

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

describe('kill-switch', () => {
  it('passes where the work ends at once and nothing starts it again', async () => {
    on = await stage();
    const before = on.world.state();
    const record = await drillIn(on, 'kill-switch');
    expect([record.outcome, record.reasons]).toEqual(['pass', []]);
    expect(outcomes(record)).toEqual({ working: 'pass', stopped: 'pass', 'stays-down': 'pass' });
    expect(on.world.changes).toEqual(['ssm:SendCommand', 'drill/start-unit']);
    expect(on.world.state()).toEqual(before);
  });

  it.each([
    ['only drains', { killSwitch: 'drains' }, 'fail', { working: 'pass', stopped: 'fail' }],
    ['is undone by a supervisor', { killSwitch: 'restarts' }, 'fail', { stopped: 'pass', 'stays-down': 'fail' }],
    ['makes the group launch another', { killSwitch: 'replaces' }, 'fail', { stopped: 'pass', 'stays-down': 'fail' }],
    ['finds no work to stop', { idle: true }, 'unknown', { working: 'unknown' }],
  ] as const)('where the switch %s', async (_, behaviour, outcome, expected) => {
    on = await stage(behaviour);
    const record = await drillIn(on, 'kill-switch');
    expect([record.outcome, outcomes(record)]).toMatchObject([outcome, expected]);
    expect(on.world.gateway).toBe('up');
  });
});

describe('restore', () => {
  it('passes where every file comes back as it is', async () => {
    on = await stage();
    const before = on.world.state();
    const record = await drillIn(on, 'restore');
    expect([record.outcome, record.reasons]).toEqual(['pass', []]);
    expect(outcomes(record)).toEqual({ restored: 'pass', mountable: 'pass', 'same-files': 'pass' });
    expect(record.values).toMatchObject({ files: '3', sourceDigest: record.values['restoredDigest'] });
    expect(on.world.state()).toEqual(before);
  });

  it.each([
    ['one file comes back different', { restored: 'differs' }, 'fail', { 'same-files': 'fail' }],
    ['one file does not come back', { restored: 'misses' }, 'fail', { 'same-files': 'fail' }],
    ['a file was changed since', { restored: 'changed-since' }, 'unknown', { 'same-files': 'unknown' }],
    ['the restore fails', { restoreFails: true }, 'fail', { restored: 'fail' }],
    ['the answer to the start is lost', { losesAnswerOf: 'backup:StartRestoreJob' }, 'unknown', {}],
  ] as const)('where %s', async (_, behaviour, outcome, expected) => {
    on = await stage(behaviour);
    const before = on.world.state();
    const record = await drillIn(on, 'restore');
    expect([record.outcome, outcomes(record)]).toMatchObject([outcome, expected]);
    expect(on.world.state()).toEqual(before);
  });

  it('keeps what it restored where nobody wants it deleted, and says so', async () => {
    on = await stage();
    const record = await drillIn(on, 'restore', { options: { decide: async () => false } });
    expect(record.steps.map(({ undo }) => undo)).toEqual(['done', 'kept', 'done', 'done']);
    expect([record.outcome, on.world.fileSystem, on.world.mountTarget]).toEqual(['pass', 'there', 'none']);
  });
});

describe('test-interaction and approval-gates', () => {
  it.each([
    ['test-interaction', { idle: true }, [], 'pass'],
    ['test-interaction', { idle: true }, ['agent-turn-without-answer'], 'fail'],
    ['test-interaction', { idle: true }, ['test-message-only-its-run'], 'fail'],
    ['approval-gates', { idle: true }, [], 'pass'],
    ['approval-gates', { idle: true }, ['approvals-reopened'], 'fail'],
  ] as const)('%s %o %o', async (drill, behaviour, flaws, outcome) => {
    on = await stage(behaviour, {}, flaws);
    const record = await drillIn(on, drill);
    expect([record.outcome, record.reasons]).toMatchObject([outcome, outcome === 'pass' ? [] : expect.any(Array)]);
  });
});
