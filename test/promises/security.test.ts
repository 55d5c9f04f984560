import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { breaks } from './broken.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('SECURITY.md', () => {
  const text = readFileSync(`${root}SECURITY.md`, 'utf8');
  const rows = [...text.matchAll(/^\| (P\d+) \| .* \| (.*) \|$/gm)];

  it('has fourteen promises, each with a command that there is', () => {
    expect(rows.map(([, id]) => id)).toEqual(Array.from({ length: 14 }, (_, i) => `P${i + 1}`));
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    for (const [, id, commands = ''] of rows) {
      const [, script] = /`npm run (\w+)`/.exec(commands) ?? [];
      if (script !== undefined) expect(scripts).toHaveProperty(script);
      const [, named = ''] = /`npx vitest run ([^`]+)`/.exec(commands) ?? [];
      const [path = '', ...more] = named.split(' ');
      expect(path).toContain(`test/promises/p${id?.slice(1).padStart(2, '0')}-`);
      expect([id, [path, ...more].filter((one) => !existsSync(root + one))]).toEqual([id, []]);
    }
  });

  it('names every test of a promise', () => {
    const tests = readdirSync(`${root}test/promises`).filter((name) => /^p\d\d-.*\.test\.ts$/.test(name));
    expect(tests.length).toBe(14);
    for (const name of tests) {
      expect(text).toContain(`test/promises/${name}`);
      const first = /(?:d|liveD)escribe(?:\.\w+\(.*?\))?\('(P\d+): /.exec(
        readFileSync(`${root}test/promises/${name}`, 'utf8'),
      );
      expect([name, first?.[1]]).toEqual([name, `P${Number(name.slice(1, 3))}`]);
    }
  });

  it('has a way to break each promise, for `npm run promises:break`', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    expect(scripts).toHaveProperty('promises:break');
    for (const { file, find, put } of breaks) {
      expect([file, existsSync(root + file)]).toEqual([file, true]);
      expect(put).not.toBe(find);
    }
    expect([...new Set(breaks.map(({ promise }) => `P${promise}`))]).toEqual(rows.map(([, id]) => id));
  });
});
