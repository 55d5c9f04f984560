import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { journalsIn, readJournal } from '../../src/adapters/drills/journal-file.ts';
import { drillOf } from '../../src/drills/index.ts';
import { openSteps } from '../../src/drills/journal.ts';
import type { DrillEvent } from '../../src/drills/progress.ts';
import { type Link, startLink } from './link.ts';
import { makeUndo } from './make.ts';
import { drillIn, type Stage, stage } from './support.ts';

let on: Stage | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

/** The same drill, that gives up sooner than anyone should. */
function hasty(id: string, seconds: number) {
  const drill = drillOf(id);
  return {
    ...drill,
    recovery: () => 1,
    method: (environment: Parameters<typeof drill.method>[0]) =>
      drill.method(environment).map((step) => ({
        ...step,
        ...(step.undo && { undo: { ...step.undo, seconds: () => seconds } }),
        ...(step.expect && { expect: step.expect.map((one) => ({ ...one, patience: () => seconds })) }),
      })),
  };
}

/** Both ways to the deployment, as connections that can be cut. */
async function throughLinks({ deployment }: Stage): Promise<Record<'aws' | 'host', Link>> {
  const file = parse(readFileSync(deployment.config, 'utf8'));
  const { aws, ssh } = file.environments.prod;
  const links = { aws: await startLink(Number(new URL(aws.endpoint).port)), host: await startLink(ssh.port) };
  aws.endpoint = `http://127.0.0.1:${links.aws.port}`;
  ssh.port = links.host.port;
  writeFileSync(deployment.config, stringify(file));
  return links;
}

type Lost = readonly ('aws' | 'host')[];

/** Makes a drill on which the network is lost once a step is made. */
async function lost(
  on: Stage,
  [id, step, ways]: readonly [id: string, step: string, ways: Lost],
  { backAfterMs, seconds = 2 }: { readonly backAfterMs?: number; readonly seconds?: number } = {},
) {
  const links = await throughLinks(on);
  const set = (cut: boolean) => {
    for (const way of ways) links[way].cut = cut;
  };
  const events: DrillEvent[] = [];
  const record = await drillIn(on, id, {
    options: { drill: hasty(id, seconds), emit: (event) => events.push(event) },
    journal: (journal) => ({
      ...journal,
      append(entry) {
        journal.append(entry);
        if (entry.type !== 'done' || entry.step !== step) return;
        set(true);
        if (backAfterMs !== undefined) setTimeout(() => set(false), backAfterMs);
      },
    }),
  });
  return { record, loud: events.filter(({ type }) => type === 'undo-failed'), reconnect: () => set(false), links };
}

const deaf = { replaceAfter: undefined, alarmAfter: undefined };

describe('a drill that loses its network', () => {
  it.each([
    ['gateway-stop', 'stop-gateway', ['host']],
    ['restore', 'mount', ['aws', 'host']],
  ] as const)(
    '%s after %s (%o): is loud, and leaves what an undo restores from',
    { timeout: 60_000 },
    async (...one) => {
      on = await stage(deaf);
      const before = on.world.state();
      const { record, loud, reconnect, links } = await lost(on, one);
      const [, step] = one;
      expect([record.outcome, record.steps.find(({ id }) => id === step)?.undo], JSON.stringify(loud)).toEqual([
        'fail',
        'failed',
      ]);
      expect(loud.length).toBeGreaterThan(0);
      expect(on.world.state()).not.toEqual(before);
      const [path = ''] = journalsIn(on.journal);
      expect(openSteps(readJournal(path))).toEqual(expect.arrayContaining([step, 'mark']));
      reconnect();
      const { restored } = await makeUndo({ config: on.deployment.config, path });
      expect([restored, on.world.state()]).toEqual([true, before]);
      for (const link of Object.values(links)) link.close();
    },
  );

  it('for a moment, waits for it and takes back everything by itself', { timeout: 60_000 }, async () => {
    on = await stage(deaf);
    const before = on.world.state();
    const more = { backAfterMs: 6_000, seconds: 4 };
    const { record, loud, links } = await lost(on, ['gateway-stop', 'stop-gateway', ['aws', 'host']], more);
    expect([loud, on.world.state()]).toEqual([[], before]);
    expect(record.steps.map(({ undo }) => undo)).toEqual(['done', 'done']);
    for (const link of Object.values(links)) link.close();
  });
});
