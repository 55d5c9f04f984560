import type { Shape } from './shapes.ts';
import { notRecorded, WireError } from './wire.ts';

/** A value that fits its schema: dates are dates, nothing is null, no member is unknown. */
export type Plain = string | number | boolean | Date | Plain[] | { [member: string]: Plain };

export type Kind = 'struct' | 'list' | 'map' | 'string' | 'boolean' | 'number' | 'timestamp';

/** Traits that change the form on the wire and that no allowed operation has; refused, so that none is ignored. */
const unsupported = ['xmlFlattened', 'xmlAttribute', 'xmlNamespace', 'mediaType', 'streaming', 'sparse'] as const;
/** The timestamp whose form is the protocol's default; no allowed operation has another. */
const defaultTimestamp = 4;

/** What kind of value a schema describes. Throws for a kind that no allowed operation has. */
export function kindOf(shape: Shape): Kind {
  const traits: object = shape.getMergedTraits();
  for (const trait of unsupported) {
    if (trait in traits) throw new Error(`${shape.getName(true)}: the trait ${trait} is not supported`);
  }
  if (shape.isStructSchema()) return 'struct';
  if (shape.isListSchema()) return 'list';
  if (shape.isMapSchema()) return 'map';
  if (shape.isStringSchema()) return 'string';
  if (shape.isBooleanSchema()) return 'boolean';
  if (shape.isNumericSchema()) return 'number';
  if (shape.getSchema() === defaultTimestamp) return 'timestamp';
  throw new Error(`${shape.getName(true)}: this kind of value is not supported`);
}

/** How a tree of values names its members and writes its dates. */
export interface Reader {
  memberName(member: Shape, name: string): string;
  /** Undefined for what is not a date in this form. */
  date(value: unknown): Date | undefined;
}

/** The form in which the SDK's clients take inputs and return outputs; ISO 8601 is allowed, for JSON has no dates. */
const sdkReader: Reader = {
  memberName: (_member, name) => name,
  date(value) {
    if (value instanceof Date) return value;
    return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : undefined;
  },
};

/** Reads an SDK-shaped output. Throws `WireError` for what the schema has no place for: it would be lost on the wire. */
export function readOutput(shape: Shape, value: unknown, path: string): Record<string, Plain> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(path, 'an object');
  const { $metadata: _, ...members } = value as Record<string, unknown>;
  return readStruct(shape, members, sdkReader, path);
}

/** Reads a structure in the given form. An operation without input or output has the unit schema: no members. */
export function readStruct(shape: Shape, value: unknown, reader: Reader, path: string): Record<string, Plain> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(path, 'an object');
  const given = new Map(Object.entries(value).filter(([, member]) => member !== undefined && member !== null));
  const out: [string, Plain][] = [];
  for (const [name, member] of shape.structIterator()) {
    const key = reader.memberName(member, name);
    if (given.has(key)) out.push([name, readValue(member, given.get(key), reader, `${path}.${name}`)]);
    given.delete(key);
  }
  for (const key of given.keys()) throw new WireError(notRecorded, `${path} has no member ${JSON.stringify(key)}`);
  return complete(shape, out, path);
}

/** The structure of the members that were found. A union has exactly one. */
export function complete(shape: Shape, members: [string, Plain][], path: string): Record<string, Plain> {
  if (shape.isUnionSchema() && members.length !== 1) throw misfit(path, 'one member of its union');
  return Object.fromEntries(members);
}

function readValue(shape: Shape, value: unknown, reader: Reader, path: string): Plain {
  const kind = kindOf(shape);
  switch (kind) {
    case 'struct':
      return readStruct(shape, value, reader, path);
    case 'list': {
      if (!Array.isArray(value)) throw misfit(path, 'an array');
      const item = shape.getValueSchema();
      return value.map((each, index) => readValue(item, each, reader, `${path}[${index}]`));
    }
    case 'map': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misfit(path, 'an object');
      const item = shape.getValueSchema();
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([key, each]) => [key, readValue(item, each, reader, `${path}.${key}`)]));
    }
    case 'timestamp': {
      const date = reader.date(value);
      if (date === undefined || Number.isNaN(date.getTime())) throw misfit(path, 'a date');
      return date;
    }
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw misfit(path, 'a finite number');
      return value;
    case 'string':
      if (typeof value !== 'string') throw misfit(path, 'a string');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(path, 'a boolean');
      return value;
    default:
      return kind satisfies never;
  }
}

/** Reads a scalar from text, as it stands in a form or in a URL. Dates are ISO 8601 there. */
export function readText(shape: Shape, text: string, path: string): Plain {
  switch (kindOf(shape)) {
    case 'number':
      return readValue(shape, text.trim() === '' ? Number.NaN : Number(text), sdkReader, path);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw misfit(path, 'true or false');
      return text === 'true';
    default:
      return readValue(shape, text, sdkReader, path);
  }
}

export function misfit(path: string, expected: string): WireError {
  return new WireError(notRecorded, `${path} is not ${expected}`);
}
