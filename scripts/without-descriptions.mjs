// An esbuild plugin that leaves the descriptions of the keys out of the schema of the environment file: the JSON Schema,
// which is generated before the build, has them.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { parseAst } from 'rollup/parseAst';

export const withoutDescriptions = {
  name: 'without-descriptions',
  setup(setup) {
    setup.onLoad({ filter: /\/src\/environment\/.*schema\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts', target: 'node20' });
      // All of `described(schema, …)` goes but the schema, in which there may be more of them.
      const cuts = callsOf('described', parseAst(code)).flatMap(({ start, end, arguments: [schema] }) => [
        [start, schema.start],
        [schema.end, end],
      ]);
      const kept = cuts
        .sort(([a], [b]) => b - a)
        .reduce((text, [from, to]) => text.slice(0, from) + text.slice(to), code);
      return { contents: kept };
    });
  },
};

function callsOf(name, node) {
  if (typeof node !== 'object' || node === null) return [];
  const own = node.type === 'CallExpression' && node.callee.name === name ? [node] : [];
  return [...own, ...Object.values(node).flatMap((inner) => callsOf(name, inner))];
}
