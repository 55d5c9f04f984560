import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { dependencies } = json('package.json') as { dependencies: Record<string, string> };

/** Bytes as published: without its own dependencies and without what an install script compiled on this machine. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'build')
    .map((entry) => join(folder, entry.name))
    .reduce((sum, path) => sum + (statSync(path).isDirectory() ? bytesIn(path) : statSync(path).size), 0);
}

describe('docs/dependencies.md', () => {
  it('has every runtime dependency, and says of it what is installed', () => {
    const rows = [...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| `(.+)$/gm)];
    const listed = rows.map(([, row = '']) => row.split(' | ').map((cell) => cell.replaceAll(/`| \|$/g, '')));
    const installed = Object.keys(dependencies).map((name) => {
      const { version, license, licenses } = json(`node_modules/${name}/package.json`);
      const size = (bytesIn(join(root, 'node_modules', name)) / 1e6).toFixed(1);
      return [name, version, license ?? licenses[0].type, size];
    });
    expect(listed.map((cells) => cells.slice(0, 4))).toEqual(installed);
    for (const [name, , , , why = ''] of listed) expect([name, why.length > 10]).toEqual([name, true]);
  });

  it('pins each to one version, and the lock file has its digest', () => {
    const { packages } = json('package-lock.json');
    for (const [name, version] of Object.entries(dependencies)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
      expect(packages[`node_modules/${name}`]).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
    }
  });

  it('names every package with an install script', () => {
    const packages = Object.entries(
      json('package-lock.json').packages as Record<string, { hasInstallScript?: boolean; dev?: boolean }>,
    );
    const withScript = packages
      .filter(([, p]) => p.hasInstallScript && !p.dev)
      .map(([path]) => path.replace(/.*node_modules\//, ''));
    expect(withScript.sort()).toEqual(['cpu-features', 'ssh2']);
  });
});
