import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { journalsIn, readJournal } from '../../src/adapters/drills/journal-file.ts';
import { openSteps } from '../../src/drills/journal.ts';
import { makeUndo } from './make.ts';
import { type Stage, stage } from './support.ts';
import type { Behaviour } from './world.ts';

// @ts-expect-error a script of the build, without types
const { narrowClients } = await import('../../scripts/narrow-clients.mjs');

const cache = resolve('node_modules/.cache/clawcheck');
const child = resolve(cache, `drill-child-${process.pid}.mjs`);

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  await build({
    entryPoints: ['test/drills/child.ts'],
    bundle: true,
    outfile: child,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: ['ssh2', 'ws', '@octokit/request', 'esbuild'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    plugins: [await narrowClients()],
  });
}, 120_000);
afterAll(() => rmSync(child, { force: true }));

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

/** Starts the drill in a process of its own, which dies when its journal has that many lines. */
function killedAt({ deployment, journal }: Stage, drill: string, lines: number): Promise<NodeJS.Signals | null> {
  return new Promise((done) => {
    const args = [child, deployment.config, journal, drill, String(lines)];
    const env = { ...process.env, ...deployment.variables };
    spawn(process.execPath, args, { env, stdio: 'ignore' }).on('exit', (_, signal) => done(signal));
  });
}

/** All of them take minutes: `npm run drills:kill`. The suite has a sample of the lines of two. */
const every = process.env['CLAWCHECK_EVERY_KILL'] === '1';

/**
 * `kill -9` at a line of the journal, then an undo. Deployments on which nothing heals by itself, so that only the undo
 * can bring them back.
 */
const all: readonly (readonly [drill: string, behaviour: Behaviour, sample: readonly number[]])[] = [
  ['instance-failure', { replaceAfter: undefined }, []],
  ['gateway-stop', { replaceAfter: undefined, alarmAfter: 20 }, [5, 6]],
  ['restore', {}, [3, 6, 8, 11]],
  ['kill-switch', {}, []],
  ['approval-gates', { idle: true }, []],
  ['test-interaction', { idle: true }, []],
];

describe.each(all.filter(([, , sample]) => every || sample.length > 0))('%s, killed', (drill, behaviour, sample) => {
  it('at a line of its journal, is taken back by an undo', { timeout: 600_000 }, async () => {
    const lines = every ? Array.from({ length: 100 }, (_, i) => i + 2) : sample;
    const killed: number[] = [];
    for (const line of lines) {
      on = await stage(behaviour);
      const before = on.world.state();
      const signal = await killedAt(on, drill, line);
      if (signal === null) break;
      killed.push(line);
      const [path = ''] = journalsIn(on.journal);
      expect(readJournal(path)).toHaveLength(line);
      const { restored } = await makeUndo({ config: on.deployment.config, path });
      expect([line, restored, on.world.state()]).toEqual([line, true, before]);
      expect(openSteps(readJournal(path))).toEqual([]);
      await on.close();
    }
    expect(killed.length).toBeGreaterThanOrEqual(every ? 5 : sample.length);
  });
});
