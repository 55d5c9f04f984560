import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { promptfoo } from '../../src/adapters/promptfoo/promptfoo.ts';
import { ProbeError } from '../../src/model/reason.ts';

/** A program in the place of promptfoo: what it is given, and what becomes of what it does. */
describe('promptfoo as a program', () => {
  let folder: string;
  const made: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    made.push(folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const one of made.splice(0)) rmSync(one, { recursive: true, force: true });
  });

  const program = (script: string) => {
    const path = join(folder, 'promptfoo.sh');
    // Named arguments for the scripts below: $out is the file for the results.
    const out = 'out=; for a in "$@"; do [ "$last" = -o ] && out=$a; last=$a; done';
    writeFileSync(path, `#!/bin/sh\n${out}\necho "$@" > args; env > env\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const start = (script: string, more: { runSeconds?: number; signal?: AbortSignal; program?: string } = {}) =>
    promptfoo({
      program: more.program ?? program(script),
      directory: folder,
      runSeconds: more.runSeconds ?? 20,
      hidden: ['SECRET_OF_CLAWCHECK'],
      signal: more.signal ?? new AbortController().signal,
    });
  const args = () => readFileSync(join(folder, 'args'), 'utf8');

  it('asks no model for the cases, and the configured ones for a run', async () => {
    const evaluate = start('echo "{}" > "$out"');
    expect(await evaluate('evals/a.js', 'cases')).toBe('{}\n');
    expect(args()).toMatch(/^eval -c evals\/a\.js -o \S+ .*-r echo --grader echo$/m);
    await evaluate('evals/a.js', 'run');
    expect(args()).not.toMatch(/echo/);
  });

  it('takes results with failed cases, and leaves nothing behind', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    expect(await start('echo "$out" > out; echo "{}" > "$out"; exit 100')('a.js', 'run')).toBe('{}\n');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toContain(`${temporary}/`);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['it fails', 'echo "{}" > "$out"; exit 1', 'bad_response'],
    ['it writes nothing', 'exit 0', 'bad_response'],
  ])('is no result where %s', async (_, script, reason) => {
    await expect(start(script)('a.js', 'run')).rejects.toMatchObject({ reason });
  });

  it('says that it is not there', async () => {
    const evaluate = start('', { program: './no-such-program' });
    await expect(evaluate('a.js', 'cases')).rejects.toMatchObject({ reason: 'tool_missing' });
  });

  it('is ended with what it started, when its time is over and when the run is', async () => {
    const script = '(sleep 300 & echo $! > child; wait)';
    await expect(start(script, { runSeconds: 1 })('a.js', 'run')).rejects.toMatchObject({ reason: 'timeout' });
    const child = readFileSync(join(folder, 'child'), 'utf8').trim();
    expect(existsSync(`/proc/${child}`) && !/State:\s+Z/.test(readFileSync(`/proc/${child}/status`, 'utf8'))).toBe(
      false,
    );
    const stop = new AbortController();
    const running = start(script, { signal: stop.signal })('a.js', 'run');
    stop.abort(new ProbeError('cancelled', 'the run is over'));
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it('does not get what is hidden, and the commit only where the files are those of it', async () => {
    process.env['SECRET_OF_CLAWCHECK'] = 'x';
    process.env['GITHUB_SHA'] = '1'.repeat(40);
    try {
      const evaluate = start('echo "{}" > "$out"');
      await evaluate('a.js', 'run');
      const env = () => readFileSync(join(folder, 'env'), 'utf8');
      expect(env()).not.toMatch(/SECRET_OF_CLAWCHECK|GITHUB_SHA/);
      writeFileSync(join(folder, '.gitignore'), 'args\nenv\n');
      const git = (...rest: string[]) =>
        execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...rest], {
          encoding: 'utf8',
        }).trim();
      git('init', '-q');
      git('add', '.');
      git('commit', '-qm', 'one');
      await evaluate('a.js', 'run');
      expect(env()).toMatch(new RegExp(`^GITHUB_SHA=${git('rev-parse', 'HEAD')}$`, 'm'));
      writeFileSync(join(folder, 'changed'), '');
      await evaluate('a.js', 'run');
      expect(env()).not.toMatch(/GITHUB_SHA/);
    } finally {
      delete process.env['SECRET_OF_CLAWCHECK'];
      delete process.env['GITHUB_SHA'];
    }
  });
});
