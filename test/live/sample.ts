/**
 * With `CLAWCHECK_EVERY_FLAW=1` (`npm run flaws:live`) all flaws; without, those by which a check is first seen to change
 * to a status, in their order: each takes seconds on the lab.
 * @param shows the changes that a flaw makes, as words
 */
export function sampled<T>(flaws: readonly T[], shows: (flaw: T) => readonly string[]): readonly T[] {
  if (process.env['CLAWCHECK_EVERY_FLAW']) return flaws;
  const seen = new Set<string>();
  return flaws.filter((flaw) => {
    const fresh = shows(flaw).filter((word) => !seen.has(word));
    for (const word of fresh) seen.add(word);
    return fresh.length > 0;
  });
}
