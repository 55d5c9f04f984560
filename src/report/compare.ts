import type { Report } from '../model/report.ts';

/**
 * Where two reports of the same observations differ: the path of the first difference, or undefined. The mode and the
 * version of the tool may differ: they say how it was judged, not what was seen.
 */
export function firstDifference(a: Report, b: Report): string | undefined {
  return differs({ ...a, mode: 'live', tool: null }, { ...b, mode: 'live', tool: null }, '');
}

function differs(a: unknown, b: unknown, path: string): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const found = differs((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
