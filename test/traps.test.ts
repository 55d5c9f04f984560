import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registry } from '../checks/index.ts';
import { checksByAws, labFlaws, type Trap, trapAreas } from '../scripts/traps-page.ts';
import { flawsByCheck } from '../src/demo/flaws-by-check.ts';
import { listFlaws, readFlaw } from '../src/demo/scenario.ts';
import { allChecks } from '../src/runner/plan.ts';
import { hostFlaws } from './live/lab/flaws.ts';
import { fixtures } from './support/rig.ts';

/** How many traps there are of each letter; `open` are those whose table is not written yet. */
const numbered: Readonly<Record<string, { readonly last: number; readonly open?: readonly number[] }>> = {
  I: { last: 14 },
  S: { last: 16 },
  C: { last: 16 },
  N: { last: 18 },
  M: { last: 11 },
  B: { last: 11 },
  X: { last: 22 },
};

const traps = [...trapAreas().values()].flatMap((area) => area.traps);
const known = new Set(listFlaws(fixtures));
const lab = labFlaws();
const checks = new Set(allChecks(registry).map(({ id }) => id));

/** Whether a flaw changes one of the checks; where the trap may meet any, every flaw does. */
function touches(flaw: string, { checks }: Trap): string[] {
  const changed = Object.keys(readFlaw(fixtures, flaw).expects);
  return checks.length === 0 ? changed : changed.filter((id) => checks.includes(id));
}

describe('the traps', () => {
  it('are all there, each once and in its order', () => {
    for (const [letter, { last, open = [] }] of Object.entries(numbered)) {
      const expected = Array.from({ length: last }, (_, i) => i + 1).filter((n) => !open.includes(n));
      const found = traps.filter(({ id }) => id.startsWith(letter)).map(({ id }) => id);
      expect(found).toEqual(expected.map((n) => `${letter}${n}`));
    }
  });

  it.each(traps.map((trap) => [trap.id, trap] as const))('%s is planted, and by what there is', (_, trap) => {
    expect(trap.flaws.length + trap.lab.length + (trap.host ?? []).length + trap.tests.length).toBeGreaterThan(0);
    expect(trap.remains, 'says what is left in words, or nothing').not.toBe('');
    expect(trap.flaws.filter((flaw) => !known.has(flaw))).toEqual([]);
    expect(trap.lab.filter((flaw) => !lab.has(flaw))).toEqual([]);
    expect((trap.host ?? []).filter((flaw) => !hostFlaws.some(({ id }) => id === flaw))).toEqual([]);
    expect(trap.checks.filter((id) => !checks.has(id))).toEqual([]);
    expect(trap.flaws.filter((flaw) => touches(flaw, trap).length === 0)).toEqual([]);
    for (const test of trap.tests) {
      const [file = '', words = ''] = test.split(/: (.*)/s);
      expect(words, `${test} names no words of the test`).not.toBe('');
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8'), test).toContain(words);
    }
  });

  it.each(
    traps
      .filter(({ checks, host = [] }) => checks.length > 0 && host.length > 0)
      .map((trap) => [trap.id, trap] as const),
  )('of %s each flaw of the live host changes one of its checks, or is to change none', (_, { checks, host = [] }) => {
    const off = hostFlaws.filter(({ id, fails = [], unknown = [] }) => {
      const changed = [...fails, ...unknown];
      return host.includes(id) && changed.length > 0 && !changed.some((check) => checks.includes(check));
    });
    expect(off.map(({ id }) => id)).toEqual([]);
  });

  it.each(traps.filter(({ flaws }) => flaws.length > 1).map((trap) => [trap.id, trap] as const))(
    'of %s no check is named that none of its flaws changes',
    (_, trap) => {
      const changed = new Set(trap.flaws.flatMap((flaw) => touches(flaw, trap)));
      expect(trap.checks.filter((id) => !changed.has(id))).toEqual([]);
    },
  );
});

describe('every check that reads AWS', () => {
  const byCheck = flawsByCheck(fixtures);
  it.each(checksByAws().map(({ id }) => id))('%s fails for a flaw and is unknown for one', (id) => {
    const statuses = (byCheck.get(id) ?? []).map(({ status }) => status);
    expect(statuses).toContain('fail');
    expect(statuses).toContain('unknown');
  });
});
