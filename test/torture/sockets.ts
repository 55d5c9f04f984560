import { liveAws } from '../../src/adapters/aws/aws.ts';
import type { LoadedEnvironment } from '../../src/environment/load.ts';
import type { AwsOperation } from '../../src/ports/aws.ts';
import { runOn, statusesOf, traceDependencies } from '../live/moto/runs.ts';
import { onDeployment } from './deployment.ts';
import { type FaultProxy, socketFaults, startFaultProxy } from './fault-proxy.ts';
import { canaryMark } from './faults.ts';
import { isNeeded } from './needed.ts';
import { ownTime } from './own-time.ts';
import { inLanes, type Pick } from './torture.ts';

/** How long a call may take here, with its retries, in seconds: what never comes is waited for no longer. */
const callSeconds = 12;
/** A run makes calls that wait for each other. After this it hangs, in milliseconds. */
const mostMs = 90_000;
/** How many runs at a time: most of them wait. */
const lanes = 4;

export interface SocketOutcome {
  readonly operation: string;
  readonly fault: string;
  readonly persistent: boolean;
  readonly verdict: string;
  readonly violations: readonly string[];
}

/**
 * The checks that AWS alone answers, through the real SDK and real sockets, with a proxy in front of AWS: pairs
 * of an operation and a fault, each once (the SDK asks again where that helps) and for good.
 */
export function tortureSockets(pick: Pick, only: readonly string[] = ['']): Promise<SocketOutcome[]> {
  return onDeployment((loaded) => tortured(loaded, pick, only));
}

async function tortured(
  { environment, others }: LoadedEnvironment,
  pick: Pick,
  only: readonly string[],
): Promise<SocketOutcome[]> {
  const proxies: FaultProxy[] = [];
  /** A run through a proxy of its own. */
  const through = async () => {
    const proxy = await startFaultProxy(environment.aws.endpoint ?? '');
    proxies.push(proxy);
    const lab = { environment: { ...environment, aws: { ...environment.aws, endpoint: proxy.url } }, others };
    const once = async (seconds = callSeconds) => {
      const aws = liveAws(lab.environment, new AbortController().signal, { callSeconds: seconds });
      try {
        return { report: await runOn(lab, aws), called: aws.counts() };
      } finally {
        aws.close();
      }
    };
    return { proxy, once };
  };
  try {
    const { once } = await through();
    const good = await once(20);
    const truth = statusesOf(good.report);
    // Without a host the run is INCOMPLETE; what AWS alone answers is as it should be.
    const amiss = Object.entries(truth).filter(([, status]) => status === 'fail' || status === 'unknown');
    if (amiss.length > 0)
      throw new Error(`without a fault: ${amiss.map(([id, status]) => `${id} ${status}`).join(', ')}`);
    const dependencies = await traceDependencies(() => once(20));
    const called = good.called.map(({ operation }) => operation as AwsOperation);
    const wanted = socketFaults.filter(({ name }) => only.some((text) => name.includes(text)));
    const trials = called.flatMap((operation) =>
      wanted.flatMap((fault) => [false, true].map((persistent) => ({ operation, fault, persistent }))),
    );
    const free: Awaited<ReturnType<typeof through>>[] = [];
    const outcomes: SocketOutcome[] = [];
    await inLanes(pick(trials), lanes, async ({ operation, fault, persistent }) => {
      const lane = free.pop() ?? (await through());
      lane.proxy.spoil(operation, fault, persistent ? undefined : 1);
      const clock = ownTime();
      const { report } = await lane.once();
      const elapsed = clock.stop();
      const hits = lane.proxy.hits();
      lane.proxy.spoil(operation, undefined);
      free.push(lane);
      const needing = Object.keys(truth).filter((id) => dependencies.get(id)?.has(operation));
      const after = statusesOf(report);
      const changed = Object.keys(truth).filter((id) => truth[id] !== after[id]);
      const violations = [
        ...(hits === 0 ? ['the fault was not injected'] : []),
        ...(report.verdict === 'READY' ? ['READY'] : []),
        ...(elapsed > mostMs ? [`it took ${Math.round(elapsed)} ms`] : []),
        ...(JSON.stringify(report).includes(canaryMark) ? ['text of the answer is in the report'] : []),
        ...changed.filter((id) => after[id] !== 'unknown').map((id) => `${id} became ${after[id]}`),
        ...changed.filter((id) => !needing.includes(id)).map((id) => `${id} does not depend on it, and changed`),
        ...(persistent
          ? needing
              .filter((id) => after[id] === 'pass' && isNeeded(id, `aws ${operation} `, fault.name))
              .map((id) => `${id} passes without it`)
          : []),
      ];
      outcomes.push({ operation, fault: fault.name, persistent, verdict: report.verdict, violations });
    });
    return outcomes;
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
}
