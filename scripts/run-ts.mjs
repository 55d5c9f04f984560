// Runs a TypeScript file of the project on any supported Node: bundles it next to the modules, then imports it.
import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [entry, ...rest] = process.argv.slice(2);
const outfile = resolve('node_modules/.cache/clawcheck', `${entry.replaceAll(/\W/g, '-')}-${process.pid}.mjs`);
mkdirSync(resolve(outfile, '..'), { recursive: true });

/** Files of the project are found from where they stand, not from where the bundle does. */
const keepUrls = {
  name: 'keep-urls',
  setup(setup) {
    setup.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};

await build({
  entryPoints: [entry],
  bundle: true,
  outfile,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
  plugins: [keepUrls],
});
process.argv = [process.argv[0], entry, ...rest];
try {
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}
