import type { Shape } from './shapes.ts';
import { complete, kindOf, misfit, type Plain, readText } from './values.ts';
import { notRecorded, WireError } from './wire.ts';

/** The two dialects of the query protocol: EC2 writes lists flat and capitalises its keys. */
export type Dialect = 'query' | 'ec2';

/** A form whose keys (`Filter.1.Value.2`) are taken apart at the dots. */
interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

/** Reads the parameters of a query request by the schema of the input. */
export function readForm(shape: Shape, form: Iterable<[string, string]>, dialect: Dialect): Record<string, Plain> {
  const root = newNode();
  for (const [key, text] of form) {
    let node = root;
    for (const part of key.split('.')) {
      const next = node.children.get(part) ?? newNode();
      node.children.set(part, next);
      node = next;
    }
    if (node.text !== undefined) throw new WireError(notRecorded, 'a parameter is given more than once');
    node.text = text;
  }
  return readMembers(shape, root, dialect, 'input');
}

function newNode(): Node {
  return { text: undefined, children: new Map() };
}

function readMembers(shape: Shape, node: Node, dialect: Dialect, path: string): Record<string, Plain> {
  const left = new Set(node.children.keys());
  const out: [string, Plain][] = [];
  for (const [name, member] of shape.structIterator()) {
    const key = memberKey(member, name, dialect);
    const child = node.children.get(key);
    if (child) out.push([name, readNode(member, child, dialect, `${path}.${name}`)]);
    left.delete(key);
  }
  for (const key of left) throw new WireError(notRecorded, `${path} has no parameter ${JSON.stringify(key)}`);
  return complete(shape, out, path);
}

function memberKey(member: Shape, name: string, dialect: Dialect): string {
  const { xmlName, ec2QueryName } = member.getMergedTraits() as { xmlName?: string; ec2QueryName?: string };
  const key = xmlName ?? name;
  if (dialect === 'query') return key;
  return ec2QueryName ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

function readNode(shape: Shape, node: Node, dialect: Dialect, path: string): Plain {
  switch (kindOf(shape)) {
    case 'struct':
      return readMembers(shape, node, dialect, path);
    case 'list':
      return readList(shape, node, dialect, path);
    case 'map':
      throw new Error(`${path}: maps are not supported in a form`);
    default:
      if (node.text === undefined || node.children.size > 0) throw misfit(path, 'a single value');
      return readText(shape, node.text, path);
  }
}

function readList(shape: Shape, node: Node, dialect: Dialect, path: string): Plain {
  // An empty list is a key with an empty text. EC2 has no form for it.
  if (node.text === '' && node.children.size === 0) return [];
  const item = shape.getValueSchema();
  const { xmlName } = item.getMergedTraits();
  const items = dialect === 'ec2' ? node : node.children.get(xmlName ?? 'member');
  const found = items?.children.size ?? 0;
  if (!items || found === 0) throw misfit(path, 'a list');
  return Array.from({ length: found }, (_, index) => {
    const child = items.children.get(String(index + 1));
    if (!child) throw misfit(path, 'numbered from 1 without a gap');
    return readNode(item, child, dialect, `${path}[${index}]`);
  });
}
