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
import type { EnvironmentValues } from '../setup/write-config.ts';
import type { Asker } from './ask.ts';

type EnvironmentFile = ReturnType<typeof parseEnvironmentFile>;

interface Place {
  readonly config: string;
  readonly env: string;
}

interface Look extends HostDiscovery {
  /** A host was there, and did not take the login. */
  readonly refused?: boolean;
}

/**
 * Looks at a host as the environment file says, and where no host takes the login, as the person at the terminal says.
 * @param fileWith the environment file with more in it
 */
export async function askedHostDiscovery(
  fileWith: (more: EnvironmentValues) => EnvironmentFile,
  place: Place,
  asker: Asker | undefined,
  signal: AbortSignal,
): Promise<HostDiscovery> {
  const look = await hostDiscovery(fileWith({}), place, signal);
  if (!look.refused || !asker) return look;
  const key = await asker.text('the file of the private key to log in to the hosts with, empty for none');
  if (key === '') return look;
  const user = await asker.text('the user to log in as, empty for the one of the file');
  const ssh = { privateKeyFile: key, ...(user !== '' && { user }) };
  const again = await hostDiscovery(fileWith({ ssh }), place, signal);
  return { ...again, values: { ...again.values, ssh: { ...ssh, ...again.values['ssh'] } } };
}

/** Looks at the first instance that lets it in, as the environment file says that a run would. */
async function hostDiscovery({ environments }: EnvironmentFile, place: Place, signal: AbortSignal): Promise<Look> {
  const { config, env } = place;
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
): Promise<Look> {
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
    const refused = error instanceof UsageError || error.reason === 'auth_failed';
    return { ...nothingOfHost, refused, lost: [named(`${error.message}${error.next ? `. ${error.next}` : ''}`)] };
  }
}

export const nothingOfHost: HostDiscovery = { values: {}, skills: [], lost: [] };
