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

it('installs what it is built with from a lock file of its own, which names no registry', () => {
  const lock = readFileSync(join(root, 'docs/package-lock.json'), 'utf8');
  expect(lock).not.toContain('"resolved"');
  const { devDependencies, dependencies = {} } = JSON.parse(readFileSync(join(root, 'docs/package.json'), 'utf8'));
  expect(dependencies).toEqual({});
  for (const [name, version] of Object.entries(devDependencies)) {
    expect(JSON.parse(lock).packages[`node_modules/${name}`].version).toBe(version);
  }
});
