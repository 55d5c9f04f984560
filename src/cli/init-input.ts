import { aws, git } from '../environment/access-schema.ts';
import { UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import type * as z from '../model/zod.ts';
import type { Asker } from './ask.ts';

/** What is typed at once, by the schema that the environment file is held against in the end. */
const schemas = {
  account: aws.shape.account,
  region: aws.shape.region,
  repository: git.shape.repository.def.innerType,
} satisfies Record<string, z.ZodMiniType>;
type Typed = keyof typeof schemas;

const refusalOf = (key: Typed, answer: string) => schemas[key].safeParse(answer).error?.issues[0]?.message;

/** Refuses an option before anything is asked of anybody. @throws UsageError */
export function checkTyped(options: Readonly<Partial<Record<Typed, string>>>): void {
  for (const key of Object.keys(schemas) as Typed[]) {
    const given = options[key];
    const refusal = given === undefined ? undefined : refusalOf(key, given);
    if (refusal !== undefined)
      throw new UsageError(`--${key} ${inert(given ?? '', 100)} does not fit`, `It has to be ${refusal}.`);
  }
}

/** Asks until the answer has its form; an empty one counts where it may be left out. */
export async function askTyped(
  asker: Asker | undefined,
  key: Typed,
  what: string,
  { optional = false } = {},
): Promise<string | undefined> {
  return asker?.text(what, (answer) => (optional && answer === '' ? undefined : refusalOf(key, answer)));
}
