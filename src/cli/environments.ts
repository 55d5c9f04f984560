import type { LoadedFile } from '../environment/load.ts';
import { UsageError } from '../model/reason.ts';
import { some } from '../model/text.ts';

/** How the command line names environments. */
export interface Choice {
  readonly env: readonly string[];
  readonly all?: boolean | undefined;
  readonly shard?: string | undefined;
}

/**
 * The environments that the command line asks for, each once, in the order of the file for `--all`.
 * @throws UsageError where it asks for none, or for one that the file does not have
 */
export function chosenFrom(file: LoadedFile, path: string, { env, all = false, shard }: Choice): readonly string[] {
  if (all && env.length > 0) throw new UsageError('--all and --env exclude each other');
  if (!all && env.length === 0) {
    throw new UsageError(
      'which environment? Name it with --env, or all with --all',
      `${path} has: ${some(file.names, 20) || 'none'}.`,
    );
  }
  const asked = all ? file.names : [...new Set(env)];
  for (const name of asked) file.load(name);
  if (asked.length === 0) throw new UsageError(`${path} has no environment`);
  const part = shard === undefined ? asked : shardOf(asked, shard);
  if (part.length === 0) {
    throw new UsageError(`--shard ${shard}: no environment is left for it`, `There are ${asked.length} in all.`);
  }
  return part;
}

/** The `i`th of `n` parts of a list, for `i/n`: each item is in exactly one, and their sizes differ by one at most. */
export function shardOf<T>(list: readonly T[], shard: string): readonly T[] {
  const [, i = '', n = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(shard) ?? [];
  const [part, parts] = [Number(i), Number(n)];
  if (part < 1 || part > parts) {
    throw new UsageError(`--shard takes the number of the part and of all parts, such as 2/10, not ${shard}`);
  }
  return list.filter((_, index) => index % parts === part - 1);
}
