import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checksByHost } from '../../scripts/testing-host-page.ts';
import type { Outcome } from '../../src/runner/judge.ts';
import { judgeHost, labEnvironment } from './judge-host.ts';
import { hostFlaws } from './lab/flaws.ts';
import { goodHost, goodHostEnvironment, knownOfGoodHost } from './lab/good-host.ts';
import { type Lab, labAvailable, startLab } from './lab/lab.ts';
import { defaultSettings } from './lab/options.ts';
import { liveDescribe } from './live.ts';
import { sampled } from './sample.ts';

const checks = Object.fromEntries(checksByHost().map(({ id, check }) => [id, check]));
const ids = Object.keys(checks);
const asNfs = readFileSync(join(import.meta.dirname, 'lab', 'as-nfs.sh'), 'utf8');

/** Most of the time is waited for what must time out: several hosts are looked at side by side. */
const many = 3;

liveDescribe('every check of the host on every flaw of the host', labAvailable(), () => {
  const labs: Lab[] = [];
  const free: Lab[] = [];
  const waiting: ((lab: Lab) => void)[] = [];
  const give = (lab: Lab) => {
    const next = waiting.shift();
    if (next) next(lab);
    else free.push(lab);
  };

  beforeAll(async () => {
    labs.push(...(await Promise.all(Array.from({ length: many }, () => startLab(goodHost)))));
    free.push(...labs);
  }, 60_000);
  afterAll(() => Promise.all(labs.map((lab) => lab.stop())));

  async function inLab<T>(look: (lab: Lab) => Promise<T>): Promise<T> {
    const lab = free.pop() ?? (await new Promise<Lab>((resolve) => waiting.push(resolve)));
    try {
      return await look(lab);
    } finally {
      give(lab);
    }
  }
  const root = async (lab: Lab, script: string, ...words: string[]) => {
    const { code, stderr } = await lab.exec([
      'sh',
      '-c',
      `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`,
      'sh',
      ...words,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  /** The statuses of all checks, and nothing left on the host. */
  async function judged(lab: Lab): Promise<Record<string, Outcome>> {
    await root(lab, asNfs, 'on');
    try {
      const before = await lab.manifest();
      const environment = labEnvironment(lab, goodHostEnvironment);
      const outcomes = await judgeHost({ ...lab, host: lab.tailnetHost }, checks, environment, knownOfGoodHost);
      expect(await lab.leftovers(before)).toEqual([]);
      return outcomes;
    } finally {
      await root(lab, asNfs, 'off');
    }
  }
  const statuses = (outcomes: Record<string, Outcome>) =>
    Object.fromEntries(Object.entries(outcomes).map(([id, { status }]) => [id, status]));
  const expected = (fails: readonly string[] = [], unknown: readonly string[] = []) =>
    Object.fromEntries(ids.map((id) => [id, fails.includes(id) ? 'fail' : unknown.includes(id) ? 'unknown' : 'pass']));

  it.concurrent('the good host passes every check', async () => {
    const outcomes = await inLab(judged);
    const wrong = Object.entries(outcomes).filter(([, { status }]) => status !== 'pass');
    expect(wrong).toEqual([]);
  }, 300_000);

  const shown = sampled(hostFlaws, ({ fails = [], unknown = [] }) => [
    ...fails.map((id) => `${id} fail`),
    ...unknown.map((id) => `${id} unknown`),
  ]);
  it.concurrent.each(shown.map((flaw) => [flaw.id, flaw] as const))(
    '%s changes exactly its checks',
    async (_, { settings, plant, mend, fails, unknown, names }) => {
      await inLab(async (lab) => {
        if (settings) await lab.change(settings);
        if (plant) await root(lab, plant(lab));
        try {
          const outcomes = await judged(lab);
          expect(statuses(outcomes)).toEqual(expected(fails, unknown));
          if (names) expect(outcomes[fails?.[0] ?? '']?.evidence.map(({ subject }) => subject)).toContain(names);
          const text = JSON.stringify(outcomes);
          expect(text).not.toContain(lab.planted.secretAccessKey);
          expect(text).not.toContain(lab.planted.accessKeyId);
          expect(text).not.toContain('PASSED');
        } finally {
          if (mend) await root(lab, mend);
          if (settings) await lab.change(defaultSettings);
        }
      });
    },
    300_000,
  );

  it('names only checks that the host decides', () => {
    for (const { fails = [], unknown = [] } of hostFlaws)
      expect(ids).toEqual(expect.arrayContaining([...fails, ...unknown]));
  });
});
