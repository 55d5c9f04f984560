import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/report/wrap.ts';

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
