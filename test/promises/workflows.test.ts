import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../../.github/workflows', import.meta.url));

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
        if (uses !== undefined) expect(uses).toMatch(/^(actions|github)\/[a-z/-]+@(v\d+|[0-9a-f]{40})$/);
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
});
