import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { UsageError } from '../model/reason.ts';
import { some } from '../model/text.ts';
import type { z } from '../model/zod.ts';
import { type Environment, type EnvironmentFile, environmentSchema, fileSchema } from './schema.ts';
import { nearest } from './suggest.ts';

/** Bytes: room for a fleet of a thousand environments. */
const largest = 4 * 1024 * 1024;
/** A fleet may name what its environments have in common once; nested aliases, which multiply, come to an end here. */
const mostAliases = 10_000;

export interface LoadedEnvironment {
  readonly environment: Environment;
  /** The other environments of the file, for checks that compare them. */
  readonly others: readonly Environment[];
  /** Extensions with checks of the user's own, as the file names them. */
  readonly checks: readonly string[];
  /** Absolute path of the environment file. */
  readonly path: string;
  /** Files that the environment names are found from here. */
  readonly directory: string;
  /** Digest of the bytes of the file. */
  readonly sha256: string;
}

/** An environment file, read once, however many of its environments are asked for. */
export interface LoadedFile {
  /** In the order of the file. */
  readonly names: readonly string[];
  /** @throws UsageError where the file has no environment of that name */
  load(name: string): LoadedEnvironment;
}

/**
 * Reads the environment file and one environment of it.
 * @throws UsageError with file, line and next step; never a stack for what the user wrote
 */
export function loadEnvironment(path: string, name: string | undefined): LoadedEnvironment {
  const { names, load } = loadFile(path);
  if (name === undefined) {
    throw new UsageError('which environment? Name it with --env', `${path} has: ${names.join(', ') || 'none'}.`);
  }
  return load(name);
}

/** @throws UsageError as `loadEnvironment` does */
export function loadFile(path: string): LoadedFile {
  const bytes = readBytes(path);
  const file = parseEnvironmentFile(bytes.toString('utf8'), path);
  const names = Object.keys(file.environments);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const absolute = resolve(path);
  const all = new Map(names.map((name) => [name, { ...file.environments[name], name } as Environment]));
  return {
    names,
    load(name) {
      const environment = all.get(name);
      if (!environment) {
        const near = nearest(name, names);
        const list = names.length > 0 ? `it has: ${some(names, 20)}` : 'it has none';
        throw new UsageError(
          `${path} has no environment ${JSON.stringify(name)}; ${list}`,
          near && `Did you mean --env ${near}?`,
        );
      }
      return {
        environment,
        others: [...all.values()].filter((other) => other !== environment),
        checks: file.checks,
        path: absolute,
        directory: dirname(absolute),
        sha256,
      };
    },
  };
}

function readBytes(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new UsageError(
        `there is no environment file ${path}`,
        'Name it with --config FILE, or let clawcheck init write one.',
      );
    }
    if (code === 'EISDIR') throw new UsageError(`the environment file ${path} is a folder`, 'Name the file in it.');
    throw new UsageError(
      `cannot read the environment file ${path} (${code ?? 'unknown error'})`,
      'Look at who may read it, and at the folders above it.',
    );
  }
  if (bytes.length > largest) throw new UsageError(`${path} is larger than ${largest} bytes`);
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16 || bytes.includes(0)) throw new UsageError(`${path} is not text in UTF-8`, 'Save it as UTF-8.');
  return bytes;
}

/** How many mistakes a message names. */
const most = 5;

/** @throws UsageError naming the line of each mistake, the first `most` of them */
export function parseEnvironmentFile(text: string, path: string): EnvironmentFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    resolveKnownTags: false,
    // `<<: *common` takes over what environments have in common.
    merge: true,
  });
  const at = (offset: number | undefined) => (offset === undefined ? path : `${path}:${lines.linePos(offset).line}`);
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) throw new UsageError(`${at(broken.pos[0])}: ${firstLine(broken.message)}`, 'Mend the YAML.');
  if (document.directives?.yaml.version === '1.1') {
    throw new UsageError(`${path} says that it is of YAML 1.1`, 'It is read as YAML 1.2; take %YAML 1.1 out of it.');
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: mostAliases });
  } catch {
    throw new UsageError(`${path}: too many aliases`, 'Write the values out.');
  }
  const given = withoutNulls(value);
  if (given === null) throw new UsageError(`${path} is empty`, 'clawcheck init writes one, with --force over this.');
  const checked = fileSchema.safeParse(given);
  if (checked.success) return checked.data;
  // A key that nobody knows first: it may be why another is missing.
  const unknown = checked.error.issues.filter(({ code }) => code === 'unrecognized_keys');
  const others = checked.error.issues.filter(({ code }) => code !== 'unrecognized_keys');
  const mistakes = [...unknown, ...others].flatMap((issue) => explain(issue, given, document.contents));
  const named = mistakes.slice(0, most).map(({ message, offset }) => `${at(offset)}: ${message}`);
  if (mistakes.length > most) named.push(`and ${mistakes.length - most} more`);
  throw new UsageError(named.join('\n'), 'clawcheck.example.yaml has every key with its meaning.');
}

/** A key with nothing behind it (every line below it commented out, say) is an absent key. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, item] of entries) copy[key] = withoutNulls(item);
  return copy;
}

function explain(
  issue: z.core.$ZodIssue,
  given: unknown,
  root: ParsedNode | null,
): { message: string; offset: number | undefined }[] {
  const where = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, knownKeys(where));
      const hint = near ? ` (did you mean ${near}?)` : '';
      return { message: `unknown key ${[...where, key].join('.')}${hint}`, offset: keyOffset(root, [...where, key]) };
    });
  }
  const wrong = where.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], given);
  const text = issue.code === 'invalid_type' && wrong === undefined ? 'is missing' : issue.message;
  return [{ message: `${where.join('.') || 'the file'}: ${text}`, offset: keyOffset(root, where) }];
}

/** The keys that the schema knows at a path, for suggestions. */
function knownKeys(path: readonly string[]): string[] {
  let schema: unknown = fileSchema;
  for (const [depth, key] of path.entries()) {
    const shape = shapeOf(schema);
    schema = depth === 1 && path[0] === 'environments' ? environmentSchema : shape?.[key];
  }
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  let inner = schema as
    | { shape?: Record<string, unknown>; def?: { innerType?: unknown; element?: unknown } }
    | undefined;
  while (inner && !inner.shape) inner = (inner.def?.innerType ?? inner.def?.element) as typeof inner;
  return inner?.shape;
}

/** Where the longest part of a path stands in the file. */
function keyOffset(root: ParsedNode | null, path: readonly string[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (!pair) break;
    offset = (pair.key as ParsedNode).range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
