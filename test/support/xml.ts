/** One element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

/**
 * Parses XML as far as reports need it and refuses everything else: a document type, comments, CDATA, an attribute
 * twice, an entity that is not predefined, a character that XML 1.0 forbids.
 */
export function parseXml(text: string): Element {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))
    throw new Error('a character that XML forbids');
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  if (body === text) throw new Error('no XML declaration');
  const root: Element = { name: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  for (const [token, close, name, attributes = '', empty] of body.matchAll(
    /<(\/?)([A-Za-z-]+)((?: [A-Za-z-]+="[^"<]*")*)(\/?)>|[^<]+|</g,
  )) {
    const inner = open.at(-1);
    if (!inner) throw new Error('more is closed than was opened');
    if (name === undefined) {
      if (token === '<' || token.includes(']]>')) throw new Error('this is no text');
      inner.children.push(unescaped(token));
    } else if (close) {
      if (inner.name !== name) throw new Error(`${inner.name} is closed by ${name}`);
      open.pop();
    } else {
      const element = { name, attributes: parseAttributes(attributes), children: [] };
      inner.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const elements = root.children.filter((child): child is Element => typeof child !== 'string');
  const [element] = elements;
  if (open.length !== 1 || elements.length !== 1 || !element) throw new Error('not one closed root');
  return element;
}

function parseAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/ ([A-Za-z-]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`the attribute ${name} twice`);
    found[name] = unescaped(value);
  }
  return found;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|([a-z]+));|&/g, (_, code?: string, name?: string) => {
    const char = code === undefined ? predefined[name ?? ''] : String.fromCodePoint(Number(code));
    if (char === undefined) throw new Error('an entity that is not predefined');
    return char;
  });
}

export function attributesOf(element: Element): Readonly<Record<string, string>> {
  return element.attributes;
}

/** All elements of a name below one, in order. */
export function withName(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    return [...(child.name === name ? [child] : []), ...withName(child, name)];
  });
}

export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}
