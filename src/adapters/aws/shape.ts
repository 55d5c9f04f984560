import { NormalizedSchema } from '@smithy/core/schema';
import { ProbeError } from '../../model/reason.ts';
import type { AnyCommand } from './clients.ts';

/**
 * Demands that everything in an answer has the type that AWS documents: the SDK hands on what it finds in JSON, and
 * what is no list, no number or no time would be compared, counted or looped over as if it were one.
 * @param command of the SDK, which has the documented form of its answer with it
 */
export function demandShape(operation: string, command: AnyCommand, answer: Readonly<Record<string, unknown>>): void {
  const wrong = misfit(NormalizedSchema.of(command.schema[5] as never), answer);
  if (wrong === undefined) return;
  throw new ProbeError('bad_response', `${operation} was answered with ${wrong} of another type than is documented`, {
    next: 'Check whether a proxy or portal answers in the place of AWS.',
  });
}

/** The first member that is not of its type, by its documented name; undefined when all are. Absent members are no matter. */
function misfit(schema: NormalizedSchema, value: unknown, name = 'a whole'): string | undefined {
  if (schema.isStructSchema()) {
    if (!isObject(value)) return name;
    const members = membersOf(schema);
    for (const [member, item] of Object.entries(value)) {
      const of = members.get(member);
      const wrong = of === undefined || item === undefined ? undefined : misfit(of, item, member);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (schema.isListSchema() || schema.isMapSchema()) {
    if (schema.isListSchema() ? !Array.isArray(value) : !isObject(value)) return name;
    const of = schema.getValueSchema();
    for (const item of Object.values(value as object)) {
      const wrong = misfit(of, item, name);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  return isOfType(schema, value) ? undefined : name;
}

const known = new WeakMap<object, ReadonlyMap<string, NormalizedSchema>>();

/** Of a structure, which the SDK would go through one by one, those that an answer lacks too. */
function membersOf(schema: NormalizedSchema): ReadonlyMap<string, NormalizedSchema> {
  const form = schema.getSchema() as object;
  const members = known.get(form) ?? new Map(schema.structIterator());
  known.set(form, members);
  return members;
}

function isOfType(schema: NormalizedSchema, value: unknown): boolean {
  if (schema.isBooleanSchema()) return typeof value === 'boolean';
  if (schema.isTimestampSchema()) return value instanceof Date && !Number.isNaN(value.getTime());
  if (schema.isStringSchema()) return typeof value === 'string' || value instanceof String;
  if (schema.isNumericSchema()) return Number.isFinite(value);
  // Bytes, documents and numbers of any size: nothing that is asked here answers with them.
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
