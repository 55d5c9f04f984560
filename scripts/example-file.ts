import { stringify } from 'yaml';

/** The part of JSON Schema that the environment file's schema uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/** An environment file with every key, its default or an example, and its meaning as a comment. */
export function exampleFile(schema: Schema): string {
  const environment = schema.properties?.['environments']?.additionalProperties as Schema;
  return [
    '# yaml-language-server: $schema=./schemas/clawcheck.schema.json',
    '#',
    '# The environment file of clawcheck, with every key. Keys that are commented out are optional; the others are',
    '# required, or show their default. Several environments can stand side by side under `environments`.',
    'version: 1',
    'environments:',
    '  prod:',
    ...body(environment, 4),
    '',
  ].join('\n');
}

function body({ properties = {}, required = [] }: Schema, indent: number, off = false): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const needed = required.includes(key);
    const value = needed ? schema.example : (schema.default ?? schema.example);
    const optional = !needed && !('default' in schema) && !hasSetKeys(schema);
    const lead = ' '.repeat(indent) + (off || optional ? '# ' : '');
    const comment = schema.description ? [`${' '.repeat(indent)}# ${schema.description}`] : [];
    if (schema.properties && schema.example === undefined) return [...comment, `${lead}${key}:`, ...body(schema, indent + 2, off || optional)];
    const lines = stringify({ [key]: value }, { lineWidth: 0, flowCollectionPadding: false, defaultStringType: 'PLAIN' }).trimEnd().split('\n');
    return [...comment, ...lines.map((line) => lead + line)];
  });
}

/** Whether a section holds keys that are required or have a default, so that it is shown switched on. */
function hasSetKeys({ properties, required = [] }: Schema): boolean {
  return Object.values(properties ?? {}).some((p) => 'default' in p || hasSetKeys(p)) && (required.length === 0 || true);
}
