import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { journalsIn, readJournal } from '../../src/adapters/drills/journal-file.ts';
import { drills } from '../../src/drills/index.ts';
import { operationsOf } from '../../src/drills/plan.ts';
import { type DrillRule, drillOperations } from '../../src/ports/drill-operations.ts';
import { drillOn, type Stage, stage, undoOn } from '../drills/support.ts';
import { clawcheck } from '../support/cli.ts';
import { goodEnvironment } from '../support/rig.ts';

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

describe('clawcheck drill', () => {
  it('lists every drill, and plans each without contacting anything', async () => {
    on = await stage();
    const { stdout } = await clawcheck(['drill', 'list', '--json']);
    expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(Object.keys(drills));
    for (const id of Object.keys(drills)) {
      const planned = await clawcheck(['drill', 'plan', id, '-e', 'prod', '-c', on.deployment.config]);
      expect([planned.code, planned.stderr]).toEqual([0, '']);
      expect(planned.stdout).toContain('Nothing was contacted.');
    }
    expect(on.deployment.awsCalls).toEqual([]);
    const unknown = await clawcheck(['drill', 'plan', 'gateway-stp', '-e', 'prod', '-c', on.deployment.config]);
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('Did you mean gateway-stop?')]);
  });

  it('does nothing without the name of the environment, typed exactly', async () => {
    on = await stage();
    for (const confirm of [[], ['--confirm', 'Prod'], ['--confirm', 'yes'], ['--confirm', '']]) {
      const args = ['-e', 'prod', '-c', on.deployment.config, '--journal', on.journal, ...confirm];
      const { code, stderr } = await clawcheck(['drill', 'run', 'instance-failure', ...args]);
      expect([code, stderr]).toEqual([64, expect.stringContaining('--confirm prod')]);
    }
    expect([on.deployment.awsCalls, on.world.changes, journalsIn(on.journal)]).toEqual([[], [], []]);
  });

  it('does nothing where its record could not be written', async () => {
    on = await stage();
    const { code, stderr } = await drillOn(on, 'instance-failure', ['-o', join(on.journal, 'nowhere', 'record.json')]);
    expect([code, on.world.changes], stderr).toEqual([64, []]);
  });

  it('does nothing to a deployment that is not steady', async () => {
    on = await stage({}, {}, ['instance-not-in-service']);
    const { code, record } = await drillOn(on, 'instance-failure');
    expect([code, record.outcome, record.steps[0]?.start]).toEqual([21, 'unknown', null]);
    expect(record.reasons[0]).toMatch(/not steady at the start/);
    expect(on.world.changes).toEqual([]);
    // It leaves no lock.
    expect((await undoOn(on)).stderr).toContain('no drill runs or was interrupted');
  });

  it('does nothing while a drill of another machine has marked the group, and leaves its mark', async () => {
    on = await stage();
    on.world.mark = 'a drill of somebody else';
    const { code, record } = await drillOn(on, 'gateway-stop');
    expect([code, record.outcome, record.reasons[0]]).toEqual([
      21,
      'unknown',
      expect.stringContaining('another drill of this group is running, or was never undone'),
    ]);
    expect([on.world.changes, on.world.mark]).toEqual([[], 'a drill of somebody else']);
    // It has nothing to undo and leaves no lock.
    expect((await undoOn(on)).stderr).toContain('no drill runs or was interrupted');
  });

  it('refuses a deployment that is not the one asked about', async () => {
    on = await stage({}, { 'aws.account': '999999999999' });
    const { code } = await drillOn(on, 'instance-failure');
    expect([code, on.world.changes]).toEqual([22, []]);
  });

  it('refuses a second drill, stops at Ctrl-C, and takes back what it began', async () => {
    on = await stage({ replaceAfter: undefined }, { 'infrastructure.replaceWithinSeconds': 600 });
    const before = on.world.state();
    let begin: (kill: (signal: NodeJS.Signals) => void) => void = () => {};
    const began = new Promise<(signal: NodeJS.Signals) => void>((resolve) => {
      begin = resolve;
    });
    const running = drillOn(on, 'instance-failure', [], (_, kill) => begin(kill));
    const kill = await began;
    while (on.world.machine === 'running') await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await drillOn(on, 'gateway-stop');
    expect([second.code, second.stderr]).toEqual([64, expect.stringContaining('another drill is running')]);
    kill('SIGINT');
    const { code, record } = await running;
    expect([code, record.outcome, record.window.interrupted]).toEqual([130, 'unknown', true]);
    expect(record.steps).toMatchObject([{ undo: 'done' }, { undo: 'done' }]);
    expect(on.world.state()).toEqual(before);
  });

  it('undoes what a drill that was killed left, and runs none before', async () => {
    on = await stage({ replaceAfter: undefined }, { 'infrastructure.replaceWithinSeconds': 600 });
    const before = on.world.state();
    let begin: (kill: (signal: NodeJS.Signals) => void) => void = () => {};
    const began = new Promise<(signal: NodeJS.Signals) => void>((resolve) => {
      begin = resolve;
    });
    const running = drillOn(on, 'instance-failure', [], (_, kill) => begin(kill));
    const kill = await began;
    while (on.world.machine === 'running') await new Promise((resolve) => setTimeout(resolve, 50));
    kill('SIGKILL');
    expect((await running).signal).toBe('SIGKILL');
    const status = await clawcheck(['drill', 'status', '--journal', on.journal, '--json']);
    expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
      21,
      [{ state: 'interrupted', open: ['stop-instance', 'mark'] }],
    ]);
    const next = await drillOn(on, 'instance-failure');
    expect([next.code, next.stderr]).toEqual([64, expect.stringContaining('Run clawcheck drill undo first')]);
    const undone = await undoOn(on);
    expect([undone.code, undone.stdout], undone.stderr).toEqual([0, expect.stringContaining('stop-instance: done')]);
    expect(on.world.state()).toEqual(before);
    const [path = ''] = journalsIn(on.journal);
    expect(readJournal(path).at(-1)).toMatchObject({ type: 'ended', outcome: 'undone' });
  });

  it('is loud where an undo fails', async () => {
    on = await stage({ replaceAfter: undefined, losesAnswerOf: 'ec2:StartInstances' });
    const { code, record, stderr } = await drillOn(on, 'instance-failure', ['-q']);
    expect([code, record.outcome, record.steps.map(({ undo }) => undo)]).toEqual([20, 'fail', ['failed', 'failed']]);
    expect(stderr).toContain('UNDO FAILED');
    expect(stderr).toContain('NOT UNDONE');
    // The group stays marked for whoever would make another drill.
    expect(on.world.mark).toContain(record.id);
  });
});

describe('clawcheck permissions --drills', () => {
  it('allows what some drill calls, and nothing else', async () => {
    const { stdout } = await clawcheck(['permissions', '--drills']);
    const printed = JSON.parse(stdout).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    const kinds = ['command', 'automation', 'function'];
    const changes = [
      ...kinds.map((kind) => ({ 'drills.killSwitchKind': kind })),
      { 'drills.experimentTemplate': 'EXT1a2b3c4d5e6f7' },
    ];
    const environments = changes.map((change) => goodEnvironment(change));
    const called = environments.flatMap((environment) =>
      Object.values(drills).flatMap((drill) => operationsOf(drill, environment)),
    );
    expect([...new Set(called)].sort()).toEqual(Object.keys(drillOperations).sort());
    const rules: Record<string, DrillRule> = drillOperations;
    const actions = Object.entries(rules).flatMap(([id, { action, also = [] }]) => [action ?? id, ...also]);
    expect(printed.sort()).toEqual([...new Set(actions)].sort());
  });

  it('are not in the policy of a run', async () => {
    const { stdout } = await clawcheck(['permissions']);
    for (const [operation, { changes }] of Object.entries(drillOperations)) {
      if (changes) expect(stdout).not.toContain(operation.split(':')[1]);
    }
  });
});
