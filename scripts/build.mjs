// Bundles the command line into dist/: tree-shaken and split, so that nothing is loaded before it is needed.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { narrowClients } from './narrow-clients.mjs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { clawcheck: 'src/cli/main.ts', api: 'src/api.ts' },
  outdir: 'dist',
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
  external: ['ssh2', 'ws', 'listr2', '@octokit/request'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as clawcheckCreateRequire } from 'node:module'; const require = clawcheckCreateRequire(import.meta.url);",
  },
  plugins: [await narrowClients()],
});
chmodSync('dist/clawcheck.js', 0o755);

// The types of the API, for extensions in TypeScript and for editors.
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
