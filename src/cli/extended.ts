import { registry } from '../../checks/index.ts';
import type { LoadedEnvironment } from '../environment/load.ts';
import type { ExtendedRegistry } from '../extensions/load.ts';

/**
 * The checks of clawcheck and those of the extensions that --checks and the environment file name.
 * @throws UsageError for an extension that cannot be used
 */
export async function extendedRegistry(
  given: readonly string[],
  loaded?: Pick<LoadedEnvironment, 'checks' | 'directory'>,
): Promise<ExtendedRegistry> {
  const named = loaded?.checks ?? [];
  if (given.length === 0 && named.length === 0) return { registry, extensions: [] };
  const { extend } = await import('../extensions/load.ts');
  const first = await extend(registry, named, loaded?.directory ?? process.cwd());
  const both = await extend(first.registry, given, process.cwd());
  return { registry: both.registry, extensions: [...first.extensions, ...both.extensions] };
}
