import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Measured {
  readonly wallSeconds: number;
  /** Until the first byte of either output. */
  readonly firstSeconds: number;
  readonly cpuSeconds: number | undefined;
  readonly peakMiB: number | undefined;
  readonly code: number | null;
}

/** Runs a program to its end. CPU and memory are known of Node's only. */
export async function measure(
  command: string,
  args: readonly string[],
  { env, cwd, folder }: { env: Record<string, string>; cwd?: string; folder: string },
): Promise<Measured> {
  const usage = join(folder, 'usage.json');
  const isNode = command === process.execPath;
  const started = performance.now();
  let first: number | undefined;
  const child = spawn(
    command,
    isNode ? ['-r', fileURLToPath(new URL('usage.cjs', import.meta.url)), ...args] : [...args],
    {
      env: { ...env, CLAWCHECK_BENCH_USAGE: usage },
      ...(cwd && { cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', () => {
      first ??= performance.now();
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const ended = performance.now();
  const used = isNode ? JSON.parse(readFileSync(usage, 'utf8')) : {};
  return {
    wallSeconds: (ended - started) / 1000,
    firstSeconds: ((first ?? ended) - started) / 1000,
    cpuSeconds: used.cpuSeconds,
    peakMiB: used.peakMiB,
    code,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Turn by turn. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, i) => value / (others[i] ?? Number.NaN));
}

/** Pairs of A and B in turns, so that what else the machine does falls on both. */
export async function inTurns<K extends string>(
  pairs: number,
  rows: Readonly<Record<K, () => Promise<Measured>>>,
): Promise<Record<K, Measured[]>> {
  const names = Object.keys(rows) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, Measured[]>;
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const name of pair % 2 === 0 ? names : [...names].reverse()) results[name].push(await rows[name]());
  }
  return results;
}
