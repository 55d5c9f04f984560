import { afterAll, beforeAll, expect, it } from 'vitest';
import { journalsIn, readJournal } from '../../src/adapters/drills/journal-file.ts';
import { openSteps } from '../../src/drills/journal.ts';
import { buildKilling, type Killing } from '../drills/killing.ts';
import { clawcheck } from '../support/cli.ts';
import { type LiveStage, startLiveStage } from './drills/stage.ts';
import { labAvailable } from './lab/lab.ts';
import { liveDescribe } from './live.ts';
import { type Behaviour, motoAvailable } from './moto/moto.ts';

const missing = [labAvailable(), motoAvailable()].find(({ ok }) => !ok);

/** Nothing heals by itself, so that only the undo can bring the deployment back. */
const deaf: Behaviour = { replaceAfter: null, alarmAfter: null };
const hurried = { 'infrastructure.replaceWithinSeconds': 2, 'monitoring.detectWithinSeconds': 1 };

/** They take many minutes: only with `npm run drills:live`. The suite does it on the embedded deployment. */
liveDescribe('drills on moto and real hosts, killed', missing ?? { ok: true }, () => {
  let stage: LiveStage;
  let killing: Killing;
  beforeAll(async () => {
    [stage, killing] = await Promise.all([startLiveStage(), buildKilling()]);
  }, 240_000);
  afterAll(async () => {
    killing?.remove();
    await stage?.stop();
  });

  it.each([
    ['instance-failure', deaf],
    ['gateway-stop', deaf],
    ['restore', {}],
  ] as const)(
    '%s at every line of its journal is taken back by an undo',
    { timeout: 1_800_000 },
    async (drill, behaviour) => {
      let line = 2;
      for (; ; line += 1) {
        await stage.reset(behaviour, hurried);
        const before = await stage.state();
        if ((await killing.killedAt(stage, drill, line)) === null) break;
        const [path = ''] = journalsIn(stage.journal);
        expect(readJournal(path)).toHaveLength(line);
        const args = ['drill', 'undo', path, '-e', 'prod', '-c', stage.config, '--poll', '0.1', '--confirm', 'prod'];
        const { code, stderr } = await clawcheck(args, { cwd: stage.folder, env: { ...stage.variables } });
        expect([line, code], stderr).toEqual([line, 0]);
        // Whatever the undo left running on the host sees the end of its connection, and ends.
        await expect.poll(() => stage.state(), { timeout: 30_000, message: `line ${line}` }).toEqual(before);
        expect(openSteps(readJournal(path))).toEqual([]);
      }
      expect(line).toBeGreaterThan(8);
    },
  );
});
