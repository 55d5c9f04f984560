import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');

interface Job {
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { uses?: string; run?: string; with?: Record<string, unknown> }[];
}

/** The writes that a job may do, by workflow. */
const writes: Record<string, readonly string[]> = {
  'ci.yml': [],
  'codeql.yml': ['security-events'],
  'release.yml': ['attestations', 'id-token'],
};

describe('the workflows', () => {
  it.each(Object.keys(writes))('%s has the least permissions, pinned actions, and runs no text of others', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { on, permissions, jobs } = parse(text) as { on: object; permissions: object; jobs: Record<string, Job> };
    expect(permissions).toEqual({ contents: 'read' });
    expect(Object.keys(on)).not.toContain('pull_request_target');
    for (const { permissions: more = {}, steps, 'timeout-minutes': minutes } of Object.values(jobs)) {
      expect(minutes).toBeGreaterThan(0);
      const writing = Object.keys(more).filter((scope) => more[scope] !== 'read');
      expect(writing.filter((scope) => !writes[name]?.includes(scope))).toEqual([]);
      for (const { uses, run, with: given } of steps) {
        if (uses?.startsWith('actions/checkout')) expect(given?.['persist-credentials']).toBe(false);
        // What an event carries is data of strangers: in a script it would be a program.
        if (run !== undefined) expect(run).not.toContain('${{');
        if (run?.startsWith('npm ci')) expect(run).toContain('--ignore-scripts');
      }
    }
  });

  it('are all looked at here', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(writes).sort());
  });

  it('and the action name each action by a whole commit, with its release, and the same one everywhere', () => {
    const commits = new Map<string, Set<string>>();
    for (const path of [...Object.keys(writes).map((name) => join(folder, name)), join(root, 'action.yml')]) {
      const used = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => /^\s*(- )?uses:/.test(line));
      expect([path, used.length > 0]).toEqual([path, true]);
      for (const line of used) {
        const [, name = '', commit = ''] =
          /^\s*(?:- )?uses: ((?:actions|github)\/[a-z-]+)(?:\/[a-z-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(line) ??
          [];
        expect([path, line, name !== '']).toEqual([path, line, true]);
        commits.set(name, (commits.get(name) ?? new Set()).add(commit));
      }
    }
    for (const [name, found] of commits) expect([name, [...found]]).toEqual([name, [expect.any(String)]]);
  });

  it('the action and the image install without running a script of a package', () => {
    for (const file of ['action.yml', 'Dockerfile']) {
      const installs = readFileSync(join(root, file), 'utf8').match(/npm (ci|install|prune)\b[^&\n]*/g) ?? [];
      expect([file, installs.length > 0]).toEqual([file, true]);
      for (const install of installs)
        expect([file, install]).toEqual([file, expect.stringContaining('--ignore-scripts')]);
    }
  });

  it('dependabot moves what is pinned: actions, and the packages of every lock file', () => {
    const { updates } = parse(readFileSync(join(root, '.github/dependabot.yml'), 'utf8'));
    const watched = (ecosystem: string) =>
      updates.find((update: Record<string, unknown>) => update['package-ecosystem'] === ecosystem)?.directories;
    expect(watched('github-actions')).toEqual(['/']);
    const locks = ['', 'docs', 'test/mutation'].filter((path) => existsSync(join(root, path, 'package-lock.json')));
    expect(watched('npm')).toEqual(locks.map((path) => `/${path}`));
  });
});
