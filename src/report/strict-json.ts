/** Text that is not JSON in the strict sense, and where. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

const deepest = 40;

/**
 * Parses JSON and refuses what `JSON.parse` lets through: a key that stands twice in an object (the second would win
 * over what a reader saw first), keys that act on prototypes, and depth without bound.
 * @throws JsonError
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError('it is not JSON');
  }
  // The text is well-formed from here on: a scan over its tokens is enough to find the keys of each object.
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  const open: { keys: Set<string> | undefined; expectsKey: boolean }[] = [];
  for (const [found] of text.matchAll(token)) {
    const inner = open.at(-1);
    if (found === '{' || found === '[') {
      open.push({ keys: found === '{' ? new Set() : undefined, expectsKey: found === '{' });
      if (open.length > deepest) throw new JsonError(`it is nested deeper than ${deepest} levels`);
    } else if (found === '}' || found === ']') open.pop();
    else if (found === ',') {
      if (inner) inner.expectsKey = inner.keys !== undefined;
    } else if (found.startsWith('"') && inner?.keys && inner.expectsKey) {
      const key = JSON.parse(found) as string;
      if (inner.keys.has(key)) throw new JsonError(`the key ${JSON.stringify(key)} stands twice in one object`);
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        throw new JsonError(`the key ${key} is not allowed`);
      inner.keys.add(key);
      inner.expectsKey = false;
    }
  }
  return value;
}
