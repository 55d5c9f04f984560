// Narrows a file of schemas of the AWS SDK to what some operations ask and are answered. Such a file is a list of
// declarations, each of which begins a line: texts, forms of values, errors and operations.

const kinds = { list: 1, map: 2, structure: 3, operation: 9 };

/**
 * @param text of the file
 * @param keeps whether an operation is kept, by its name
 * @param isRetryable whether a client may try again after an error, by the name of its class
 */
export function narrowSchemas(text, keeps, isRetryable) {
  const texts = new Map([...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]));
  const declarations = text
    // A key that is computed keeps alive what it is in: it is replaced by what it is.
    .replaceAll(/\[(_\w+)\]:/g, (all, name) => (texts.has(name) ? `${texts.get(name)}:` : all))
    // Without its class, an error is of the base class of the service, with its code as its name and with what was
    // answered as its members, which is all that is read.
    .replaceAll(/^\w+_registry\.registerError\((\w+)\$,.*$/gm, (all, name) =>
      name.endsWith('ServiceException') || isRetryable(name) ? all : '',
    )
    .split(/\n(?=[a-z_])/)
    .map((code) => {
      const [, name, kind] = /^(?:export )?(?:const|var) (\w+\$?) =(?: \[(\d),)?/.exec(code) ?? [];
      return { code, name, kind: Number(kind) };
    });
  const roots = declarations.filter(
    ({ code, name, kind }) =>
      name === undefined || (kind === kinds.operation ? keeps(name.slice(0, -1)) : /^export const/.test(code)),
  );
  const asked = reached(
    declarations,
    roots.flatMap(({ code, kind }) => (kind === kinds.operation ? [/=> (\w+\$?), \(\)/.exec(code)?.[1]] : [])),
  );
  const needed = reached(
    declarations,
    roots.flatMap(({ code }) => namesIn(code)),
  );
  const narrowed = declarations
    .filter((declaration) => roots.includes(declaration) || needed.has(declaration.name))
    .map(({ code, name, kind }) => {
      // What a member is called in a query belongs to what is asked.
      const called = asked.has(name) ? code : code.replaceAll(/"ec2QueryName": `\w+`,?\s*/g, '');
      // The names of operations and errors are sent; the others stand in messages about faults of the SDK alone.
      const isNameless = [kinds.list, kinds.map, kinds.structure].includes(kind);
      return isNameless ? withoutSmall(called.replace(/^([^[]*\[\d, n0, )_\w+/, '$1""'), texts) : called;
    })
    .concat(withSmall)
    .join('\n');
  // A text that is used once or is short takes less where it is used.
  const uses = new Map();
  for (const name of namesIn(narrowed)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const isInline = (name) => {
    const used = uses.get(name) - 1;
    return used * texts.get(name).length < texts.get(name).length + 8 + 3 * used;
  };
  return narrowed
    .replaceAll(/^const (_\w+) = "[^"]*";$/gm, (all, name) => (isInline(name) ? '' : all))
    .replaceAll(/(?<![\w"`])_\w+/g, (name) => (texts.has(name) && isInline(name) ? texts.get(name) : name));
}

function small(name) {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/**
 * Most members that EC2 answers with are called the same in XML but for a small first letter: it is left to `withSmall`
 * to say so, where every member has a name in XML.
 */
function withoutSmall(code, texts) {
  const form = /^(export var \w+\$ = )(\[3, n0, "",\s*0,\s*\[)([\w, ]+)(\],\s*\[)([\s\S]*)(\][^[]*\]);$/.exec(code);
  if (!form) return code;
  const [, variable, start, names, middle, types, end] = form;
  const members = [...types.matchAll(/\[([^[\]{}]+), \{ "xmlName": (\w+) \}\](?:, |$)/g)];
  const order = names.split(', ');
  if (members.map(([text]) => text).join('') !== types || members.length !== order.length) return code;
  const shorter = members.map(([text, type, xml], i) => {
    const isSmall = JSON.parse(texts.get(xml)) === small(JSON.parse(texts.get(order[i])));
    return isSmall ? type : text.replace(/, $/, '');
  });
  return `${variable}/* @__PURE__ */ withSmall(${start}${names}${middle}${shorter.join(', ')}${end});`;
}

const withSmall = `
${small}
function withSmall(structure) {
  structure[5] = structure[5].map((type, i) => Array.isArray(type) ? type : [type, { xmlName: small(structure[4][i]) }]);
  return structure;
}`;

/** The names of all declarations that the first ones lead to, with them. */
function reached(declarations, first) {
  const codeOf = new Map(declarations.map(({ name, code }) => [name, code]));
  const names = new Set(first);
  for (const name of names) for (const other of namesIn(codeOf.get(name) ?? '')) names.add(other);
  return names;
}

function namesIn(code) {
  return code.replaceAll(/"[^"]*"|`[^`]*`/g, '').match(/[A-Za-z_]\w*\$?/g) ?? [];
}
