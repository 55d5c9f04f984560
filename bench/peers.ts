import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.ts';
import type { Bench, Call } from './subject.ts';
import { number } from './table.ts';

/** Other ways to read the same: rows of the table, with how much longer they take than the reads of AWS alone. */
export async function peerRows(bench: Bench, calls: readonly Call[], folder: string, own: number): Promise<string[][]> {
  const rows: string[][] = [];
  const add = (name: string, m: Awaited<ReturnType<typeof measure>>, n: number) =>
    rows.push([
      name,
      number(m.wallSeconds, 2),
      `${number(m.wallSeconds / own, 1)}x the reads`,
      '',
      number(m.cpuSeconds, 2),
      number(m.peakMiB, 0),
      String(n),
    ]);

  // The SDK as it comes: whole packages, one call after the other.
  const list = join(folder, 'calls.json');
  writeFileSync(list, JSON.stringify(calls));
  const naive = [fileURLToPath(new URL('naive.mjs', import.meta.url)), list, bench.endpoint];
  const sdk = await measure(process.execPath, naive, { env: bench.env, folder });
  add('SDK unbundled, one call after the other', sdk, bench.take().calls.length);

  const aws = version('aws');
  if (aws === undefined) rows.push(['bash with aws, 25 reads', 'skipped: not installed']);
  else {
    const reads = calls.filter(({ input }) => Object.keys(input as object).length === 0 || plain(input)).slice(0, 25);
    const script = reads.map(
      (call) => `${commandOf(call)} --endpoint-url ${bench.endpoint} --output json >/dev/null 2>&1`,
    );
    const bash = await measure('bash', ['-c', script.join('\n')], { env: bench.env, folder });
    add(`bash with ${aws}, ${script.length} reads`, bash, bench.take().calls.length);
  }
  return rows;
}

const plain = (input: unknown) => Object.values(input as object).every((value) => typeof value === 'string');

function commandOf({ operation, input }: Call): string {
  const [service = '', name = ''] = operation.split(':');
  const dashed = (text: string) =>
    text
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
      .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
      .toLowerCase();
  const options = Object.entries(input as Record<string, string>).map(([key, value]) => `--${dashed(key)} '${value}'`);
  return ['aws', service, dashed(name), ...options].join(' ');
}

/** `name version`, or undefined where the program is not there. */
function version(program: string): string | undefined {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return said.split(' ')[0]?.replace('/', ' ');
  } catch {
    return undefined;
  }
}
