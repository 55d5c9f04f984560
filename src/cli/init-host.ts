import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { livePorts } from '../adapters/live.ts';
import { targetsOf } from '../doctor/hosts.ts';
import type { LoadedEnvironment, parseEnvironmentFile } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { ProbeError, UsageError } from '../model/reason.ts';
import type { Ports } from '../ports/ports.ts';
import { asProbeError, Gatherer } from '../runner/gather.ts';
import { discoverHost, type HostDiscovery } from '../setup/discover-host.ts';

/** Looks at the first instance that lets it in, as the environment file says that a run would. */
export async function hostDiscovery(
  { environments }: ReturnType<typeof parseEnvironmentFile>,
  { config, env }: { readonly config: string; readonly env: string },
  signal: AbortSignal,
): Promise<HostDiscovery> {
  const environment = { ...environments[env], name: env } as Environment;
  const { ssh } = environment;
  const quick = { ...environment, ssh: { ...ssh, connectSeconds: Math.min(ssh.connectSeconds, connectSeconds) } };
  const directory = dirname(resolve(config));
  const live = livePorts({ environment: quick, others: [], directory } as unknown as LoadedEnvironment, signal);
  try {
    const context = { environment: quick, others: [], now: new Date(), nonce: randomUUID(), signal, active: false };
    const gatherer = new Gatherer(
      context,
      live.ports,
      () => new Date(),
      () => {},
    );
    const targets = await targetsOf(gatherer, context);
    if (targets instanceof ProbeError) return { ...nothingOfHost, lost: [`hosts: ${targets.message}`] };
    if (targets.length === 0) return { ...nothingOfHost, lost: ['hosts: no running instance has an address'] };
    const looks = targets.slice(0, mostHosts).map(({ address, keys }) => lookAt(address, keys, live.ports, signal));
    const found = await Promise.all(looks);
    return found.find(({ values }) => Object.keys(values).length > 0) ?? found[0] ?? nothingOfHost;
  } finally {
    live.close();
  }
}

/** Shorter than a run waits: whoever has no way to the instances should not wait for long. */
const connectSeconds = 8;
const mostHosts = 3;

async function lookAt(
  address: string,
  fingerprints: readonly string[],
  ports: Ports,
  signal: AbortSignal,
): Promise<HostDiscovery> {
  const named = (line: string) => `host ${address}: ${line}`;
  try {
    const host = await ports.openHost({ address, fingerprints }, signal);
    try {
      const found = await discoverHost(host, signal);
      return { ...found, lost: found.lost.map(named) };
    } finally {
      await host.close();
    }
  } catch (thrown) {
    // A key file that is not there is as much a reason as a host that does not answer.
    const error = thrown instanceof UsageError ? thrown : asProbeError(thrown, 'init');
    return { ...nothingOfHost, lost: [named(`${error.message}${error.next ? `. ${error.next}` : ''}`)] };
  }
}

export const nothingOfHost: HostDiscovery = { values: {}, skills: [], lost: [] };
