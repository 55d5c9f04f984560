import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

// @ts-expect-error a script of the build, without types
const { narrowClients } = await import('../../scripts/narrow-clients.mjs');

/** Where a drill is made, by what it needs to know. */
export interface Place {
  readonly config: string;
  readonly journal: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Killing {
  /** Makes a drill in a process of its own, which dies with SIGKILL when its journal has that many lines. */
  killedAt(place: Place, drill: string, lines: number): Promise<NodeJS.Signals | null>;
  remove(): void;
}

/** Builds the program that makes drills and dies. */
export async function buildKilling(): Promise<Killing> {
  const cache = resolve('node_modules/.cache/clawcheck');
  const child = resolve(cache, `drill-child-${process.pid}-${process.env['VITEST_WORKER_ID'] ?? 0}.mjs`);
  mkdirSync(cache, { recursive: true });
  await build({
    entryPoints: ['test/drills/child.ts'],
    bundle: true,
    outfile: child,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: ['ssh2', 'ws', 'esbuild'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
    plugins: [await narrowClients()],
  });
  return {
    killedAt: ({ config, journal, variables }, drill, lines) =>
      new Promise((done) => {
        const args = [child, config, journal, drill, String(lines)];
        const env = { ...process.env, ...variables };
        spawn(process.execPath, args, { env, stdio: 'ignore' }).on('exit', (_, signal) => done(signal));
      }),
    remove: () => rmSync(child, { force: true }),
  };
}
