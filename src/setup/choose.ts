/** Things of one kind that were found, the likeliest first. */
export interface Ranked<T> {
  /** Set when one stands out: it is the only one, or shares more of its name with the deployment than any other. */
  readonly chosen: T | undefined;
  readonly candidates: readonly T[];
}

const product = 'openclaw';

const wordsOf = (name: string) =>
  new Set(
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== ''),
  );

/** Whether a name or a tag says that a thing belongs to an OpenClaw deployment. */
export const namesProduct = (...names: readonly (string | undefined)[]): boolean =>
  names.some((name) => name?.toLowerCase().includes(product));

/**
 * Ranks things by the words that their names share with that of the deployment. Nothing is chosen where two are alike,
 * and nothing that shares no word unless it is the only one and `lone` says that this is enough.
 * @param hints words that make one of them likelier, such as `gateway`
 */
export function rank<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  deployment: string,
  { hints = [], lone = false }: { readonly hints?: readonly string[]; readonly lone?: boolean } = {},
): Ranked<T> {
  const wanted = new Set([...wordsOf(deployment), product]);
  const scored = items
    .map((item) => {
      const words = [...wordsOf(nameOf(item))];
      const shared = words.filter((word) => wanted.has(word)).length;
      const hinted = words.filter((word) => hints.some((hint) => word.startsWith(hint))).length;
      // Of two that fit alike, the plainer name: `gateway` before `gateway-staging`.
      return { item, shared, score: shared * 20 + hinted * 5 - (words.length - shared - hinted) };
    })
    .sort((a, b) => b.score - a.score || (nameOf(a.item) < nameOf(b.item) ? -1 : 1));
  const [first, second] = scored;
  const alone = items.length === 1 && lone;
  const standsOut = first !== undefined && first.shared > 0 && first.score > (second?.score ?? 0);
  return { chosen: standsOut || alone ? first?.item : undefined, candidates: scored.map(({ item }) => item) };
}
