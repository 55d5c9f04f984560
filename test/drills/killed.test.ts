import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { journalsIn, readJournal } from '../../src/adapters/drills/journal-file.ts';
import { openSteps } from '../../src/drills/journal.ts';
import { templateId, templateOf } from './experiments.ts';
import { buildKilling, type Killing } from './killing.ts';
import { makeUndo } from './make.ts';
import { type Stage, stage } from './support.ts';
import type { Behaviour } from './world.ts';

let killing: Killing;
beforeAll(async () => {
  killing = await buildKilling();
}, 120_000);
afterAll(() => killing?.remove());

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

/** All of them take minutes: `npm run drills:kill`. The suite has a sample of the lines of two. */
const every = process.env['CLAWCHECK_EVERY_KILL'] === '1';

/**
 * `kill -9` at a line of the journal, then an undo. Deployments on which nothing heals by itself, so that only the undo
 * can bring them back.
 */
const all: [
  drill: string,
  behaviour: Behaviour,
  sample: readonly number[],
  environment?: Readonly<Record<string, unknown>>,
][] = [
  ['instance-failure', { replaceAfter: undefined }, []],
  [
    'instance-failure',
    { replaceAfter: undefined, experiment: { template: templateOf(), runs: 'lingers' } },
    [],
    { 'drills.experimentTemplate': templateId },
  ],
  ['gateway-stop', { replaceAfter: undefined, alarmAfter: 20 }, [5, 6]],
  ['restore', {}, [3, 6, 8, 11]],
  ['kill-switch', {}, []],
  ['approval-gates', { idle: true }, []],
  ['test-interaction', { idle: true }, []],
];

describe.each(all.filter(([, , sample]) => every || sample.length > 0))(
  '%s, killed',
  (drill, behaviour, sample, more) => {
    it('at a line of its journal, is taken back by an undo', { timeout: 600_000 }, async () => {
      const lines = every ? Array.from({ length: 100 }, (_, i) => i + 2) : sample;
      const killed: number[] = [];
      for (const line of lines) {
        on = await stage(behaviour, { ...more });
        const before = on.world.state();
        const { config, variables } = on.deployment;
        const signal = await killing.killedAt({ config, variables, journal: on.journal }, drill, line);
        if (signal === null) break;
        killed.push(line);
        const [path = ''] = journalsIn(on.journal);
        expect(readJournal(path)).toHaveLength(line);
        const { restored } = await makeUndo({ config: on.deployment.config, path });
        expect([line, restored, on.world.state()]).toEqual([line, true, before]);
        expect(on.world.experiments).not.toContain('running');
        expect(openSteps(readJournal(path))).toEqual([]);
        await on.close();
      }
      expect(killed.length).toBeGreaterThanOrEqual(every ? 5 : sample.length);
    });
  },
);
