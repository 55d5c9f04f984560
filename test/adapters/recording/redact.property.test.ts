import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/adapters/recording/redact.ts';

const secret = fc.string({ unit: fc.constantFrom(...'ABCdef123/+=_-.'), minLength: 12, maxLength: 60 });
const around = fc.string({ unit: 'binary', maxLength: 40 });
/** How a secret comes to stand in a text. */
const encodings: Record<string, (secret: string) => string> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 behind one byte': (text) => Buffer.from(`x${text}`).toString('base64'),
  'base64 behind two bytes': (text) => Buffer.from(`xy${text}z`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'URL encoding': encodeURIComponent,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
};

describe.each(Object.entries(encodings))('a secret of the run in %s', (_, encode) => {
  it('is noticed, and is gone from the text after redaction, which keeps its length', () => {
    fc.assert(
      fc.property(secret, around, around, (own, before, after) => {
        const redactor = new Redactor([own]);
        const text = before + encode(own) + after;
        expect(redactor.holds(text)).toBe(true);
        const redacted = redactor.text(text);
        // A secret of nothing but masks of its own is masked as itself.
        fc.pre(redactor.text(own) !== own);
        expect(redactor.holds(redacted)).toBe(false);
        expect(redacted.length).toBe(text.length);
        const value = redactor.value({ list: [text], [text]: text });
        expect(redactor.holds(JSON.stringify(value))).toBe(false);
      }),
    );
  });
});
