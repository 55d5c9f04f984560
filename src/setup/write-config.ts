import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { exampleFile } from '../environment/example-file.ts';

/** What `clawcheck init` knows of an environment, by section and key. */
export type EnvironmentValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The text of an environment file with what is known, and everything else as in the example.
 * @param config where it will be written
 * @param schema file of the JSON Schema of the package
 */
export function configText(name: string, values: EnvironmentValues, config: string, schema: string): string {
  const known = Object.entries(values)
    .map(([section, keys]) => [section, Object.fromEntries(Object.entries(keys).filter(([, v]) => v !== undefined))])
    .filter(([, keys]) => Object.keys(keys as object).length > 0);
  return exampleFile(JSON.parse(readFileSync(schema, 'utf8')), {
    name,
    schemaPath: schemaPathFor(config, schema),
    values: Object.fromEntries(known),
    head: [
      `The environment file of clawcheck, written by \`clawcheck init\` from what it found in AWS. Read it through: what`,
      'was found is a guess until a person has confirmed it. Keys that are commented out are optional. No secret belongs',
      'here: tokens come from the environment variables that are named.',
    ],
  });
}

/** Where an editor finds the schema of the package: beside the file if the package is below it, else by its full path. */
function schemaPathFor(config: string, schema: string): string {
  const path = relative(dirname(resolve(config)), schema)
    .split(sep)
    .join('/');
  return path.startsWith('..') ? schema : `./${path}`;
}
