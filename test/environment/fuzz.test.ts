import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseEnvironmentFile } from '../../src/environment/load.ts';
import { UsageError } from '../../src/model/reason.ts';
import { fixtures } from '../support/rig.ts';

const good = readFileSync(join(fixtures, 'good', 'clawcheck.yaml'), 'utf8').replaceAll(
  /\{\{now[^}]*\}\}/g,
  '2099-01-01',
);

/** What is wrong with a file, or undefined where it is right. Anything else than the user's mistake is thrown on. */
function mistakeOf(text: string): UsageError | undefined {
  try {
    parseEnvironmentFile(text, 'c.yaml');
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

/** Every place in a value, as a path. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => places(item, [...path, key]))];
}

function replace(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? replace(item, rest, by) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replace(object[key], rest, by) };
}

describe('whatever is given as an environment file', () => {
  it('any text is accepted or is the mistake of the user, with a message', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          'version: 1',
          '\n',
          '  ',
          '- ',
          ': ',
          '{',
          '}',
          '[',
          ']',
          '&a ',
          '*a',
          '"',
          "'",
          '|',
          '>',
          '!!set',
          '? ',
          '#',
          '<<: *a',
          '---',
          '\t',
          '\u0000',
          '\ud800',
          'environments:',
          'prod:',
          '__proto__:',
          '1e999',
          '!!binary aGk=',
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), yamlish), (text) => {
        const mistake = mistakeOf(text);
        expect(mistake).toBeInstanceOf(UsageError);
        expect(mistake?.message).toMatch(/^c\.yaml/);
      }),
      { numRuns: 500 },
    );
  });

  it('any JSON is the mistake of the user', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        expect(mistakeOf(JSON.stringify(value))).toBeInstanceOf(UsageError);
        expect(mistakeOf(JSON.stringify({ version: 1, environments: value }))).toSatisfy(
          // A key with nothing behind it is an absent key.
          (mistake) =>
            mistake instanceof UsageError ||
            (mistake === undefined && Object.values(value as object).every((one) => one === null)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('the good file with anything in the place of any value is accepted or is the mistake of the user', () => {
    const file = parse(good);
    expect(mistakeOf(stringify(file))).toBeUndefined();
    const other = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -1,
        1e21,
        '',
        ' ',
        '\u001b[2J',
        '$(id)',
        '../../etc',
        '-oProxyCommand=x',
        '2027-02-30',
        '[',
        '(?:',
      ),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...places(file)), other, (path, value) => {
        if (mistakeOf(stringify(replace(file, path, value)))) refused += 1;
      }),
      { numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', '{a: '.repeat(50_000)],
    ['dashes', '- '.repeat(100_000)],
    ['mappings', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['aliases', 'a: &a [x]\n'.concat(...Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*a, *a]\n`))],
    ['more than 256 KB', `version: 1 #${'x'.repeat(300_000)}`],
  ])('%s without end are the mistake of the user', (_, text) => {
    expect(mistakeOf(text)).toBeInstanceOf(UsageError);
  });

  it('keys that act on prototypes change nothing', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const text = `version: 1\nenvironments:\n  prod:\n    ${key}: { polluted: yes }\n`;
      expect(mistakeOf(text)).toBeInstanceOf(UsageError);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }
  });
});
