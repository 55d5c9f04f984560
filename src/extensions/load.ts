import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as module from 'node:module';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isFolder } from '../adapters/files/kind.ts';
import { UsageError } from '../model/reason.ts';
import type { ReportExtension } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { probesOf } from '../runner/gather.ts';
import { allChecks, type Registry } from '../runner/plan.ts';
import { boundProbes } from '../runner/run.ts';
import { acceptExtension } from './accept.ts';

/** The checks of a run: those of clawcheck, then those of each extension, and what is known about the extensions. */
export interface ExtendedRegistry {
  readonly registry: Registry;
  readonly extensions: readonly ReportExtension[];
}

const extensionsOfModules = ['.js', '.mjs', '.ts', '.mts'];
const mostFiles = 1000;

/**
 * Adds extensions to the registry. What is in the registry already stays as it is: an extension has an area of its own.
 * @param wanted files, folders, or names of packages that are installed at or above `from`
 * @throws UsageError for what cannot be found, loaded or accepted
 */
export async function extend(registry: Registry, wanted: readonly string[], from: string): Promise<ExtendedRegistry> {
  if (wanted.length === 0) return { registry, extensions: [] };
  answerImports();
  const standard = probesOf([boundProbes, ...allChecks(registry).map(({ check }) => check.needs)]);
  const areas: Record<string, Registry[string]> = { ...registry };
  const extensions: ReportExtension[] = [];
  for (const one of wanted) {
    const { entry, root } = find(one, from);
    const source = inert(one, 200);
    const { id, area } = acceptExtension(await load(entry, source), source, standard);
    if (Object.hasOwn(areas, id)) throw new UsageError(`two extensions have the name ${id.slice('custom-'.length)}`);
    areas[id] = area;
    extensions.push({ area: id, source, sha256: digestOf(root), checks: Object.keys(area.checks).length });
  }
  return { registry: areas, extensions };
}

/** The module of an extension, and the file or folder that it consists of. */
function find(wanted: string, from: string): { entry: string; root: string } {
  const path = resolve(from, wanted);
  if (existsSync(path)) return isFolder(path) ? entryOf(path, wanted) : { entry: path, root: path };
  if (/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/.test(wanted)) {
    for (let folder = from; ; folder = dirname(folder)) {
      const installed = join(folder, 'node_modules', wanted);
      if (existsSync(join(installed, 'package.json'))) return entryOf(installed, wanted);
      if (folder === dirname(folder)) break;
    }
  }
  throw new UsageError(
    `there is no extension ${JSON.stringify(wanted)}`,
    'Name a file, a folder, or a package that is installed beside the environment file.',
  );
}

function entryOf(folder: string, wanted: string): { entry: string; root: string } {
  const manifest = join(folder, 'package.json');
  const named = existsSync(manifest) ? namedEntry(readFileSync(manifest, 'utf8')) : undefined;
  const candidates = [named, ...extensionsOfModules.map((extension) => `index${extension}`)].flatMap((n) => n ?? []);
  const entry = candidates.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (entry && !relative(folder, entry).startsWith('..')) return { entry, root: folder };
  throw new UsageError(
    `the extension ${inert(wanted)} has no module`,
    'Give the folder an index.js, or a package.json with exports.',
  );
}

/** What a package.json names as the module, or undefined. */
function namedEntry(text: string): string | undefined {
  try {
    const { exports: all, main } = JSON.parse(text) as { exports?: unknown; main?: unknown };
    const own = typeof all === 'object' && all !== null && '.' in all ? all['.'] : all;
    const conditions = (typeof own === 'object' ? own : {}) as Record<string, unknown> | null;
    const found = [own, conditions?.['import'], conditions?.['node'], conditions?.['default'], main];
    return found.find((name): name is string => typeof name === 'string');
  } catch {
    return undefined;
  }
}

async function load(entry: string, source: string): Promise<unknown> {
  const typed = /^\.[mc]?ts$/.test(extname(entry));
  if (typed && !(process.features as { typescript?: unknown }).typescript) {
    throw new UsageError(
      `the extension ${source} is TypeScript, which Node.js ${process.version} does not load`,
      'Compile it to JavaScript, or use Node.js 22.18 or later.',
    );
  }
  try {
    return ((await import(pathToFileURL(entry).href)) as { default?: unknown }).default;
  } catch (thrown) {
    const { name = 'error', message = '' } = thrown instanceof Error ? thrown : {};
    throw new UsageError(`the extension ${source} could not be loaded: ${inert(`${name}: ${message}`)}`, 'Mend it.');
  }
}

/** `import … from 'clawcheck'` in an extension is this very program, wherever either of them is installed. */
function answerImports(): void {
  const api = new URL('./api.js', import.meta.url).href;
  if (hooked) return;
  hooked = true;
  const { registerHooks, register } = module as {
    registerHooks?: (hooks: { resolve: (s: string, context: unknown, next: typeof nextResolve) => unknown }) => void;
    register?: (specifier: string) => void;
  };
  if (registerHooks) {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'clawcheck' ? { url: api, shortCircuit: true } : next(specifier, context),
    });
    return;
  }
  const text = `export const resolve = (specifier, context, next) =>
    specifier === 'clawcheck' ? { url: ${JSON.stringify(api)}, shortCircuit: true } : next(specifier, context);`;
  register?.(`data:text/javascript,${encodeURIComponent(text)}`);
}

let hooked = false;
declare function nextResolve(specifier: string, context: unknown): unknown;

/** SHA-256 over the names and bytes of an extension's files, without what is installed in it and what is hidden. */
function digestOf(root: string): string {
  const hash = createHash('sha256');
  const files = isFolder(root) ? filesIn(root) : [root];
  if (files.length > mostFiles) throw new UsageError(`${root} has more than ${mostFiles} files`, 'Name the module.');
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${files.length === 1 ? basename(file) : relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
}
