import type { Environment } from '../../environment/schema.ts';
import type { ReadFile } from '../../judging/branch-files.ts';
import { alwaysPasses, type EvalCase, isConstantScript, scriptOf } from '../../judging/eval-case.ts';
import { filesProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';
import { casesOf, type Dict, dereference, isDict, parseData, resolvePath } from './eval-document.ts';
import { parseResults } from './eval-results.ts';
import { tableTests } from './eval-table.ts';
import { notingFiles } from './noting-files.ts';

export interface EvalConfig {
  readonly path: string;
  readonly cases: readonly EvalCase[];
  /** Ids and labels of the configured models; empty where they are made by a program. */
  readonly providers: readonly string[];
  /** What only a program knows (tests in JavaScript, Python, a spreadsheet …), where no results carry its cases. */
  readonly program: string | undefined;
  /** What it sets in the environment of promptfoo; empty where only a program knows. */
  readonly env: Dict;
  /** Settings by which only some of its cases are run, or that name a file with more variables. */
  readonly narrowed?: readonly string[];
  /** Whether it turns the cache of promptfoo off. */
  readonly uncached?: boolean;
  /** The configuration and the files that it names, as read. */
  readonly files: readonly ReadFile[];
}

const below = (pattern: string) => pattern.replace(/^\.\//, '');
const data = /\.(ya?ml|json)$/i;

/** Every promptfoo configuration beside the environment file, with its cases merged as promptfoo does it. */
export const evalConfigs = filesProbe({
  id: 'files/eval-configs',
  async gather(files, _facts, { environment }): Promise<readonly EvalConfig[]> {
    const paths = await files.glob(below(environment.skills.evalConfigs));
    const configs = await Promise.all(
      paths.map(async (path) => {
        const noted: ReadFile[] = [];
        const config = await readConfig(notingFiles(files, noted), path);
        return { ...config, cases: await withScripts(files, config), files: noted };
      }),
    );
    return Promise.all(configs.map((config) => (config.program ? withCases(files, config, environment) : config)));
  },
});

/** The cases with what the scripts show that they and their assertions name. promptfoo finds these beside the configuration. */
async function withScripts(files: FilesPort, { path, cases }: Pick<EvalConfig, 'path' | 'cases'>) {
  const shows = async (value: unknown, isSo: (script: string) => boolean) => {
    const script = scriptOf(value);
    const text = script && (await files.read(resolvePath(script, path)).catch(() => undefined));
    return text ? isSo(text) : false;
  };
  const constantsIn = async (assertion: unknown): Promise<string[]> => {
    const { value, assert } = (assertion ?? {}) as { value?: unknown; assert?: unknown };
    if (Array.isArray(assert)) return (await Promise.all(assert.map(constantsIn))).flat();
    return (await shows(value, isConstantScript)) ? [String(value)] : [];
  };
  return Promise.all(
    cases.map(async ({ scoring, ...one }) => {
      const constant = (await Promise.all(one.asserts.map(constantsIn))).flat();
      const given = (await shows(scoring, alwaysPasses)) ? 'its assertScoringFunction lets everything pass' : one.given;
      return { ...one, given, ...(constant.length > 0 && { constant }) };
    }),
  );
}

/**
 * The cases of a configuration that is a program: as the installed promptfoo evaluates it, where one is named; else from
 * the results that promptfoo wrote, those that are named like the folder of the configuration.
 */
async function withCases(files: FilesPort, config: EvalConfig, environment: Environment): Promise<EvalConfig> {
  const named = environment.skills.promptfoo !== undefined && files.evaluate;
  const text = named ? await named(config.path, 'cases') : await writtenResults(files, config, environment);
  const cases = text ? parseResults(text, config.path).runs.map((run) => run.case) : [];
  return cases.length > 0 ? { ...config, cases, program: undefined } : config;
}

async function writtenResults(files: FilesPort, { path }: EvalConfig, environment: Environment) {
  const name = `${path.split('/').at(-2)}.json`;
  const [found] = (await files.glob(below(environment.skills.evalResults))).filter((p) => p.split('/').at(-1) === name);
  return found === undefined ? undefined : files.read(found);
}

async function readConfig(files: FilesPort, path: string): Promise<Omit<EvalConfig, 'files'>> {
  const unread = { path, cases: [], providers: [], env: {} };
  if (!data.test(path)) return { ...unread, program: path };
  const raw = parseData(await demand(files, path), 'a promptfoo configuration');
  if (!isDict(raw)) throw new ProbeError('bad_response', 'a promptfoo configuration is not a mapping');
  const config = dereference(raw, raw) as Dict;
  const env = isDict(config['env']) ? config['env'] : {};
  const defaults = await defaultTest(files, config['defaultTest'], path);
  const tests = await testsOf(files, config['tests'] ?? [], path);
  const parts = ['evaluateOptions', 'commandLineOptions'].map((part) => [part, config[part]] as const);
  const narrowed = parts.flatMap(([part, options]) =>
    Object.keys(isDict(options) ? options : {}).flatMap((key) =>
      /^(filter|envPath$)/.test(key) ? `${part}.${key}` : [],
    ),
  );
  const uncached = parts.some(([, options]) => isDict(options) && options['cache'] === false);
  // What promptfoo makes of scenarios is not worked out here.
  const scenarios = [config['scenarios'] ?? []].flat().length > 0;
  if (scenarios || defaults === undefined || tests === undefined) {
    return { ...unread, env, narrowed, uncached, program: `${scenarios ? 'scenarios' : 'tests'} of ${path}` };
  }
  const cases = tests.flatMap(({ test, from, exact }) => casesOf(test, defaults, from).map((c) => ({ ...c, exact })));
  return {
    path,
    cases,
    providers: providerIds(config['providers'] ?? config['targets']),
    program: undefined,
    env,
    narrowed,
    uncached,
  };
}

async function demand(files: FilesPort, path: string): Promise<string> {
  const text = await files.read(path);
  if (text === undefined) {
    throw new ProbeError('not_found', 'a promptfoo configuration names a file that does not exist', {
      next: 'Run promptfoo validate on each configuration.',
    });
  }
  return text;
}

async function defaultTest(files: FilesPort, value: unknown, from: string): Promise<Dict | undefined> {
  if (value === undefined || value === null) return {};
  if (isDict(value)) return value;
  if (typeof value !== 'string' || !data.test(value)) return undefined;
  const loaded = parseData(await demand(files, resolvePath(value, from)), 'a promptfoo defaultTest');
  return isDict(loaded) ? (dereference(loaded, loaded) as Dict) : undefined;
}

interface FoundTest {
  readonly test: Dict;
  readonly from: string;
  readonly exact: boolean;
}

/** Undefined when only a program could tell. */
async function testsOf(files: FilesPort, tests: unknown, from: string): Promise<FoundTest[] | undefined> {
  const found: FoundTest[] = [];
  for (const entry of Array.isArray(tests) ? tests : [tests]) {
    if (typeof entry === 'string') {
      const more = await testsOfFile(files, resolvePath(entry, from));
      if (!more) return undefined;
      found.push(...more);
    } else if (isDict(entry) && typeof entry['path'] === 'string' && !('assert' in entry) && !('vars' in entry)) {
      return undefined;
    } else if (isDict(entry)) {
      found.push({ test: await withVarsOfFile(files, entry, from), from, exact: true });
    } else throw new ProbeError('bad_response', 'a promptfoo configuration has a test that is not a mapping');
  }
  return found;
}

/** A file or glob with tests: a list, one test, lines of JSON, or a table. */
async function testsOfFile(files: FilesPort, pattern: string): Promise<FoundTest[] | undefined> {
  const paths = /[*?[{]/.test(pattern) ? await files.glob(pattern) : [pattern];
  const found: FoundTest[] = [];
  for (const from of paths) {
    if (/\.csv$/i.test(from)) {
      found.push(...tableTests(await demand(files, from)).map((test) => ({ test, from, exact: false })));
    } else if (/\.jsonl$/i.test(from)) {
      const lines = (await demand(files, from)).split('\n').filter((line) => line.trim() !== '');
      found.push(...lines.map((line) => asTest(parseData(line, 'a line of promptfoo tests'), from)));
    } else if (data.test(from)) {
      const raw = parseData(await demand(files, from), 'a file of promptfoo tests');
      const loaded = dereference(raw, raw);
      const entries = Array.isArray(loaded) ? loaded : [loaded];
      if (entries.some((entry) => typeof entry === 'string')) return undefined;
      for (const entry of entries) {
        const test = asTest(entry, from);
        found.push({ ...test, test: await withVarsOfFile(files, test.test, from) });
      }
    } else return undefined;
  }
  return found;
}

function asTest(value: unknown, from: string): FoundTest {
  if (!isDict(value)) throw new ProbeError('bad_response', 'a file of promptfoo tests has one that is not a mapping');
  return { test: value, from, exact: true };
}

/** `vars` may name a file with them. */
async function withVarsOfFile(files: FilesPort, test: Dict, from: string): Promise<Dict> {
  const { vars } = test;
  if (typeof vars !== 'string') return test;
  if (!data.test(vars)) throw new ProbeError('bad_response', 'the vars of a promptfoo test are not in YAML or JSON');
  return { ...test, vars: parseData(await demand(files, resolvePath(vars, from)), 'a file of promptfoo vars') };
}

function providerIds(providers: unknown): string[] {
  return (Array.isArray(providers) ? providers : [providers]).flatMap((provider): string[] => {
    if (typeof provider === 'string') return provider.startsWith('file://') ? [] : [provider];
    if (!isDict(provider)) return [];
    const { id, label } = provider;
    return [label, id, typeof id === 'string' ? undefined : Object.keys(provider)[0]]
      .filter((name): name is string => typeof name === 'string')
      .slice(0, 1);
  });
}
