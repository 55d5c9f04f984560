/** `2026.7.1-2` as numbers: year, month, patch, and the number of the rebuild after it. */
type Parts = readonly [year: number, month: number, patch: number, rebuild: number, isPreview: boolean];

/**
 * Orders two versions by their numbers: patches exceed 9, and `2026.7.1-2` is a later build of `2026.7.1`. A suffix
 * of words (`-beta.1`) comes before the release that it is named after. Undefined when one is not a version.
 */
export function compareVersions(a: string, b: string): number | undefined {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (!left || !right) return undefined;
  for (const i of [0, 1, 2] as const) if (left[i] !== right[i]) return left[i] - right[i];
  if (left[4] !== right[4]) return left[4] ? -1 : 1;
  return left[3] - right[3];
}

function partsOf(version: string): Parts | undefined {
  const match = /^(\d{4})\.(\d{1,2})\.(\d{1,3})(?:-(\d{1,4})|-([0-9A-Za-z][0-9A-Za-z.]*))?$/.exec(version);
  if (!match) return undefined;
  const [, year, month, patch, rebuild, preview] = match;
  return [Number(year), Number(month), Number(patch), Number(rebuild ?? 0), preview !== undefined];
}
