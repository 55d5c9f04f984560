import type { Shape } from './shapes.ts';
import { kindOf, misfit, type Plain, type Reader, readStruct } from './values.ts';
import { WireError } from './wire.ts';

/** The two dialects: only the REST services give members another name in JSON. */
export type JsonNames = 'member' | 'jsonName';

/** Reads a JSON body by its schema. An empty body is an input without members. */
export function readJson(shape: Shape, body: string, names: JsonNames): Record<string, Plain> {
  const reader: Reader = {
    memberName: (member, name) => wireName(member, name, names),
    date: (value) => (typeof value === 'number' ? new Date(Math.round(value * 1000)) : undefined),
  };
  return readStruct(shape, parse(body), reader, 'input');
}

function parse(body: string): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new WireError('SerializationException', 'the body is not JSON');
  }
}

/** A value as the JSON services write it: dates in seconds since the epoch. */
export function toJson(shape: Shape, value: Plain, names: JsonNames): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) {
    const item = shape.getValueSchema();
    return value.map((each) => toJson(item, each, names));
  }
  if (typeof value !== 'object') return value;
  switch (kindOf(shape)) {
    case 'map': {
      const item = shape.getValueSchema();
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(item, each, names)]));
    }
    case 'struct':
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => {
          const member = shape.getMemberSchema(name);
          return [wireName(member, name, names), toJson(member, each, names)];
        }),
      );
    default:
      throw misfit(shape.getName() ?? 'value', 'an object');
  }
}

function wireName(member: Shape, name: string, names: JsonNames): string {
  return names === 'member' ? name : (member.getMergedTraits().jsonName ?? name);
}
