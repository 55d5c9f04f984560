import { afterAll, beforeAll, expect, it } from 'vitest';
import { remedies } from '../../src/remedies/index.ts';
import { outcomes } from '../drills/support.ts';
import { type LiveStage, startLiveStage } from './drills/stage.ts';
import { labAvailable } from './lab/lab.ts';
import { liveDescribe } from './live.ts';
import { type Behaviour, motoAvailable } from './moto/moto.ts';

const available = [labAvailable(), motoAvailable()].find(({ ok }) => !ok) ?? { ok: true as const };

/** All of them take minutes: `npm run drills:live`. The suite has one good and one bad. */
const every = process.env['CLAWCHECK_EVERY_DRILL'] === '1';

interface Case {
  readonly name: string;
  readonly behaviour?: Behaviour;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly seen: Readonly<Record<string, string>>;
  /** Why it is not a pass. */
  readonly reason?: RegExp;
  /** What a run says afterwards about the check that the drill is for. */
  readonly judged: RegExp;
  readonly long?: boolean;
  /** Whether the environment file names the address of the one instance that there is at the start. */
  readonly named?: boolean;
}

/** Limits that a bad deployment misses. A good one is given far more, as a machine that is busy may be late. */
const hurried = { 'infrastructure.replaceWithinSeconds': 4 };
const alarmed = { 'monitoring.detectWithinSeconds': 3 };

const cases: Readonly<Record<string, { readonly check: string; readonly of: readonly Case[] }>> = {
  'instance-failure': {
    check: 'infrastructure/failure-is-replaced',
    of: [
      {
        name: 'the group replaces the instance',
        seen: { replaced: 'pass' },
        judged: /^pass: .*replaced by i-/,
        long: true,
      },
      {
        name: 'nothing replaces it',
        behaviour: { replaceAfter: null },
        environment: hurried,
        seen: { replaced: 'fail' },
        reason: /not so: the group replaces the failed instance: not within \d+ seconds/,
        judged: /^fail: .*not within/,
        long: true,
      },
      {
        name: 'it is replaced too late',
        behaviour: { replaceAfter: 4.5 },
        environment: hurried,
        seen: { replaced: 'fail' },
        reason: /not so: the group replaces the failed instance: replaced by i-/,
        judged: /^fail: /,
        long: true,
      },
    ],
  },
  'gateway-stop': {
    check: 'monitoring/alert-in-time',
    of: [
      {
        name: 'the alarm rings, the alert goes out, the instance is replaced',
        seen: { alarm: 'pass', alert: 'pass', replaced: 'pass' },
        judged: /^pass: /,
        named: true,
      },
      {
        name: 'the alarm rings too late',
        behaviour: { alarmAfter: 4.5, replaceAfter: 5 },
        environment: alarmed,
        seen: { alarm: 'fail', alert: 'pass', replaced: 'pass' },
        reason: /not so: the alarm goes off: raised at/,
        judged: /^fail: .*raised at/,
        long: true,
      },
      {
        name: 'the alarm never rings',
        behaviour: { alarmAfter: null, replaceAfter: null },
        environment: alarmed,
        seen: { alarm: 'fail' },
        reason: /not so: the alarm goes off: not within/,
        judged: /^fail: .*not within/,
        long: true,
      },
      {
        name: 'the function that carries the alert fails',
        behaviour: { alertFails: true },
        environment: alarmed,
        seen: { alarm: 'pass', alert: 'fail', replaced: 'pass' },
        reason: /every run of the function failed/,
        judged: /^fail: .*every run of the function failed/,
        long: true,
      },
      {
        name: 'nothing replaces it',
        behaviour: { replaceAfter: null },
        environment: hurried,
        seen: { alarm: 'pass', alert: 'pass', replaced: 'fail' },
        reason: /not so: the group replaces the failed instance/,
        judged: /^fail: .*not within/,
        long: true,
      },
    ],
  },
  restore: {
    check: 'backup/restore-matches-source',
    of: [
      {
        name: 'every file comes back as it is',
        seen: { restored: 'pass', mountable: 'pass', 'same-files': 'pass' },
        judged: /^pass: 4 files equal/,
        long: true,
      },
      {
        name: 'one file differs',
        behaviour: { restored: 'differs' },
        seen: { restored: 'pass', mountable: 'pass', 'same-files': 'fail' },
        reason: /different or missing: SOUL\.md/,
        judged: /^fail: different or missing: SOUL\.md/,
      },
      {
        name: 'one file is missing',
        behaviour: { restored: 'misses' },
        seen: { restored: 'pass', mountable: 'pass', 'same-files': 'fail' },
        reason: /different or missing: IDENTITY\.md/,
        judged: /^fail: different or missing: IDENTITY\.md/,
        long: true,
      },
    ],
  },
};

liveDescribe('drills on moto and real hosts', available, () => {
  let stage: LiveStage;
  beforeAll(async () => {
    stage = await startLiveStage();
  }, 180_000);
  afterAll(() => stage?.stop());

  it('are made as the pages of their checks say', () => {
    const said = Object.entries(remedies).filter(([, { tried }]) => tried.lab === 'drill');
    const ends = said.map(([id, { commands }]) => [id, /^clawcheck drill run (\S+)/.exec(commands.join('\n'))?.[1]]);
    const good = Object.entries(cases).filter(([, { of }]) =>
      of.some(({ judged }) => judged.source.startsWith('^pass')),
    );
    expect(good.map(([drill, { check }]) => [check, drill])).toEqual(expect.arrayContaining(ends));
    expect(said).not.toEqual([]);
  });

  const wanted = Object.entries(cases).flatMap(([drill, { check, of }]) =>
    of.filter(({ long = false }) => every || !long).map((one) => ({ drill, check, one, name: one.name })),
  );
  it.each(wanted)('$drill, where $name', { timeout: 240_000 }, async ({ drill, check, one }) => {
    await stage.reset(one.behaviour, { ...one.environment, ...(one.named && stage.named) });
    const before = await stage.state();
    const { code, record, stderr } = await stage.drill(drill, drill === 'restore' ? ['--delete-restored'] : []);
    const outcome = Object.values(one.seen).includes('fail') ? 'fail' : 'pass';
    expect([record?.outcome, outcomes(record)], stderr).toEqual([outcome, one.seen]);
    expect(code).toBe(outcome === 'pass' ? 0 : 20);
    if (one.reason) expect(record.reasons.join('\n')).toMatch(one.reason);
    else expect(record.reasons).toEqual([]);
    expect(record.steps.map(({ undo }) => undo)).not.toContain('failed');
    if (drill === 'restore') expect(await stage.state()).toEqual(before);
    expect(await stage.judged(check)).toMatch(one.judged);
  });
});
