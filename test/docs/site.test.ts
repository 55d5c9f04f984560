import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/cli.ts';
import { pages } from './pages.ts';

it('has no link to a file or picture that does not exist', () => {
  const dead = pages().flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    return links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const path = link.startsWith('/') ? join(root, 'docs/public', link) : join(root, dirname(page), link);
        return ![path, `${path}.md`].some((one) => existsSync(one));
      })
      .map((link) => `${page}: ${link}`);
  });
  expect(dead).toEqual([]);
});

it('leads to every page', () => {
  const config = readFileSync(join(root, 'docs/.vitepress/config.ts'), 'utf8');
  const linked = [...config.matchAll(/link: '([^']+)'/g)].map(([, link = '']) => `docs${link}.md`);
  // The pages of the areas are listed from their folder, and the front page leads to the rest.
  const known = [...linked, 'docs/index.md'];
  const own = pages().filter((page) => page.startsWith('docs/') && !page.startsWith('docs/checks/'));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((page) => !known.includes(page))).toEqual([]);
  expect(linked.filter((page) => !own.includes(page))).toEqual([]);
});

it('installs what it is built with from a lock file of its own, which names no registry', () => {
  const lock = readFileSync(join(root, 'docs/package-lock.json'), 'utf8');
  expect(lock).not.toContain('"resolved"');
  const { devDependencies, dependencies = {} } = JSON.parse(readFileSync(join(root, 'docs/package.json'), 'utf8'));
  expect(dependencies).toEqual({});
  for (const [name, version] of Object.entries(devDependencies)) {
    expect(JSON.parse(lock).packages[`node_modules/${name}`].version).toBe(version);
  }
});
