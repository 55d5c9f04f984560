import ssh2 from 'ssh2';
import { makeKeyPair } from '../../src/demo/key-pair.ts';
import type { LoadedEnvironment } from '../../src/environment/load.ts';
import type { Report } from '../../src/model/report.ts';
import { hostileGreetings, hostileHosts, hostileText } from '../adapters/ssh/hostile-hosts.ts';
import { type HostileServer, pinOf, startHostileGreeting, startHostileServer } from '../adapters/ssh/hostile-server.ts';
import { statusesOf } from '../support/rig.ts';
import { wholeRun } from '../support/whole-run.ts';
import { onDeployment } from './deployment.ts';
import { inLanes, type Pick } from './torture.ts';

/** How long a run may take against a host that never ends, and how much later it must have ended, in milliseconds. */
const hangMs = 8_000;
const graceMs = 10_000;
const wholeMs = 60_000;

export interface HostOutcome {
  readonly host: string;
  readonly verdict: string;
  readonly violations: readonly string[];
}

/**
 * Whole runs over real sockets against the hostile hosts that are picked: each must come to what a run without any host comes
 * to, check by check. Where the host never ends, the time limit does, and no check is better than without it.
 */
export function tortureHosts(pick: Pick): Promise<HostOutcome[]> {
  return onDeployment((loaded) => tortured(loaded, pick));
}

async function tortured(loaded: LoadedEnvironment, pick: Pick): Promise<HostOutcome[]> {
  const hostKey = makeKeyPair().private;
  const otherKey = ssh2.utils.parseKey(makeKeyPair().private);

  const against = async (changes: object, timeoutMs = wholeMs): Promise<Report> => {
    const environment = { ...loaded.environment, ssh: { ...loaded.environment.ssh, ...changes } };
    return wholeRun({ ...loaded, environment }, timeoutMs);
  };

  const judged = async (server: HostileServer, hangs: boolean, without: Record<string, string>) => {
    const start = performance.now();
    const limitMs = hangs ? hangMs : wholeMs;
    const report = await against({ port: server.port, fingerprints: [pinOf(hostKey)], connectSeconds: 2 }, limitMs);
    const elapsed = performance.now() - start;
    const after = statusesOf(report);
    const left = await drained(server);
    const differing = Object.keys(without).filter((id) => after[id] !== without[id]);
    return {
      verdict: report.verdict,
      violations: [
        ...(report.verdict === 'READY' ? ['READY'] : []),
        ...(elapsed > limitMs + graceMs ? [`it took ${Math.round(elapsed)} ms`] : []),
        ...(JSON.stringify(report).includes('PASSED') ? ['text of the host is in the report'] : []),
        ...(left > 0 ? [`${left} connections are open`] : []),
        ...differing
          .filter((id) => !hangs || after[id] !== 'unknown')
          .map((id) => `${id} is ${after[id]}, and ${without[id]} without a host`),
      ],
    };
  };

  const good = statusesOf(await against({}));
  const closed = await startHostileGreeting('');
  await closed.close();
  const alone = await against({ port: closed.port, fingerprints: [pinOf(hostKey)] });
  const without = statusesOf(alone);
  const lost = Object.keys(good).filter((id) => without[id] !== good[id]);
  if (alone.verdict !== 'INCOMPLETE' || lost.length < 10 || lost.some((id) => without[id] !== 'unknown'))
    throw new Error(`without a host: ${alone.verdict}, ${lost.map((id) => `${id} ${without[id]}`).join(', ')}`);
  if (!hostileText.includes('PASSED')) throw new Error('nothing to look for');
  const hosts = [
    ...hostileHosts(Array.isArray(otherKey) ? otherKey[0] : otherKey).map((host) => ({
      ...host,
      start: () => startHostileServer(hostKey, { exec: host.exec, session: host.session }),
    })),
    ...hostileGreetings.map((one) => ({ ...one, hangs: false, start: () => startHostileGreeting(one.greeting) })),
  ];
  const outcomes: HostOutcome[] = [];
  await inLanes(pick(hosts), 3, async ({ name, hangs = false, start }) => {
    const server = await start();
    try {
      outcomes.push({ host: name, ...(await judged(server, hangs, without)) });
    } finally {
      await server.close();
    }
  });
  return outcomes;
}

/** How many connections stay, when they had time to end. */
async function drained(server: HostileServer): Promise<number> {
  for (let tries = 0; tries < 40 && server.open() > 0; tries += 1) await new Promise((done) => setTimeout(done, 50));
  return server.open();
}
