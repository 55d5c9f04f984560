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

export interface ExampleOptions {
  /** Where editors find the schema: a path beside the file, or a URL. */
  readonly schemaPath?: string;
  /** Lines of comment above everything else. */
  readonly head?: readonly string[];
  /** Name of the one environment. */
  readonly name?: string;
  /** What is known of the environment, by section and key; it stands in the place of examples and defaults. */
  readonly values?: Values;
}

type Values = Readonly<Record<string, unknown>>;

const exampleHead = [
  'The environment file of clawcheck, with every key. Keys that are commented out are optional; the others are',
  'required, or show their default. Several environments can stand side by side under `environments`.',
];

/** An environment file with every key, its value, default or an example, and its meaning as a comment. */
export function exampleFile(
  schema: Schema,
  {
    schemaPath = './schemas/clawcheck.schema.json',
    head = exampleHead,
    name = 'prod',
    values = {},
  }: ExampleOptions = {},
): string {
  const { version: _, environments, ...others } = schema.properties ?? {};
  const environment = environments?.additionalProperties as Schema;
  return [
    `# yaml-language-server: $schema=${schemaPath}`,
    '#',
    ...head.map((line) => `# ${line}`),
    'version: 1',
    ...body({ properties: others }, 0, {}),
    'environments:',
    `  ${name}:`,
    ...body(environment, 4, values),
    '',
  ].join('\n');
}

function body({ properties = {}, required = [] }: Schema, indent: number, values: Values, off = false): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const space = ' '.repeat(indent);
    const known = values[key];
    const needed = required.includes(key);
    const isSection = schema.properties !== undefined && schema.example === undefined;
    const shown = needed || 'default' in schema || isSection;
    // A part of a section that may be absent as a whole, such as another service, is for whoever has it to switch on.
    const absent = isSection && !needed && (!opens(schema) || (indent > 4 && !('default' in schema)));
    const hidden = known === undefined && (off || !shown || absent);
    const lead = space + (hidden ? '# ' : '');
    const lines = schema.description ? [`${space}# ${schema.description}`] : [];
    if (isSection) return [...lines, `${lead}${key}:`, ...body(schema, indent + 2, (known ?? {}) as Values, hidden)];
    const value = known ?? (needed ? schema.example : (schema.default ?? schema.example));
    lines.push(...yaml({ [key]: value }).map((line) => lead + line));
    const isEmptyList = Array.isArray(value) && value.length === 0;
    if (isEmptyList && schema.example) lines.push(...yaml(schema.example).map((line) => `${space}#   ${line}`));
    return lines;
  });
}

/** Whether a section can stand switched on: it demands nothing, and has something to show. */
function opens({ properties = {}, required = [] }: Schema): boolean {
  const shown = Object.values(properties).some((p) => 'default' in p || (p.properties !== undefined && opens(p)));
  return required.length === 0 && shown;
}

function yaml(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}
