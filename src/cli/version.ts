import { readFileSync } from 'node:fs';

/** The version of this package. */
export const version: string = JSON.parse(readFileSync(packageFile(), 'utf8')).version;

/** The sources are two folders below the package file, the built file is one. */
export function packageFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json', import.meta.url);
}
