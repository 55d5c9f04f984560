import { registry } from '../../checks/index.ts';
import { livePorts } from '../../src/adapters/live.ts';
import type { LoadedEnvironment } from '../../src/environment/load.ts';
import type { Report } from '../../src/model/report.ts';
import { run } from '../../src/runner/run.ts';

/**
 * A whole run in this process, through real sockets; what it opened is closed.
 * @param timeoutMs the time limit of the run
 */
export async function wholeRun(
  loaded: LoadedEnvironment & { readonly sha256: string },
  timeoutMs = 60_000,
): Promise<Report> {
  const { signal } = new AbortController();
  const live = livePorts(loaded, signal);
  try {
    return await run({
      registry,
      environment: loaded.environment,
      others: loaded.others,
      fileSha256: loaded.sha256,
      selection: { areas: [], checks: [] },
      ports: live.ports,
      calls: live.calls,
      mode: live.mode,
      version: '0.0.0',
      clock: () => new Date(),
      emit: () => {},
      interrupt: signal,
      timeoutMs,
    });
  } finally {
    live.close();
  }
}
