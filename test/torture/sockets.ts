import { type AwsAdapter, liveAws } from '../../src/adapters/aws/aws.ts';
import type { LoadedEnvironment } from '../../src/environment/load.ts';
import type { AwsOperation } from '../../src/ports/aws.ts';
import { runOn, statusesOf, traceDependencies } from '../live/moto/runs.ts';
import { onDeployment } from './deployment.ts';
import { socketFaults, startFaultProxy } from './fault-proxy.ts';
import { canary } from './faults.ts';
import { isNeeded } from './needed.ts';
import { sample } from './torture.ts';

/** How long a call may take here, with its retries, in seconds: what never comes is waited for no longer. */
const callSeconds = 12;
/** A run makes calls that wait for each other. After this it hangs, in milliseconds. */
const mostMs = 90_000;

export interface SocketOutcome {
  readonly operation: string;
  readonly fault: string;
  readonly persistent: boolean;
  readonly verdict: string;
  readonly violations: readonly string[];
}

/**
 * The checks that AWS alone answers, through the real SDK and real sockets, with a proxy in front of AWS: `size` pairs
 * of an operation and a fault, chosen by a seed, each once (the SDK asks again where that helps) and for good.
 */
export async function tortureSockets(size: number, seed: number, only = ['']): Promise<SocketOutcome[]> {
  return size === 0 ? [] : onDeployment((loaded) => tortured(loaded, size, seed, only));
}

async function tortured(
  { environment, others }: LoadedEnvironment,
  size: number,
  seed: number,
  only: readonly string[],
): Promise<SocketOutcome[]> {
  const proxy = await startFaultProxy(environment.aws.endpoint ?? '');
  const lab = { environment: { ...environment, aws: { ...environment.aws, endpoint: proxy.url } }, others };
  const once = async (aws: AwsAdapter) => {
    try {
      return await runOn(lab, aws);
    } finally {
      aws.close();
    }
  };
  const open = (seconds = callSeconds) =>
    liveAws(lab.environment, new AbortController().signal, { callSeconds: seconds });
  try {
    const good = open(20);
    let report = await once(good);
    const truth = statusesOf(report);
    // Without a host the run is INCOMPLETE; what AWS alone answers is as it should be.
    const amiss = Object.entries(truth).filter(([, status]) => status === 'fail' || status === 'unknown');
    if (amiss.length > 0)
      throw new Error(`without a fault: ${amiss.map(([id, status]) => `${id} ${status}`).join(', ')}`);
    const dependencies = await traceDependencies(() => once(open(20)));
    const called = good.counts().map(({ operation }) => operation as AwsOperation);
    const wanted = socketFaults.filter(({ name }) => only.some((text) => name.includes(text)));
    const pairs = called.flatMap((operation) => wanted.map((fault) => ({ operation, fault })));
    const outcomes: SocketOutcome[] = [];
    for (const { operation, fault } of sample(pairs, size, seed)) {
      const needing = Object.keys(truth).filter((id) => dependencies.get(id)?.has(operation));
      for (const persistent of [false, true]) {
        proxy.spoil(operation, fault, persistent ? undefined : 1);
        const start = performance.now();
        report = await once(open());
        const elapsed = performance.now() - start;
        const hits = proxy.hits();
        proxy.spoil(operation, undefined);
        const after = statusesOf(report);
        const changed = Object.keys(truth).filter((id) => truth[id] !== after[id]);
        const violations = [
          ...(hits === 0 ? ['the fault was not injected'] : []),
          ...(report.verdict === 'READY' ? ['READY'] : []),
          ...(elapsed > mostMs ? [`it took ${Math.round(elapsed)} ms`] : []),
          ...(JSON.stringify(report).includes(canary.slice(0, 13)) ? ['text of the answer is in the report'] : []),
          ...changed.filter((id) => after[id] !== 'unknown').map((id) => `${id} became ${after[id]}`),
          ...changed.filter((id) => !needing.includes(id)).map((id) => `${id} does not depend on it, and changed`),
          ...(persistent
            ? needing
                .filter((id) => after[id] === 'pass' && isNeeded(id, `aws ${operation} `, fault.name))
                .map((id) => `${id} passes without it`)
            : []),
        ];
        outcomes.push({ operation, fault: fault.name, persistent, verdict: report.verdict, violations });
      }
    }
    return outcomes;
  } finally {
    await proxy.close();
  }
}
