// A large file of the bundle as a script beside a module that stands for it: of a script, what was compiled when it ran
// can be kept (src/loading/kept-code.ts).
import { createHash } from 'node:crypto';
import { transform } from 'esbuild';
import { parseAst } from 'rollup/parseAst';

/**
 * @param name of the file, without its ending
 * @param code of the module, not minified
 * @returns text of each file, by name: the module, and the script
 */
export async function asPart(name, code) {
  const { body } = parseAst(code);
  const imports = body.filter(({ type }) => type === 'ImportDeclaration');
  const exports = body.filter(({ type }) => type === 'ExportNamedDeclaration');
  const exported = exports.flatMap(({ specifiers }) => specifiers);
  const own = [...new Set(imports.map(({ source }) => source.value))].filter((from) => !from.startsWith('node:'));
  // What the module exports is what the script had exported when it had run.
  const changed = assignedLater(body).find((variable) => exported.some(({ local }) => local.name === variable));
  if (changed) throw new Error(`${name}: ${changed} is exported and changes later`);

  const changes = [
    ...[...imports, ...exports].map(({ start, end }) => ({ start, end, by: '' })),
    ...found(body, 'MetaProperty').map(({ start, end }) => ({ start, end: end + '.url'.length, by: 'clawcheckUrl' })),
    ...found(body, 'ImportExpression').map(({ start }) => ({
      start,
      end: start + 'import'.length,
      by: 'clawcheckLoad',
    })),
  ];
  const rest = changes
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), code);
  const answer = exported.map(({ exported, local }) => `${exported.name}:${local.name}`);
  const names = exported.map((specifier) => specifier.exported.name);
  const script = [
    'clawcheckPart=function(module,require,clawcheckUrl,clawcheckLoad){"use strict";',
    ...imports.map(required),
    rest,
    `module.exports={${answer.join()}};`,
    '}',
  ];
  const minified = await transform(script.join('\n'), { target: 'node20', minify: true, legalComments: 'none' });
  const text = `(${minified.code
    .trim()
    .replace(/^clawcheckPart=/, '')
    .replace(/;$/, '')})`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is read as one byte a character.
  if (/[^\x00-\x7f]/.test(text)) throw new Error(`${name}: text that is not ASCII (write it with \\u)`);
  const part = { path: `${name}.cjs`, sha256: createHash('sha256').update(text).digest('hex') };
  const module = [
    ...own.map((specifier, i) => `import*as clawcheckImport${i} from${JSON.stringify(specifier)};`),
    `import{runPart as clawcheckRun}from"./kept-code.js";`,
    'const clawcheckPart=clawcheckRun(',
    `{...${JSON.stringify(part)},url:import.meta.url},`,
    `{${own.map((specifier, i) => `${JSON.stringify(specifier)}:clawcheckImport${i}`).join()}},`,
    's=>import(s));',
    `export const{${names.filter((name) => name !== 'default').join()}}=clawcheckPart;`,
    ...(names.includes('default') ? ['export default clawcheckPart.default;'] : []),
  ];
  return { [`${name}.js`]: module.join(''), [part.path]: text };
}

/** Everything of a kind in a tree. `import.meta` is asked for its `url` alone. */
function found(node, type) {
  if (Array.isArray(node)) return node.flatMap((one) => found(one, type));
  if (typeof node?.type !== 'string') return [];
  return [...(node.type === type ? [node] : []), ...Object.values(node).flatMap((value) => found(value, type))];
}

/** An import as what a script says in its place. */
function required({ source, specifiers }) {
  const from = `require(${JSON.stringify(source.value)})`;
  const named = specifiers.filter(({ type }) => type === 'ImportSpecifier');
  const whole = specifiers.filter(({ type }) => type !== 'ImportSpecifier');
  const pairs = named.map(({ imported, local }) => `${imported.name}:${local.name}`);
  const members = pairs.length > 0 ? [`{${pairs.join()}}=${from}`] : [];
  const variables = [...members, ...whole.map(({ local }) => `${local.name}=${from}`)];
  return variables.length > 0 ? `const ${variables.join()};` : `${from};`;
}

/** Names of the variables of the module that a function of it changes. */
function assignedLater(node, own) {
  if (Array.isArray(node)) return node.flatMap((one) => assignedLater(one, own));
  if (typeof node?.type !== 'string') return [];
  const inside = isFunction(node) ? new Set([...(own ?? []), ...declaredIn(node)]) : own;
  const target = { AssignmentExpression: node.left, UpdateExpression: node.argument }[node.type];
  const here = inside && target ? namesIn(target).filter((name) => !inside.has(name)) : [];
  return [...here, ...Object.values(node).flatMap((value) => assignedLater(value, inside))];
}

function isFunction({ type }) {
  return type === 'ArrowFunctionExpression' || type === 'FunctionExpression' || type === 'FunctionDeclaration';
}

/** What a function declares, whatever the block, without what the functions in it do. */
function declaredIn(node, outermost = true) {
  if (Array.isArray(node)) return node.flatMap((one) => declaredIn(one, outermost));
  if (typeof node?.type !== 'string') return [];
  const id = ['VariableDeclarator', 'FunctionDeclaration', 'ClassDeclaration', 'CatchClause'].includes(node.type)
    ? namesIn(node.type === 'CatchClause' ? node.param : node.id)
    : [];
  if (isFunction(node) && !outermost) return id;
  const params = isFunction(node) ? namesIn(node.params) : [];
  const within = isFunction(node) ? [node.body] : Object.values(node);
  return [...id, ...params, ...within.flatMap((value) => declaredIn(value, false))];
}

/** What a pattern gives values to; members of objects are no variables. */
function namesIn(pattern) {
  if (Array.isArray(pattern)) return pattern.flatMap(namesIn);
  if (pattern?.type === 'Identifier') return [pattern.name];
  if (pattern?.type === 'MemberExpression') return [];
  if (pattern?.type === 'AssignmentPattern') return namesIn(pattern.left);
  if (pattern?.type === 'Property') return namesIn(pattern.value);
  if (typeof pattern?.type !== 'string') return [];
  return Object.values(pattern).flatMap(namesIn);
}
