import type { Shape } from './shapes.ts';
import { kindOf, misfit, type Plain } from './values.ts';

/** The members of a structure as XML elements, one after the other. */
export function membersXml(shape: Shape, value: Plain): string {
  return Object.entries(value)
    .map(([name, each]) => {
      const member = shape.getMemberSchema(name);
      // The name of the member, not of its type: the client looks for no other.
      const { xmlName } = member.getMemberTraits() as { xmlName?: string };
      return element(xmlName ?? name, content(member, each));
    })
    .join('');
}

function content(shape: Shape, value: Plain): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const item = shape.getValueSchema();
    const name = item.getMergedTraits().xmlName ?? 'member';
    return value.map((each) => element(name, content(item, each))).join('');
  }
  if (typeof value !== 'object') return text(String(value));
  switch (kindOf(shape)) {
    case 'struct':
      return membersXml(shape, value);
    case 'map': {
      const item = shape.getValueSchema();
      const keyName = shape.getKeySchema().getMergedTraits().xmlName ?? 'key';
      const valueName = item.getMergedTraits().xmlName ?? 'value';
      const pairs = Object.entries(value).map(([key, each]) => [text(key), content(item, each)] as const);
      return pairs.map(([key, each]) => element('entry', element(keyName, key) + element(valueName, each))).join('');
    }
    default:
      throw misfit(shape.getName() ?? 'value', 'an object');
  }
}

/** The SDK's reader takes blank lines for the layout between elements and drops them, however they are written. */
function text(value: string): string {
  if (value.trim() === '' && value.includes('\n')) throw misfit('a text of blank lines', 'possible in XML');
  return escapeXml(value);
}

export function element(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in an element. Control characters are written by number, so that no reader drops them. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stand in the text as they are
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (found) => named[found] ?? `&#${found.charCodeAt(0)};`);
}
