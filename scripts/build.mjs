// Bundles the command line into dist/: tree-shaken and split, so that nothing is loaded before it is needed.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { narrowClients } from './narrow-clients.mjs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { clawcheck: 'src/cli/main.ts' },
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
