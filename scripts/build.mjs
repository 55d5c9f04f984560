// Bundles the command line into dist/: tree-shaken and split, so that nothing is loaded before it is needed.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { narrowClients } from './narrow-clients.mjs';

// Beside the one that others may be reading.
const fresh = `dist.${process.pid}`;
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
const interpreter = '#!/usr/bin/env node';
const requireOfModule =
  "import{createRequire as clawcheckRequire}from'node:module';const require=clawcheckRequire(import.meta.url);";
const { metafile } = await build({
  metafile: true,
  entryPoints: { clawcheck: 'src/cli/main.ts', api: 'src/api.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  minify: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  // ssh2 finds its optional native parts at run time; ws and listr2 gain nothing from bundling.
  external: ['ssh2', 'ws', 'listr2'],
  banner: { js: `${interpreter}\n${requireOfModule}\n` },
  // The same code in a form that can be shaken.
  alias: { yaml: fileURLToPath(new URL('../node_modules/yaml/browser/index.js', import.meta.url)) },
  plugins: [await narrowClients()],
});
// A file whose only importer was shaken off is written all the same.
const needed = new Set();
const need = (path) => {
  if (needed.has(path)) return;
  needed.add(path);
  for (const imported of metafile.outputs[path].imports) if (!imported.external) need(imported.path);
};
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (['src/cli/main.ts', 'src/api.ts'].includes(entryPoint)) need(path);
}
for (const path of Object.keys(metafile.outputs)) if (!needed.has(path)) rmSync(path);
// The banner stands in every file; few need its two lines.
for (const name of readdirSync(fresh)) {
  const path = join(fresh, name);
  const [, , ...code] = readFileSync(path, 'utf8').split('\n');
  const head = [
    ...(name === 'clawcheck.js' ? [interpreter] : []),
    ...(code.some((line) => /\brequire\b/.test(line)) ? [requireOfModule] : []),
  ];
  writeFileSync(path, [...head, ...code].join('\n'));
}
chmodSync(join(fresh, 'clawcheck.js'), 0o755);

// The types of the API, for extensions in TypeScript and for editors.
if (!process.argv.includes('--no-types')) {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  execFileSync(
    process.execPath,
    [join(typescript, 'bin/tsc'), '-p', 'tsconfig.types.json', '--outDir', join(fresh, 'types')],
    { stdio: 'inherit' },
  );
}

if (!sameFiles('dist', fresh)) {
  const old = `${fresh}.old`;
  if (existsSync('dist')) renameSync('dist', old);
  renameSync(fresh, 'dist');
  rmSync(old, { recursive: true, force: true });
}

/** Whether two folders have the same files with the same bytes. */
function sameFiles(a, b) {
  const list = (folder) => readdirSync(folder, { recursive: true }).sort().join('\n');
  if (!existsSync(a) || list(a) !== list(b)) return false;
  return readdirSync(a, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .every((path) => readFileSync(path).equals(readFileSync(path.replace(a, b))));
}
