import * as z from '../model/zod.ts';

/**
 * What a key is for, and a value that it may have: its description in the JSON Schema, its comment in the example
 * file. Those are generated before the build, which leaves the descriptions out.
 */
export function described<T extends z.ZodMiniType>(schema: T, description: string, example?: unknown): T {
  return schema.check(z.meta({ description, ...(example !== undefined && { example }) })) as T;
}
