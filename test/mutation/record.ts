import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { listFlaws, readFlaw } from '../../src/demo/scenario.ts';
import { fixtures, goodEnvironment, runScenario, statusesOf } from '../support/rig.ts';
import { recordJudgements } from './recorded.ts';
import { beforeAll, describe, expect, it } from './vitest-in-process.ts';

/** Records the judgements of whole runs: the good deployment and each flaw alone, held to what the flaw expects. */
const areas = (process.env['CLAWCHECK_RECORD_AREAS'] ?? '').split(',').filter(Boolean);
export const recorded = recordJudgements((id) => areas.length === 0 || areas.some((area) => id.startsWith(`${area}/`)));

export function writeRecorded(file: string): number {
  writeFileSync(file, serialize(recorded));
  return recorded.length;
}

describe('a run', () => {
  let good: Record<string, string>;
  beforeAll(async () => {
    good = statusesOf(await runScenario([], { areas }));
  });

  it('of the good deployment', () => {
    const stated = goodEnvironment().attestations.map(({ check }) => check);
    for (const [id, status] of Object.entries(good)) expect(status).toBe(stated.includes(id) ? 'attested' : 'pass');
  });

  it.each(listFlaws(fixtures))('with %s', async (flaw) => {
    const found = statusesOf(await runScenario([flaw], { areas }));
    const { expects } = readFlaw(fixtures, flaw);
    for (const [id, status] of Object.entries(found)) expect(status, id).toBe(expects[id] ?? good[id]);
  });
});
