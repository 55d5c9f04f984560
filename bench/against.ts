import { inTurns, type Measured, measure, median, ratios } from './measure.ts';
import { type BenchOptions, startBench } from './subject.ts';
import { number, table } from './table.ts';

export interface Builds {
  readonly fixtures: string;
  /** `clawcheck.js` of this build, and of the one to compare it with. */
  readonly cli: string;
  readonly other: string;
  readonly folder: string;
  readonly pairs: number;
  readonly distance: BenchOptions;
  /** What is run: a name, and the checks; all of them without any. */
  readonly runs: Readonly<Record<string, readonly string[]>>;
}

/**
 * Two builds in turns, so that what else the machine does falls on both: the medians of each, and of the ratios turn by
 * turn. What differs by less than the ratios do among themselves is noise.
 */
export async function againstRows({ fixtures, cli, other, folder, pairs, distance, runs }: Builds): Promise<string[]> {
  const bench = await startBench(fixtures, distance);
  try {
    const rows: string[][] = [];
    for (const [name, checks] of Object.entries(runs)) {
      const narrowed = checks.length > 0 ? ['--check', checks.join(',')] : [];
      const args = ['run', '--env', 'prod', '--config', bench.config, '--format', 'json', ...narrowed];
      const run = (program: string) => () => measure(process.execPath, [program, ...args], { env: bench.env, folder });
      // The first run of a build keeps its compiled code.
      for (const program of [cli, other]) await run(program)();
      const { here, there } = await inTurns(pairs, { here: run(cli), there: run(other) });
      for (const [unit, key] of [
        ['wall s', 'wallSeconds'],
        ['CPU s', 'cpuSeconds'],
        ['peak MiB', 'peakMiB'],
      ] as const) {
        const of = (list: readonly Measured[]) => list.map((m) => m[key] ?? Number.NaN);
        const times = ratios(of(here), of(there));
        const digits = key === 'peakMiB' ? 0 : 3;
        rows.push([
          `${name}, ${unit}`,
          number(median(of(there)), digits),
          number(median(of(here)), digits),
          number(median(times), 3),
          `${number(Math.min(...times), 2)}..${number(Math.max(...times), 2)}`,
        ]);
      }
    }
    return table(['', 'other', 'this', 'ratio', 'min..max'], rows);
  } finally {
    await bench.close();
  }
}
