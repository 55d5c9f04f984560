import { describe, expect, it } from 'vitest';
import { filterPattern, isIncluded, startsForBranch, startsForPath } from '../../src/judging/workflow-filter.ts';

const none = {
  paths: undefined,
  pathsIgnore: undefined,
  branches: undefined,
  branchesIgnore: undefined,
  types: undefined,
};

describe('filterPattern', () => {
  // The examples of the git host's own documentation of filter patterns, and their opposites.
  it.each<[string, string, boolean]>([
    ['*', 'README.md', true],
    ['*', 'docs/file.txt', false],
    ['*.jsx?', 'page.js', true],
    ['*.jsx?', 'page.jsx', true],
    ['*.jsx?', 'page.jsxx', false],
    ['**', 'all/the/files.md', true],
    ['*.js', 'src/js/app.js', false],
    ['**.js', 'src/js/app.js', true],
    ['docs/*', 'docs/README.md', true],
    ['docs/*', 'docs/mona/octocat.txt', false],
    ['docs/**', 'docs/mona/octocat.txt', true],
    ['docs/**', 'docs', false],
    ['docs/**/*.md', 'docs/README.md', true],
    ['docs/**/*.md', 'docs/a/markdown/file.md', true],
    ['**/docs/**', 'dir/docs/my-file.txt', true],
    ['**/docs/**', 'docs/hello.md', true],
    ['**/README.md', 'README.md', true],
    ['**/*src/**', 'my-src/code/js/app.js', true],
    ['**/migrate-*.sql', 'db/sept/migrate-v1.0.sql', true],
    ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
    ['v[12].[0-9]+.[0-9]+', 'v3.10.1', false],
    ['v2*', 'v2.0', true],
    ['skills/', 'skills/a/SKILL.md', false],
    ['skills', 'skills/a/SKILL.md', false],
    ['a.b', 'axb', false],
    ['a(b)', 'a(b)', true],
    ['{a,b}/**', 'a/x', false],
  ])('%s with %s: %s', (pattern, path, expected) => expect(filterPattern(pattern).test(path)).toBe(expected));
});

describe('isIncluded', () => {
  it('goes by order: a later pattern overrules', () => {
    expect(isIncluded('skills/a/x', ['skills/**', '!skills/a/**'])).toBe(false);
    expect(isIncluded('skills/a/x', ['!skills/a/**', 'skills/**'])).toBe(true);
    expect(isIncluded('skills/a/x', ['skills/**', '!skills/a/**', 'skills/a/x'])).toBe(true);
    expect(isIncluded('skills/a/x', ['!docs/**'])).toBe(false);
    expect(isIncluded('skills/a/x', [])).toBe(false);
  });
});

describe('startsForPath', () => {
  it('starts for everything without a filter', () => expect(startsForPath('skills/a/x', none)).toBe(true));
  it('does not start for an empty list', () => expect(startsForPath('skills/a/x', { ...none, paths: [] })).toBe(false));
  it('leaves out what is ignored', () => {
    expect(startsForPath('skills/a/README.md', { ...none, pathsIgnore: ['**.md'] })).toBe(false);
    expect(startsForPath('skills/a/x.sh', { ...none, pathsIgnore: ['**.md'] })).toBe(true);
    expect(startsForPath('skills/a/x.sh', { ...none, pathsIgnore: ['**'] })).toBe(false);
  });
});

describe('startsForBranch', () => {
  it.each<[Partial<typeof none> & object, boolean]>([
    [{}, true],
    [{ branches: ['main'] as never }, true],
    [{ branches: ['release/**'] as never }, false],
    [{ branches: ['**', '!main'] as never }, false],
    [{ branchesIgnore: ['main'] as never }, false],
    [{ branchesIgnore: ['gh-*'] as never }, true],
  ])('%j: %s', (filter, expected) => expect(startsForBranch('main', { ...none, ...filter })).toBe(expected));
});
