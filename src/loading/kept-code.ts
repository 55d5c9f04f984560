import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from './cache-folder.ts';

const digestBytes = 32;
/** How long what was compiled is kept: after that it may be of a build or a Node that nobody has any more. */
const keptMs = 30 * 24 * 3_600_000;
const keptName = /-[0-9a-f]{16}-\d+(\.\d+)?$/;

/** What was compiled in this process, and where it would be looked for. */
const compiled: { readonly file: string; readonly versions: number; readonly script: Script }[] = [];

/**
 * Runs a large part of the bundle, the way `import` would, with what an earlier process kept of its compiled code. What
 * Node 22.8 and later keep of a module is compiled before its first run: it lacks every function that was called later.
 *
 * @param part of the bundle, a function (module, require, url, load), and the module that stands for it
 * @param imports of the part, by specifier; what is not among them is Node's
 * @param load for `import()`
 * @returns what the part exports
 */
export function runPart(
  part: { readonly path: string; readonly sha256: string; readonly url: string },
  imports: Readonly<Record<string, object>>,
  load: (specifier: string) => Promise<object>,
): object {
  const filename = fileURLToPath(new URL(part.path, part.url));
  const require = createRequire(part.url);
  const module = { exports: {} };
  const run = compile(readFileSync(filename, 'latin1'), filename, part.sha256);
  run(module, (name: string) => imports[name] ?? require(name), part.url, load);
  return module.exports;
}

/**
 * What `require` answers for a package that is not in the bundle, each of whose files runs like a part.
 *
 * @param name of a package of CommonJS
 * @param from the module that asks
 */
export function requirePackage(name: string, from: string): unknown {
  const modules = new Map<string, { exports: object }>();
  const requireOf = (file: string) => {
    const require = createRequire(file);
    return (name: string): unknown => {
      if (isBuiltin(name)) return require(name);
      const found = require.resolve(name);
      return found.endsWith('.js') ? load(found) : require(found);
    };
  };
  const load = (file: string): object => {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, 'utf8')}\n})`;
    const run = compile(text, file, createHash('sha256').update(text).digest('hex'));
    run.call(module.exports, module.exports, requireOf(file), module, file, dirname(file));
    return module.exports;
  };
  return requireOf(from)(name);
}

/** What a script comes to, compiled with what is kept of it. @param sha256 of the text */
function compile(text: string, filename: string, sha256: string): (...args: unknown[]) => void {
  const versions = cachedDataVersionTag();
  // V8 compares the length of the text only.
  const file = join(cacheFolder, `${basename(filename)}-${sha256.slice(0, 16)}-${versions}`);
  const kept = read(file);
  const script = new Script(text, { filename, ...(kept && { cachedData: kept }) });
  if (!kept || script.cachedDataRejected) compiled.push({ file, versions, script });
  return script.runInThisContext();
}

/** Keeps what is compiled by now. To be called when all that most processes do is done. */
export function keepCompiled(): void {
  if (compiled.length > 0) discardOld();
  for (const { file, versions, script } of compiled.splice(0)) {
    // With other flags than at the start it would be refused.
    if (isOff() || cachedDataVersionTag() !== versions) continue;
    const data = script.createCachedData();
    const fresh = `${file}.${process.pid}`;
    try {
      mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
      writeFileSync(fresh, Buffer.concat([digestOf(data), data]), { mode: 0o600 });
      renameSync(fresh, file);
    } catch {
      discard(fresh);
    }
  }
}

function discardOld(): void {
  try {
    for (const name of readdirSync(cacheFolder).filter((name) => keptName.test(name))) {
      const file = join(cacheFolder, name);
      if (statSync(file).mtimeMs < Date.now() - keptMs) discard(file);
    }
  } catch {}
}

/** Where nothing could be written, there may be nothing to remove either. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {}
}

/** Undefined where nothing is kept, or not all of what was written. V8 runs whatever it is given. */
function read(file: string): Buffer | undefined {
  if (isOff()) return undefined;
  try {
    const whole = readFileSync(file);
    const data = whole.subarray(digestBytes);
    return digestOf(data).equals(whole.subarray(0, digestBytes)) ? data : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

/** Node's own switch. */
function isOff(): boolean {
  return Boolean(process.env['NODE_DISABLE_COMPILE_CACHE']);
}
