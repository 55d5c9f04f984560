import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FleetReport } from '../src/model/fleet.ts';
import { startFleet } from './fleet-deployment.ts';
import { measure } from './measure.ts';
import { type Goal, number } from './table.ts';

const shards = 3;

/** What two runs of the same deployments cannot have in common: when they looked, and so the digests of the reports. */
export function withoutRun(fleet: FleetReport): FleetReport {
  const deployments = fleet.deployments.map((d) => ({
    ...d,
    report: d.report && { ...d.report, sha256: '', start: '', end: '' },
  }));
  return { ...fleet, deployments };
}

/** One process that checks so many deployments of this machine, and shards of them that are merged. */
export async function fleetRow(
  fixtures: string,
  cli: string,
  { size, jobs, sameAws }: { readonly size: number; readonly jobs: number; readonly sameAws: boolean },
): Promise<{ readonly lines: string[]; readonly goals: Goal[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'clawcheck-fleet-bench-'));
  const fleet = await startFleet(fixtures, size, { sameAws });
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ...fleet.variables };
  try {
    const clawcheck = (...args: string[]) =>
      measure(process.execPath, [cli, ...args, '--config', fleet.config], { env, folder });
    const total = () => [...fleet.calls.values()].reduce((sum, n) => sum + n, 0);
    const out = join(folder, 'reports/');
    const run = await clawcheck(
      'run',
      '--all',
      '--jobs',
      String(jobs),
      '--output',
      out,
      '--summary',
      join(folder, 'fleet.json'),
    );
    const calls = total();
    const report = JSON.parse(readFileSync(join(folder, 'fleet.json'), 'utf8')) as FleetReport;
    const merge = await clawcheck('merge', out, '--allow-simulated', '--output', join(folder, 'merged.json'));
    const same = readFileSync(join(folder, 'merged.json')).equals(readFileSync(join(folder, 'fleet.json')));
    const parts = join(folder, 'parts/');
    for (let shard = 1; shard <= shards; shard += 1) {
      await clawcheck('run', '--all', '--shard', `${shard}/${shards}`, '--jobs', String(jobs), '--output', parts);
    }
    await clawcheck('merge', parts, '--allow-simulated', '--output', join(folder, 'sharded.json'));
    const sharded = JSON.parse(readFileSync(join(folder, 'sharded.json'), 'utf8')) as FleetReport;
    const equal = isDeepStrictEqual(withoutRun(sharded), withoutRun(report));
    const { READY, NOT_READY, INCOMPLETE } = report.counts;
    return {
      lines: [
        `${size} simulated deployments ${sameAws ? 'with one AWS ' : ''}in one process, ${jobs} at a time, against servers in another process of this machine:`,
        `wall ${number(run.wallSeconds, 1)} s (${number((run.wallSeconds / size) * 1000, 0)} ms each), CPU ${number(run.cpuSeconds, 1)} s, peak ${number(run.peakMiB, 0)} MiB, ${calls} calls to AWS, ${fleet.throttled()} throttled`,
        `verdicts: ${READY} READY, ${NOT_READY} NOT_READY, ${INCOMPLETE} INCOMPLETE; exit code ${run.code}`,
        ...(READY === size
          ? []
          : report.checks.map(
              ({ id, failed, unknown }) => `  ${id}: ${failed.length} failed, ${unknown.length} unknown`,
            )),
        `merge of the ${size} reports: ${number(merge.wallSeconds, 1)} s, peak ${number(merge.peakMiB, 0)} MiB, the same bytes as the report of the run: ${same ? 'yes' : 'no'}`,
        `${shards} shards, each in a process of its own, and their merge: equal to the report of the run but for times and digests: ${equal ? 'yes' : 'no'}`,
      ],
      goals: [
        { holds: fleet.throttled() === 0, what: `${fleet.throttled()} of ${calls} calls throttled (none)` },
        { holds: same, what: 'the merged report has the same bytes' },
        { holds: equal, what: 'the merge of shards is equal to the report without shards' },
        { holds: (run.peakMiB ?? Number.NaN) <= 512, what: `peak memory ${number(run.peakMiB, 0)} MiB (at most 512)` },
      ],
    };
  } finally {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
