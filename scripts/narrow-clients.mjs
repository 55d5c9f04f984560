// An esbuild plugin that narrows each AWS client package to the operations of the allow-list. The packages are
// imported whole, by name, in the sources; without this the whole API of each service would be shipped.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

export async function narrowClients() {
  const { operations } = await importBundled('src/ports/aws-operations.ts');
  const { drillOperations } = await importBundled('src/ports/drill-operations.ts');
  const namesOf = (list) => [...new Set(Object.keys(list).map((operation) => operation.split(':')[1]))];
  // The commands that change anything are in no file that a run loads: the drills import theirs from a file of their own.
  const names = { narrowed: namesOf(operations), drills: namesOf(drillOperations) };
  return {
    name: 'narrow-clients',
    setup(setup) {
      setup.onResolve({ filter: /^@aws-sdk\/client-/ }, ({ path, importer, pluginData }) => {
        if (pluginData === 'narrowed' || importer.includes('node_modules')) return undefined;
        return { path, namespace: importer.endsWith('/drill-clients.ts') ? 'drills' : 'narrowed' };
      });
      setup.onLoad({ filter: /^@aws-sdk\/client-/ }, async ({ path, namespace }) => {
        const client = createRequire(import.meta.url)(path);
        const kept = names[namespace].map((name) => `${name}Command`).filter((name) => name in client);
        const main = Object.keys(client).filter((name) => /^[A-Z]\w*Client$/.test(name));
        return {
          contents: `export { ${[...main, ...kept].join(', ')} } from '${path}';`,
          resolveDir: process.cwd(),
          pluginData: 'narrowed',
        };
      });
      // The schema files use computed keys, which keep every schema alive: `[_x]:` is replaced by what `_x` is. They also
      // register a class for each error of a service; without one, an error is of the service's base class and keeps
      // its code as its name, which is all that is read here.
      setup.onLoad({ filter: /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const values = new Map(
          [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
        );
        const narrowed = text
          .replaceAll(/\[(_\w+)\]:/g, (all, name) => (values.has(name) ? `${values.get(name)}:` : all))
          .replaceAll(/^\w+_registry\.registerError\((?!\w+ServiceException\$,).*$/gm, '');
        return { contents: narrowed };
      });
      // Of their own package files, the clients read the version.
      setup.onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
        const { version } = JSON.parse(await readFile(path, 'utf8'));
        return { contents: JSON.stringify({ version }), loader: 'json' };
      });
      // Tells browsers apart, which is never asked here.
      setup.onLoad({ filter: /\/bowser\// }, () => ({ contents: 'export default {};' }));
    },
  };
}

async function importBundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}
