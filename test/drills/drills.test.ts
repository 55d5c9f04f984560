import { afterEach, describe, expect, it } from 'vitest';
import { drillIn, outcomes, type Stage, stage } from './support.ts';

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

describe('instance-failure', () => {
  it('passes where the group replaces the instance in time', async () => {
    on = await stage();
    const record = await drillIn(on, 'instance-failure');
    expect([record.outcome, record.reasons]).toEqual(['pass', []]);
    expect(outcomes(record)).toEqual({ replaced: 'pass' });
    expect(record.steps).toMatchObject([
      { id: 'mark', undo: 'done' },
      { id: 'stop-instance', undo: 'not-needed' },
    ]);
    expect(on.world.changes).toEqual(['ec2:StopInstances']);
  });

  it('fails where the group does not replace it, and starts it again', async () => {
    on = await stage({ replaceAfter: undefined }, { 'infrastructure.replaceWithinSeconds': 1 });
    const before = on.world.state();
    const record = await drillIn(on, 'instance-failure');
    expect(record.outcome).toBe('fail');
    expect(on.world.changes).toEqual(['ec2:StopInstances', 'ec2:StartInstances']);
    expect(on.world.state()).toEqual(before);
  });
});

describe('gateway-stop', () => {
  it('passes where the alarm rings, the alert goes out and the instance is replaced', async () => {
    on = await stage();
    const record = await drillIn(on, 'gateway-stop');
    expect([record.outcome, record.reasons]).toEqual(['pass', []]);
    expect(outcomes(record)).toEqual({ alarm: 'pass', alert: 'pass', replaced: 'pass' });
    expect(on.world.changes).toEqual(['drill/stop-unit']);
  });
});

describe('gateway-stop on a bad deployment', () => {
  it.each([
    [
      'the alarm comes late',
      { alarmAfter: 4200, replaceAfter: 4500 },
      { alarm: 'fail', alert: 'pass', replaced: 'pass' },
    ],
    ['the alarm never comes', { alarmAfter: undefined, replaceAfter: undefined }, { alarm: 'fail' }],
    ['the alarm was set by hand', { alarmByHand: true }, { alarm: 'fail', alert: 'pass', replaced: 'pass' }],
    ['the alert function fails', { alertFails: true }, { alarm: 'pass', alert: 'fail', replaced: 'pass' }],
    ['nothing replaces it', { replaceAfter: undefined }, { alarm: 'pass', alert: 'pass', replaced: 'fail' }],
  ] as const)('fails where %s', async (_, behaviour, expected) => {
    on = await stage(behaviour, { 'infrastructure.replaceWithinSeconds': 5 });
    const before = on.world.state();
    const record = await drillIn(on, 'gateway-stop');
    expect(record.outcome).toBe('fail');
    expect(outcomes(record)).toEqual(expected);
    expect(on.world.state()).toEqual(before);
  });
});
