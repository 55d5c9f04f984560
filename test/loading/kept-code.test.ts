import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDeployment } from '../../src/demo/deployment.ts';
import { clawcheck } from '../support/cli.ts';
import { fixtures } from '../support/rig.ts';

/** A part that imports, is called later than it is run, and loads. */
const textThat = (answers: number) =>
  `(function(module,require,url,load){const{basename}=require("node:path");const{own}=require("./own.js");` +
  `module.exports={answer:(by)=>basename(url)+" "+own+" "+(${answers}+by),load:()=>load("./more.js")}})`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawcheck-kept-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('the parts of the bundle', () => {
  interface Part {
    answer(by: number): string;
    load(): Promise<object>;
  }
  /** As a process of its own would run it. */
  async function run(text: string): Promise<{ part: Part; keep: () => void }> {
    vi.resetModules();
    const { keepCompiled, runPart } = await import('../../src/loading/kept-code.ts');
    writeFileSync(join(folder, 'part.cjs'), text);
    const named = {
      path: 'part.cjs',
      sha256: createHash('sha256').update(text).digest('hex'),
      url: pathToFileURL(join(folder, 'part.js')).href,
    };
    const part = runPart(named, { './own.js': { own: 'own' } }, async (specifier) => ({ specifier })) as Part;
    return { part, keep: keepCompiled };
  }
  const kept = () => readdirSync(join(folder, 'clawcheck')).map((name) => join(folder, 'clawcheck', name));
  const nothingKept = () => expect(kept).toThrow('ENOENT');

  it('run with what they import, and load more', async () => {
    const { part } = await run(textThat(1));
    expect(part.answer(1)).toBe('part.js own 2');
    expect(await part.load()).toEqual({ specifier: './more.js' });
    nothingKept();
  });

  it('are kept compiled once, for this user alone, and run the same from there', async () => {
    const first = await run(textThat(1));
    first.part.answer(1);
    first.keep();
    const [file = '', ...more] = kept();
    expect(more).toEqual([]);
    const bytes = readFileSync(file);
    const second = await run(textThat(1));
    expect(second.part.answer(2)).toBe('part.js own 3');
    writeFileSync(file, 'not to be written again');
    second.keep();
    expect(readFileSync(file, 'utf8')).toBe('not to be written again');
    writeFileSync(file, bytes);
  });

  it('never run as what was kept of another text, of the same length too', async () => {
    const { part, keep } = await run(textThat(1));
    part.answer(1);
    keep();
    expect((await run(textThat(2))).part.answer(1)).toBe('part.js own 3');
  });

  it('are compiled anew where what was kept is not what was written', async () => {
    const { part, keep } = await run(textThat(1));
    part.answer(1);
    keep();
    const [file = ''] = kept();
    const whole = readFileSync(file);
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] = (flipped[whole.length >> 1] as number) ^ 0xff;
    for (const damaged of [flipped, whole.subarray(0, -8), whole.subarray(0, 20), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      const again = await run(textThat(1));
      expect(again.part.answer(1)).toBe('part.js own 2');
      again.keep();
      expect(readFileSync(file).subarray(0, 32)).toEqual(
        createHash('sha256').update(readFileSync(file).subarray(32)).digest(),
      );
    }
  });

  it('are not kept where Node is told to keep nothing', async () => {
    vi.stubEnv('NODE_DISABLE_COMPILE_CACHE', '1');
    const { part, keep } = await run(textThat(1));
    expect(part.answer(1)).toBe('part.js own 2');
    keep();
    nothingKept();
  });

  it('run where nothing can be kept', async () => {
    writeFileSync(join(folder, 'clawcheck'), 'no folder');
    const { part, keep } = await run(textThat(1));
    expect(part.answer(1)).toBe('part.js own 2');
    keep();
    expect(readFileSync(join(folder, 'clawcheck'), 'utf8')).toBe('no folder');
  });

  it('are kept for a month, and nothing else is removed', async () => {
    const { part, keep } = await run(textThat(1));
    part.answer(1);
    keep();
    const [file = ''] = kept();
    const [unfinished, other] = [`${file}.17`, join(folder, 'clawcheck', 'v22.0.0-x64')];
    for (const path of [unfinished, other]) writeFileSync(path, '');
    const age = (days: number) => {
      const then = new Date(Date.now() - days * 86_400_000);
      for (const path of kept()) utimesSync(path, then, then);
    };
    age(29);
    const next = await run(textThat(2));
    next.keep();
    expect(kept()).toHaveLength(4);
    age(31);
    const last = await run(textThat(3));
    last.keep();
    expect(kept()).toHaveLength(2);
    expect(existsSync(other)).toBe(true);
  });

  it('are kept of a whole run, which then says the same', async () => {
    const deployment = await startDeployment(fixtures, []);
    try {
      const args = ['run', '--env', 'prod', '--config', deployment.config, '--format', 'json'];
      const go = async (...more: string[]) => {
        const { code, stdout } = await clawcheck([...args, ...more], {
          env: { ...deployment.variables, XDG_CACHE_HOME: folder },
        });
        const report = JSON.parse(stdout) as { areas: { checks: { id: string; status: string }[] }[] };
        return {
          code,
          statuses: report.areas.flatMap((area) => area.checks).map(({ id, status }) => `${id} ${status}`),
        };
      };
      await go('--area', 'backup');
      // Node 22 and later have one of their own there; a run of one area calls too little to be kept.
      const parts = () =>
        (existsSync(join(folder, 'clawcheck')) ? kept() : []).filter((name) => name.includes('.cjs-'));
      expect(parts()).toEqual([]);
      const first = await go();
      expect(first.code).toBe(0);
      expect(parts().map((name) => basename(name).split('-')[0])).toEqual([
        'aws.cjs',
        'chosen.cjs',
        'globs.cjs',
        'host.cjs',
        'run.cjs',
      ]);
      expect(kept().filter((name) => /[\\/]Protocol\.js-/.test(name))).toHaveLength(1);
      expect(await go()).toEqual(first);
    } finally {
      await deployment.close();
    }
  });
});

describe('a package outside the bundle', () => {
  beforeEach(() => {
    const write = (name: string, text: string) => writeFileSync(join(folder, 'node_modules', 'one', name), text);
    mkdirSync(join(folder, 'node_modules', 'one', 'lib'), { recursive: true });
    write('package.json', '{ "name": "one", "main": "lib/main" }');
    write('data.json', '[3]');
    // Each of the two needs the other; what is not there is looked for; a comment ends the file.
    write(
      'lib/main.js',
      `exports.early = 1; const other = require('./other'); let native = false;
       try { native = require('./build/native.node'); } catch {}
       module.exports = { ...other, native, here: __filename, self: this === exports, base: require('path').basename(__dirname) }; //`,
    );
    write(
      'lib/other.js',
      `'use strict'; exports.early = require('./main.js').early; exports.data = require('../data'); exports.one = require('one') === require('./main');`,
    );
  });

  async function load(): Promise<{ found: unknown; keep: () => void }> {
    vi.resetModules();
    const { keepCompiled, requirePackage } = await import('../../src/loading/kept-code.ts');
    return {
      found: requirePackage('one', pathToFileURL(join(folder, 'asks.js')).href),
      keep: keepCompiled,
    };
  }

  it('comes to the same as by `require`, with and without what is kept of it', async () => {
    const expected = createRequire(join(folder, 'asks.js'))('one');
    expect(expected).toMatchObject({ early: 1, data: [3], native: false, one: true, base: 'lib' });
    const first = await load();
    expect(first.found).toEqual(expected);
    first.keep();
    expect(readdirSync(join(folder, 'clawcheck')).map((name) => name.split('-')[0])).toEqual(['main.js', 'other.js']);
    expect((await load()).found).toEqual(expected);
  });

  it('is not there: the same error', async () => {
    rmSync(join(folder, 'node_modules'), { recursive: true });
    await expect(load()).rejects.toThrow("Cannot find module 'one'");
  });
});
