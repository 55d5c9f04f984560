import { measure } from './measure.ts';
import { startBench } from './subject.ts';

/** So far away that what the process does between two calls counts for nothing. */
const apiMs = 1000;

/**
 * How many calls of a run wait for each other, or for a free connection: the rounds in which they reach AWS.
 * @param cli and the arguments that choose what is read
 */
export async function depthOf(fixtures: string, cli: string, args: readonly string[], folder: string): Promise<number> {
  const bench = await startBench(fixtures, { apiMs, hostMs: 0, scriptMs: 0 });
  try {
    const run = [cli, 'run', '--env', 'prod', '--config', bench.config, '--format', 'json', ...args];
    await measure(process.execPath, run, { env: bench.env, folder });
    const { arrivals } = bench.take();
    return arrivals.filter((at, i) => at - (arrivals[i - 1] ?? Number.NEGATIVE_INFINITY) > apiMs / 2).length;
  } finally {
    await bench.close();
  }
}
