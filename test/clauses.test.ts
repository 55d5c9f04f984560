import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { awsChecks, clauses } from '../scripts/clauses-page.ts';
import { labFlaws } from '../scripts/traps-page.ts';
import { listFlaws, readFlaw } from '../src/demo/scenario.ts';
import { fixtures } from './support/rig.ts';

const all = clauses();
const known = new Set(listFlaws(fixtures));
const lab = labFlaws();
const rows = Object.entries(all).flatMap(([id, of]) => Object.entries(of).map(([clause, by]) => ({ id, clause, by })));

describe('the clauses of the checks over AWS', () => {
  it('are there for every such check of the first six areas, and for no other', () => {
    const named = awsChecks().map(({ id }) => id);
    expect(Object.keys(all).filter((id) => !named.includes(id))).toEqual([]);
    expect(named.filter((id) => rows.every((row) => row.id !== id))).toEqual([]);
  });

  it.each(rows)('$id: $clause, and what is named breaks it', ({ id, by }) => {
    expect(by.length).toBeGreaterThan(0);
    for (const one of by) {
      if (one.includes(': ')) {
        const [file = '', words = ''] = one.split(/: (.*)/s);
        expect(words, `${one} names no words of the test`).not.toBe('');
        expect(existsSync(file), file).toBe(true);
        expect(readFileSync(file, 'utf8')).toContain(words);
      } else if (one.startsWith('lab:')) expect(lab, one).toContain(one.slice('lab:'.length));
      else {
        expect(known, one).toContain(one);
        expect(['fail', 'unknown'], one).toContain(readFlaw(fixtures, one).expects[id]);
      }
    }
  });
});
