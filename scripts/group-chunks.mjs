// Puts the files of an esbuild bundle together that are loaded together. esbuild makes a file of everything that two
// entries share, a hundred and fifty in all, of which a run loads ninety; each costs half a millisecond to find and read.
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import { asPart } from './part.mjs';

/**
 * Each group becomes a file of its own, with what its sources import, save what an earlier group has and what is loaded
 * when it is needed. What is in no group stays as it is.
 * @param outputs text of each file of the bundle, by name
 * @param metafile of the bundle, whose outputs have the same names
 * @param entries files that keep their names
 * @param groups name -> whether a source begins the group
 * @param parts groups whose compiled code is kept
 * @returns text of each file, by name
 */
export async function groupChunks(outputs, metafile, entries, groups, parts) {
  const groupOf = new Map();
  for (const [group, begins] of Object.entries(groups)) {
    const join = (name) => {
      if (groupOf.has(name)) return;
      groupOf.set(name, group);
      for (const { path, kind, external } of metafile.outputs[name].imports)
        if (!external && kind === 'import-statement') join(path);
    };
    for (const [name, { entryPoint }] of Object.entries(metafile.outputs))
      if (entryPoint && begins(entryPoint)) join(name);
  }
  const bundle = await rollup({
    input: entries,
    treeshake: true,
    plugins: [
      {
        name: 'files-of-the-bundle',
        resolveId: (specifier) => {
          const name = specifier.replace(/^\.\//, '');
          return name in outputs ? name : { id: specifier, external: true };
        },
        load: (name) => outputs[name],
      },
    ],
  });
  const { output } = await bundle.generate({
    format: 'esm',
    chunkFileNames: '[name].js',
    // An entry does more than to be imported, so that nothing else may be in its file.
    manualChunks: (name) => (entries.includes(name) ? undefined : groupOf.get(name)),
    onlyExplicitManualChunks: true,
    hoistTransitiveImports: false,
  });
  const finish = async ({ name, fileName, code }) => {
    if (parts.includes(name)) return Object.entries(await asPart(name, code));
    const minified = await transform(code, { minify: true, format: 'esm', target: 'node20', legalComments: 'none' });
    return [[fileName, minified.code]];
  };
  return Object.fromEntries((await Promise.all(output.map(finish))).flat());
}
