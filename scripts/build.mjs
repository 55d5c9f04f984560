// Bundles the command line into dist/: tree-shaken and split, so that nothing is loaded before it is needed.
// `--if-needed` does nothing where no source is newer than that; `--no-types` leaves out the types of the API.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { groupChunks } from './group-chunks.mjs';
import { narrowClients } from './narrow-clients.mjs';
import { withoutDescriptions } from './without-descriptions.mjs';

const built = 'dist/clawcheck.js';
if (process.argv.includes('--if-needed') && existsSync(built) && existsSync('dist/types')) {
  const sources = [
    'src',
    'checks',
    'scripts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.types.json',
  ];
  if (sources.every((source) => newest(source) < statSync(built).mtimeMs)) process.exit();
}

// Beside the one that others may be reading.
const fresh = `dist.${process.pid}`;
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
const interpreter = '#!/usr/bin/env node';
const requireOfModule =
  "import{createRequire as clawcheckRequire}from'node:module';const require=clawcheckRequire(import.meta.url);";
/** Commands that are programs of their own are what commander loads `child_process` for, which takes a tenth of `--help`. */
const withoutPrograms = {
  name: 'without-programs',
  setup(setup) {
    setup.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'none', namespace: 'none' } : undefined,
    );
    setup.onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};
/** To import `http` asks for everything that it exports, and since Node 22 that loads all of `fetch`. */
const withoutFetch = {
  name: 'without-fetch',
  setup(setup) {
    setup.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'http', namespace: 'builtin' }));
    setup.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};
/** The comments and the indentation of what is sent to a host are for whoever reads the source. */
const withoutShellComments = {
  name: 'without-shell-comments',
  setup(setup) {
    setup.onLoad({ filter: /\/src\/(probes\/host|adapters\/ssh|drills)\/.*\.ts$/ }, async ({ path }) => {
      const text = (await readFile(path, 'utf8')).replaceAll(/^ *# .*\n/gm, '');
      return { contents: path.includes('/drills/') ? text : text.replaceAll(/^ +/gm, ''), loader: 'ts' };
    });
  },
};
/** So is the layout of the style sheet. */
const withoutLayout = {
  name: 'without-layout',
  setup(setup) {
    setup.onLoad({ filter: /\/html-style\.ts$/ }, async ({ path }) => {
      const [before, css, after] = (await readFile(path, 'utf8')).split('`');
      const { code } = await transform(css, { loader: 'css', minify: true });
      return { contents: `${before}\`${code}\`${after}`, loader: 'ts' };
    });
  },
};
/** Files are read as YAML 1.2, and none has sets, dates or bytes of YAML 1.1. */
const withoutOldYaml = {
  name: 'without-old-yaml',
  setup(setup) {
    setup.onLoad({ filter: /\/yaml\/browser\/dist\/schema\/tags\.js$/ }, () => ({
      contents: `import { schema } from './core/schema.js';
        import { merge } from './yaml-1.1/merge.js';
        export const coreKnownTags = { 'tag:yaml.org,2002:merge': merge };
        export const getTags = (_, name, merges) => (merges || name === 'yaml-1.1' ? [...schema, merge] : [...schema]);`,
    }));
  },
};
const { metafile, outputFiles } = await build({
  metafile: true,
  write: false,
  entryPoints: { clawcheck: 'src/cli/main.ts', api: 'src/api.ts', 'kept-code': 'src/loading/kept-code.ts' },
  outdir: '.',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  // The second pass makes names short.
  minifySyntax: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  // ssh2 finds its optional native parts at run time; ws and listr2 gain nothing from bundling.
  external: ['ssh2', 'ws', 'listr2'],
  // The same code in a form that can be shaken.
  alias: { yaml: fileURLToPath(new URL('../node_modules/yaml/browser/index.js', import.meta.url)) },
  plugins: [
    await narrowClients(),
    withoutPrograms,
    withoutFetch,
    withoutDescriptions,
    withoutShellComments,
    withoutLayout,
    withoutOldYaml,
  ],
});
const outputs = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]));
const groups = {
  // What says that a command failed, every command, what runs the parts, a run until it connects, the rest of it, what
  // looks at a host, patterns of files, what reads AWS.
  start: (source) => source === 'src/cli/main.ts',
  commands: (source) => source === 'src/cli/program.ts',
  kept: (source) => source === 'src/loading/kept-code.ts',
  run: (source) => source === 'src/cli/run.ts',
  chosen: (source) => source === 'src/cli/run-chosen.ts',
  host: (source) => source === 'src/adapters/ssh/host.ts',
  globs: (source) => source.includes('/picomatch/'),
  aws: (source) => source.startsWith('narrowed:') || source === 'src/adapters/aws/credential-providers.ts',
};
const entries = ['clawcheck.js', 'api.js', 'kept-code.js'];
const files = await groupChunks(outputs, metafile, entries, groups, ['run', 'chosen', 'aws', 'host', 'globs']);
mkdirSync(fresh);
for (const [name, code] of Object.entries(files)) {
  const head = [
    ...(name === 'clawcheck.js' ? [interpreter] : []),
    ...(name.endsWith('.js') && /\brequire\b/.test(code) ? [requireOfModule] : []),
  ];
  writeFileSync(join(fresh, name), [...head, code.replace(interpreter, '').trimStart()].join('\n'));
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

utimesSync(built, new Date(), new Date());

/** When a file or anything in a folder was last changed, taken out or put in. */
function newest(path) {
  const { mtimeMs } = statSync(path);
  const within = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }) : [];
  return Math.max(mtimeMs, ...within.map((name) => statSync(join(path, name)).mtimeMs));
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
