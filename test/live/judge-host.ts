import { setMaxListeners } from 'node:events';
import { openHost } from '../../src/adapters/ssh/host.ts';
import { localVantage } from '../../src/adapters/vantage/vantage.ts';
import type { Environment } from '../../src/environment/schema.ts';
import { ProbeError } from '../../src/model/reason.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { Gatherer, probesOf } from '../../src/runner/gather.ts';
import { Host } from '../../src/runner/hosts.ts';
import { type AnyCheck, judge, type Outcome } from '../../src/runner/judge.ts';
import { goodEnvironment } from '../support/rig.ts';
import type { Lab } from './lab/lab.ts';

/** The environment file as it would be written for the deployment that the lab is. */
export function labEnvironment(lab: Lab, changes: Readonly<Record<string, unknown>> = {}): Environment {
  const endpoint = ({ name, address, port, protocol }: Lab['unapproved'][number], byName = false) => ({
    host: byName ? name : address,
    port,
    tls: protocol === 'tls',
  });
  return goodEnvironment({
    'ssh.user': lab.login,
    'ssh.hosts': [lab.host],
    'soulDocuments.documents': Object.keys(lab.documents),
    'network.timeoutSeconds': 2,
    // Without an OpenClaw on the host there is nothing to ask.
    'gateway.selfAudit': false,
    'network.approvedHosts': [endpoint(lab.approved, true), endpoint(lab.approvedIpv6)],
    'network.unapprovedHosts': lab.unapproved.map((one) => endpoint(one)),
    'infrastructure.approvedInbound': [],
    'credentials.scanPaths': ['/home', '/root', '/etc', '/var/log', '/tmp', '/var/tmp'],
    ...changes,
  });
}

const refuse = () => {
  throw new ProbeError('cancelled', 'only the host is looked at');
};

/**
 * One connection over the real transport, the whole script of the checks, and their judgements.
 *
 * @param known facts of probes that the lab has nothing to answer for
 */
export async function judgeHost(
  lab: Pick<Lab, 'host' | 'port' | 'login' | 'privateKeyFile' | 'hostKeyFingerprint'>,
  checks: Readonly<Record<string, AnyCheck>>,
  environment: Environment,
  known: ReadonlyMap<unknown, unknown> = new Map(),
): Promise<Record<string, Outcome>> {
  const stop = new AbortController();
  // Every connection and command listens to it; that is no leak.
  setMaxListeners(0, stop.signal);
  const context = { environment, others: [], now: new Date(), nonce: crypto.randomUUID(), signal: stop.signal };
  const ports = {
    openHost: (_: unknown, signal: AbortSignal) =>
      openHost(
        {
          host: lab.host,
          port: lab.port,
          user: lab.login,
          privateKeyFile: lab.privateKeyFile,
          fingerprints: [lab.hostKeyFingerprint],
          agentUser: environment.host.agentUser,
          gatewayPort: environment.gateway.port,
        },
        { signal },
      ),
    openGateway: refuse,
    aws: { read: refuse, find: refuse },
    git: { get: refuse },
    files: { read: refuse, glob: refuse },
    vantage: localVantage(stop.signal),
  } as unknown as Ports;
  const probes = [...probesOf(Object.values(checks).map(({ needs }) => needs))];
  const host = new Host(lab.host, [], probes.filter((p) => p.kind === 'host') as never, ports, context);
  const gatherer = new Gatherer(
    context,
    ports,
    () => new Date(),
    () => {},
  ).forHost(host);
  try {
    const judged = Object.entries(checks).map(async ([id, check]) => {
      const facts = await Promise.all(
        Object.entries(check.needs).map(async ([name, probe]) => {
          const looked = { ok: true, value: known.get(probe), at: new Date(), looks: [] } as const;
          return [name, known.has(probe) ? looked : await gatherer.get(probe as never)] as const;
        }),
      );
      return [id, judge(check, Object.fromEntries(facts), context)] as const;
    });
    return Object.fromEntries(await Promise.all(judged));
  } finally {
    await host.close();
    stop.abort();
  }
}
