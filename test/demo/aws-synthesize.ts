import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';

type Arbitrary = fc.Arbitrary<unknown>;

/** What values to make. */
export interface Recipe {
  readonly string: fc.Arbitrary<string>;
  readonly number: fc.Arbitrary<number>;
  readonly boolean: fc.Arbitrary<boolean>;
  readonly date: fc.Arbitrary<Date>;
  /** Lengths of lists and maps. */
  readonly min: number;
  readonly max: number;
  /** Whether members may be left out. */
  readonly partial: boolean;
  /** Which member of each union is given, counted around; any where it is not said. */
  readonly unionMember?: number;
}

const seconds = { min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true };

/** The awkward text that every member of the full value has: markup, quotes, line ends, a space at the end. */
const awkward = `<&>"' ]]> %2F+?#=&a.1\r\n\té 😀 \u0001 end `;

/** A value for every member, with lists and maps of two. */
export const full = {
  string: fc.constant(awkward),
  number: fc.constant(-1234.5),
  boolean: fc.constant(true),
  date: fc.constant(new Date('2026-02-28T23:59:59.123Z')),
  min: 2,
  max: 2,
  partial: false,
  unionMember: 0,
} as const satisfies Recipe;

/** The empty or zero value for every member. */
export const empty: Recipe = {
  string: fc.constant(''),
  number: fc.constant(0),
  boolean: fc.constant(false),
  date: fc.constant(new Date(0)),
  min: 0,
  max: 0,
  partial: false,
  unionMember: 0,
};

/** Any values. Blank lines are left out: the SDK's XML reader takes them for layout between elements. */
export const any: Recipe = {
  string: fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text === '' || text.trim() !== ''),
  number: fc.oneof(fc.integer(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER, 0.1)),
  boolean: fc.boolean(),
  date: fc.date(seconds),
  min: 0,
  max: 3,
  partial: true,
};

/** Any values but the empty ones, for which some protocols have no form in a request. */
export const anyFilled: Recipe = { ...any, string: any.string.filter((text) => text !== ''), min: 1, partial: false };

/**
 * Values of a schema, read from the schema alone. A structure that contains itself is cut where it comes round, and
 * its member left out.
 */
export function valuesOf(schema: NormalizedSchema, recipe: Recipe): fc.Arbitrary<Record<string, unknown>> {
  return (struct(schema, recipe, []) ?? fc.constant({})) as fc.Arbitrary<Record<string, unknown>>;
}

function struct(schema: NormalizedSchema, recipe: Recipe, within: readonly unknown[]): Arbitrary | undefined {
  if (schema.isUnitSchema()) return fc.constant({});
  if (within.includes(schema.getSchema())) return undefined;
  const members: Record<string, Arbitrary> = {};
  for (const [name, member] of schema.structIterator()) {
    const values = arbitrary(member, recipe, [...within, schema.getSchema()]);
    if (values) members[name] = values;
  }
  if (schema.isUnionSchema()) return union(members, recipe);
  return fc.record(members, { requiredKeys: recipe.partial ? [] : Object.keys(members), noNullPrototype: true });
}

function union(members: Record<string, Arbitrary>, { unionMember }: Recipe): Arbitrary {
  const choices = Object.entries(members).map(([name, values]) => fc.record({ [name]: values }, plain));
  return fc.oneof(
    ...(unionMember === undefined ? choices : [choices[unionMember % choices.length] ?? fc.constant({})]),
  );
}

function arbitrary(schema: NormalizedSchema, recipe: Recipe, within: readonly unknown[]): Arbitrary | undefined {
  if (schema.isStructSchema()) return struct(schema, recipe, within);
  const length = { minLength: recipe.min, maxLength: recipe.max };
  if (schema.isListSchema()) {
    const item = arbitrary(schema.getValueSchema(), recipe, within);
    return item && fc.array(item, length);
  }
  if (schema.isMapSchema()) {
    const item = arbitrary(schema.getValueSchema(), recipe, within);
    const keys = fc.uniqueArray(fc.constantFrom('a', awkward, '0', 'a.b'), length);
    return item && keys.chain((all) => fc.record(Object.fromEntries(all.map((key) => [key, item])), plain));
  }
  if (schema.isStringSchema()) return recipe.string;
  if (schema.isNumericSchema()) return recipe.number;
  if (schema.isBooleanSchema()) return recipe.boolean;
  if (schema.isTimestampSchema()) return recipe.date;
  throw new Error(`no values are known for ${schema.getName(true)}`);
}

const plain = { noNullPrototype: true } as const;
