import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hang, wrap } from '../../src/report/wrap.ts';

describe('wrapped text', () => {
  const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });

  it('fits into the columns, and every line is indented', () => {
    fc.assert(
      fc.property(printable, fc.integer({ min: 20, max: 120 }), fc.integer({ min: 0, max: 4 }), (text, columns, by) => {
        const indent = ' '.repeat(by);
        for (const line of wrap(text, columns, indent)) {
          expect(line.length).toBeLessThanOrEqual(columns);
          expect(line.startsWith(indent)).toBe(true);
        }
      }),
    );
  });

  it('loses nothing but spaces, and changes no order', () => {
    fc.assert(
      fc.property(printable, fc.integer({ min: 20, max: 120 }), (text, columns) => {
        expect(wrap(text, columns).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('hanging text', () => {
  const lines = fc.string({ unit: 'grapheme-ascii', maxLength: 300 }).map((text) => `  ${text}`);

  it('fits into the columns, loses nothing but spaces, and leaves alone what fits', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 40, max: 120 }), (text, columns) => {
        fc.pre(!text.trimStart().startsWith('$ '));
        const hung = hang(text, columns);
        for (const line of hung.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        expect(hung.replaceAll(/[ \n]/g, '')).toBe(text.replaceAll(' ', ''));
        if (text.length <= columns) expect(hung).toBe(text);
      }),
    );
  });

  it('goes on below the last column of its left half, else two further in', () => {
    expect(hang('ok    node  it is as new as it has to be', 30)).toBe(
      'ok    node  it is as new as it\n            has to be',
    );
    expect(hang('  a sentence that is longer than that', 24)).toBe('  a sentence that is\n    longer than that');
  });

  it('breaks no command, which is there to be copied', () => {
    const command = '  $ clawcheck run --env prod --output report.json';
    expect(hang(command, 30)).toBe(command);
  });
});
