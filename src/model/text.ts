const longest = 400;
/** What nearly every text is: nothing in it would be shown otherwise. */
const isInert = /^(?:[\x20-\x22\x24-\x7e]|#(?!#))*$/;

/**
 * Text of unknown origin as inert text: printable ASCII, on one line, of bounded length. Everything else is shown as
 * `\u{...}`, so that nothing can act on a terminal, a log or a reader's eye.
 */
export function inert(text: string, limit = longest): string {
  if (text.length <= limit && isInert.test(text)) return text;
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    // `##[` and `##vso[` are commands of some CI systems, wherever in a line they stand.
    const shown = code >= 0x20 && code <= 0x7e && !(char === '#' && out.endsWith('#'));
    out += shown ? char : `\\u{${code.toString(16)}}`;
    if (out.length > limit) return `${out.slice(0, limit - 3)}...`;
  }
  return out;
}

/** `1 instance`, `2 instances`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** The first few of a list, and how many more. */
export function some<T = string>(items: readonly T[], most = 5, name: (item: T) => string = String): string {
  const shown = items.slice(0, most).map(name).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
