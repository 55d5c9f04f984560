import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder } from '../adapters/files/kind.ts';
import { UsageError } from '../model/reason.ts';
import { type Format, suffixOf } from './formats.ts';

/**
 * The files of --output for one environment: `{env}` is its name, and a folder (one that is there, or a name that ends
 * with /, which is made) gets `report-<environment>.json`, or what --format says.
 */
export function filesFor(outputs: readonly string[], environment: string, format: Format = 'json'): string[] {
  return outputs.map((output) => {
    const file = output.replaceAll('{env}', environment);
    if (file.endsWith('/')) makeFolder(file);
    return file !== '-' && isFolder(file) ? join(file, `report-${environment}${suffixOf(format)}`) : file;
  });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`the folder --output ${path} cannot be made (${code})`, 'Name another one.');
  }
}

/** @throws UsageError where environments would write over each other */
export function refuseShared(option: string, names: readonly (string | undefined)[]): void {
  const given = names.filter((name) => name !== undefined);
  const twice = given.find((name, i) => given.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new UsageError(
    `${option} ${twice} would be written more than once`,
    'Put {env} in the name, which stands for the environment, or name a folder.',
  );
}
