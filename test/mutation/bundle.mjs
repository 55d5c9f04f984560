import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Files of the project are found from where they stand, not from where the bundle does. */
const keepUrls = {
  name: 'keep-urls',
  setup(setup) {
    setup.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

/** Bundles test files, with the tests that they collect as `collected`, and all that `also` exports. */
export async function bundle(tests, outfile, also) {
  const shim = resolve('test/mutation/vitest-in-process.ts');
  const imports = tests.map((file) => `import ${JSON.stringify(resolve(file))};`);
  const exports = [
    `export { collected } from ${JSON.stringify(shim)};`,
    ...(also ? [`export * from ${JSON.stringify(resolve(also))};`] : []),
  ];
  await build({
    stdin: { contents: [...imports, ...exports].join('\n'), resolveDir: resolve('.') },
    alias: { vitest: shim },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    plugins: [keepUrls],
  });
}
