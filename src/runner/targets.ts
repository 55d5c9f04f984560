import type { Environment } from '../environment/schema.ts';
import { consoleKeys } from '../probes/aws/console-keys.ts';
import type { Gatherer } from './gather.ts';

/** Host keys that AWS vouches for, by instance id; undefined where the environment file does not ask for them. */
export async function keysOf(
  gatherer: Gatherer,
  { ssh }: Environment,
): Promise<Readonly<Record<string, readonly string[]>> | undefined> {
  if (ssh.hosts.length > 0 || !ssh.trustConsoleKeys || ssh.fingerprints.length > 0) return undefined;
  const found = await gatherer.get(consoleKeys);
  return found.ok ? found.value : undefined;
}
