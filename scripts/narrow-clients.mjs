// An esbuild plugin that narrows each AWS client package to the operations of the allow-list. The packages are
// imported whole, by name, in the sources; without this the whole API of each service would be shipped.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { narrowSchemas } from './narrow-schemas.mjs';

const require = createRequire(import.meta.url);

/** Modules of the SDK that do nothing here, and what stands in their place. */
const unused = [
  // Tells browsers apart.
  [/\/bowser\//, 'export default {};'],
  // Lets extensions change the settings of a client: none is given any.
  [/\/runtimeExtensions\.js$/, 'export const resolveRuntimeExtensions = (config) => config;'],
  // Works out what it would log of each call, for nobody.
  [
    /\/middleware-logger\/loggerMiddleware\.js$/,
    `export const loggerMiddleware = undefined, loggerMiddlewareOptions = undefined;
    export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  ],
  // Tells the trace of a Lambda function, for which it asks a package before each call.
  [
    /\/recursionDetectionMiddleware\.js$/,
    'export const recursionDetectionMiddleware = () => (next) => (args) => next(args);',
  ],
  // Counts what adaptive retries wait for: the budget of an account does, for all its calls.
  [
    /\/DefaultRateLimiter\.js$/,
    'export class DefaultRateLimiter { async getSendToken() {} updateClientSendingRate() {} }',
  ],
  // Bodies of answers in a browser.
  [/\/sdk-stream-mixin\.browser\.js$/, "export const sdkStreamMixin = () => { throw new Error('no stream'); };"],
  [/\/createUserAgentStringParsingProvider\.js$/, 'export const createUserAgentStringParsingProvider = undefined;'],
  // Asks the instance for its region, for settings that clawcheck makes itself.
  [/\/getInstanceMetadataRegion\.js$/, 'export const getInstanceMetadataRegion = async () => undefined;'],
  // Signs for several regions at once with a package that is not installed.
  [
    /\/SignatureV4MultiRegion\.js$/,
    `import { SignatureV4 } from '@smithy/signature-v4';
    export class SignatureV4MultiRegion extends SignatureV4 { static sigv4aDependency() { return 'none'; } }`,
  ],
  // Signs messages of streams of events.
  [/\/HeaderFormatter\.js$/, 'export class HeaderFormatter {} export const Int64 = undefined;'],
  // For a Node without digests, which could not speak TLS either.
  [/\/checksum\/sha256\/Sha256Js\.js$/, 'export const Sha256Js = undefined;'],
  // No operation that is kept answers with a stream of events; one that an extension names is refused.
  [
    /\/submodules\/event-streams\/index\.js$/,
    `export const eventStreamSerdeProvider = () => undefined;
    export const resolveEventStreamSerdeConfig = (config) => config;
    export class EventStreamSerde { constructor() { throw new Error('streams of events are not read'); } }`,
  ],
];

const endpointMessages = [
  'Invalid Configuration: FIPS and custom endpoint are not supported',
  'Invalid Configuration: Dualstack and custom endpoint are not supported',
  'FIPS and DualStack are enabled, but this partition does not support one or both',
  'FIPS is enabled but this partition does not support FIPS',
  'DualStack is enabled but this partition does not support DualStack',
  'Invalid Configuration: Missing Region',
];

export async function narrowClients() {
  const { operations } = await importBundled('src/ports/aws-operations.ts');
  const { drillOperations } = await importBundled('src/ports/drill-operations.ts');
  const namesOf = (list) => [...new Set(Object.keys(list).map((operation) => operation.split(':')[1]))];
  // The commands that change anything are in no file that a run loads: the drills import theirs from a file of their own.
  const names = { narrowed: namesOf(operations), drills: namesOf(drillOperations) };
  return {
    name: 'narrow-clients',
    setup(setup) {
      setup.onResolve({ filter: /^@aws-sdk\/client-/ }, ({ path, importer }) => {
        if (importer.includes('node_modules')) return undefined;
        return { path, namespace: importer.endsWith('/drill-clients.ts') ? 'drills' : 'narrowed' };
      });
      setup.onLoad({ filter: /^@aws-sdk\/client-/ }, ({ path, namespace }) => {
        const folder = join(dirname(require.resolve(`${path}/package.json`)), 'dist-es');
        const client = readdirSync(folder).filter((name) => /^[A-Z]\w*Client\.js$/.test(name));
        const commands = names[namespace].map((name) => `commands/${name}Command.js`);
        const kept = [...client, ...commands.filter((name) => existsSync(join(folder, name)))];
        const exported = kept.map((name) => `export { ${basename(name, '.js')} } from './${name}';`);
        return { contents: exported.join('\n'), resolveDir: folder };
      });
      // Of the clients of the credential providers, every operation is used.
      setup.onLoad({ filter: /@aws-sdk\/[^/]+\/dist-es\/.*schemas_\d+\.js$/ }, async ({ path }) => {
        const errors = await readFile(join(dirname(path), '../models/errors.js'), 'utf8').catch(() => '');
        const isRetryable = (name) =>
          errors.split(/^export class /m).some((code) => code.startsWith(`${name} `) && code.includes('$retryable'));
        const isKept = (name) =>
          path.includes('/nested-clients/') || Object.values(names).some((kept) => kept.includes(name));
        return { contents: narrowSchemas(await readFile(path, 'utf8'), isKept, isRetryable) };
      });
      // The credential providers import them as a whole, and of that, clients, commands and what assumes roles.
      setup.onLoad({ filter: /\/nested-clients\/dist-es\/submodules\/[^/]+\/index\.js$/ }, async ({ path }) => {
        const lines = (await readFile(path, 'utf8')).split('\n');
        return { contents: lines.filter((line) => /(Client|\/commands|RoleAssumers)";$/.test(line)).join('\n') };
      });
      shareSettings(setup);
      // Every client says the same about settings that no endpoint has.
      setup.onResolve({ filter: /^endpoint-messages$/ }, ({ path }) => ({ path, namespace: 'shared' }));
      setup.onLoad({ filter: /^endpoint-messages$/, namespace: 'shared' }, () => ({
        contents: `export const messages = ${JSON.stringify(endpointMessages)};`,
      }));
      setup.onLoad({ filter: /\/endpoint\/bdd\.js$/ }, async ({ path }) => {
        const rules = endpointMessages.reduce(
          (text, message, i) => text.replace(JSON.stringify(message), `messages[${i}]`),
          await readFile(path, 'utf8'),
        );
        return { contents: `import { messages } from 'endpoint-messages';\n${rules}` };
      });
      // Of their own package files, the clients read the version.
      setup.onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
        const { version } = JSON.parse(await readFile(path, 'utf8'));
        return { contents: JSON.stringify({ version }), loader: 'json' };
      });
      setup.onLoad({ filter: /\/schemas\/NormalizedSchema\.js$/ }, async ({ path }) => ({
        contents: listMembers(await readFile(path, 'utf8')),
      }));
      // Regions have descriptions, which no endpoint has.
      setup.onLoad({ filter: /\/lib\/aws\/partitions\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replaceAll(/"description": "[^"]*"/g, ''),
      }));
      setup.onLoad({ filter: /\/xml-builder\/dist-es\/xml-parser\.js$/ }, async ({ path }) => ({
        contents: cutOut(await readFile(path, 'utf8')),
      }));
      for (const [filter, contents] of unused) setup.onLoad({ filter }, () => ({ contents }));
    },
  };
}

/**
 * Clients read their settings by the same code, word by word, but for their version and what is their own, and the
 * parameters of their endpoints but for the name that they sign with: each stands once.
 */
function shareSettings(setup) {
  const texts = new Map();
  /** @returns the name of a module with the text */
  const share = (text) => {
    const id = createHash('sha256').update(text).digest('hex');
    texts.set(id, text);
    return `shared-settings-${id}`;
  };
  setup.onLoad({ filter: /\/runtimeConfig\.js$/ }, async ({ path }) => {
    const own = /^import (?:packageInfo|\{ getRuntimeConfig as getSharedRuntimeConfig \}) .*\n/gm;
    const text = await readFile(path, 'utf8');
    const shared = text
      .replaceAll(own, '')
      .replace('getRuntimeConfig = ', 'withOwn = (packageInfo, getSharedRuntimeConfig) => ');
    const rest = `import { withOwn } from '${share(shared)}';
      export const getRuntimeConfig = /* @__PURE__ */ withOwn(packageInfo, getSharedRuntimeConfig);`;
    return { contents: `${text.match(own).join('')}${rest}` };
  });
  setup.onLoad({ filter: /\/endpoint\/EndpointParameters\.js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    const [, name] = /defaultSigningName: ("[\w-]+")/.exec(text);
    const shared = text
      .replace(name, 'signingName')
      .replace('resolveClientEndpointParameters = (options)', 'withName = (signingName) => (options)');
    return {
      contents: `import { withName } from '${share(shared)}'; export { commonParams } from '${share(shared)}';
        export const resolveClientEndpointParameters = /* @__PURE__ */ withName(${name});`,
    };
  });
  setup.onResolve({ filter: /^shared-settings-/ }, ({ path }) => ({ path, namespace: 'shared' }));
  setup.onLoad({ filter: /^shared-settings-/, namespace: 'shared' }, ({ path }) => ({
    contents: texts.get(path.split('-').pop()),
    resolveDir: process.cwd(),
  }));
}

/** What the parser of XML puts together letter by letter, it looks up the end of and cuts out. */
function cutOut(parser) {
  const letters =
    /let (\w+) = "";\s*while \(p\.i < p\.z && (?:!"(.+)"\.includes\(p\.x\[p\.i\]\)|p\.x\[p\.i\] !== (.+))\) \{\s*\1 \+= p\.x\[p\.i\+\+\];\s*\}/g;
  const ends = [];
  const cut = parser.replaceAll(letters, (_, name, anyOf, one) => {
    if (one) return `const ${name} = p.upTo(p.x.indexOf(${one}, p.i));`;
    ends.push(`/[${anyOf.replace('/', '\\/')}]/g`);
    return `ends[${ends.length - 1}].lastIndex = p.i;
      const ${name} = p.upTo(ends[${ends.length - 1}].exec(p.x)?.index ?? -1);`;
  });
  if (cut.includes('+= p.x[') || ends.length !== 2) throw new Error('the parser of XML is another');
  return cut.replace(
    'class AwsXmlParser {',
    `const ends = [${ends}];
    class AwsXmlParser {
      upTo(end) { const begin = this.i; this.i = end < 0 ? this.z : end; return this.x.slice(begin, this.i); }`,
  );
}

/** The members of a form, which the SDK hands out one by one for each value that has it, as the list that it keeps of them. */
function listMembers(schema) {
  const list = schema
    .replace(
      '*structIterator() {\n        if (this.isUnitSchema()) {\n            return;',
      'structIterator() { if (this.isUnitSchema()) { return [];',
    )
    .replace(/yield\* it;\s*return;/, 'return it;')
    .replace('yield (it[i] = [k, v]);', 'it[i] = [k, v];')
    .replace('struct[anno.it] = it;', 'return (struct[anno.it] = it);');
  if (/yield|\*structIterator/.test(list)) throw new Error('the forms of values are others');
  return list;
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
