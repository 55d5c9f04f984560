import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { registry } from '../checks/index.ts';
import type { Needs } from '../src/model/probe.ts';
import { operations } from '../src/ports/aws-operations.ts';
import { consoleKeys } from '../src/probes/aws/console-keys.ts';
import { probesOf } from '../src/runner/gather.ts';
import { allChecks } from '../src/runner/plan.ts';
import { boundProbes } from '../src/runner/run.ts';

/**
 * What the source text of each probe can ask of its port. A probe is code, so what it asks is not declared anywhere;
 * this reads it from the text: the literals in the probe's own declaration and in the functions that it leads to,
 * without those of the probes that it needs. A test holds every run of the embedded deployment against the result.
 */

interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly text: string;
  readonly isProbe: boolean;
}

interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Local name to file and name there. */
  readonly imports: ReadonlyMap<string, readonly [file: string, name: string]>;
}

/** By id of the probe, sorted: AWS operations, `GET path` and `rpc method` of the gateway, `GET path` of the git host. */
export function probeCalls(): Map<string, string[]> {
  const modules = new Map(sources('src').map((file) => [file, moduleOf(file)]));
  const all = [...modules.values()].flatMap(({ declarations }) => [...declarations.values()]);
  const needs: Needs[] = [boundProbes, { consoleKeys }, ...allChecks(registry).map(({ check }) => check.needs)];
  const asking = [...probesOf(needs)].filter(({ kind }) => kind === 'aws' || kind === 'git' || kind === 'gateway');
  const entries = asking.map(({ id }): [string, string[]] => {
    const found = all.filter(({ isProbe, text }) => isProbe && text.includes(`id: '${id}'`));
    if (found.length !== 1) throw new Error(`${found.length} declarations have the probe id ${id}`);
    const calls = reached(found[0] as Declaration, modules).flatMap(({ text }) => callsIn(text));
    return [id, [...new Set(calls)].sort()];
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/** The formatter puts each declaration of a module at the start of a line, and nothing else but its closing bracket. */
function moduleOf(file: string): Module {
  const text = readFileSync(file, 'utf8');
  const declarations = new Map<string, Declaration>();
  const starts = [...text.matchAll(/^(?:export )?(?:async )?(?:const|let|function|class) (\w+)/gm)];
  for (const [i, start] of starts.entries()) {
    const [, name = ''] = start;
    const part = text.slice(start.index, starts[i + 1]?.index);
    declarations.set(name, { file, name, text: part, isProbe: /^[^\n]*=\s*(aws|git|gateway)Probe\b/.test(part) });
  }
  const imports = new Map<string, readonly [string, string]>();
  for (const [, names = '', from = ''] of text.matchAll(/^import \{([^}]*)\} from '(\.[^']+)';/gm)) {
    for (const item of names.split(',')) {
      const [, name, local = name] = /^\s*(?:type )?(\w+)(?: as (\w+))?\s*$/.exec(item) ?? [];
      if (name && local) imports.set(local, [normalize(join(dirname(file), from)), name]);
    }
  }
  return { declarations, imports };
}

/** The declaration and what it leads to, stopping at other probes. */
function reached(start: Declaration, modules: ReadonlyMap<string, Module>): Declaration[] {
  const found = new Set([start]);
  for (const { file, text } of found) {
    const { declarations, imports } = modules.get(file) ?? { declarations: new Map(), imports: new Map() };
    for (const [word] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
      const [from, name] = imports.get(word) ?? [file, word];
      const next = (from === file ? declarations : modules.get(from)?.declarations)?.get(name);
      if (next && !next.isProbe) found.add(next);
    }
  }
  return [...found];
}

function callsIn(text: string): string[] {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, call = '']) => call);
  const unnamed = /\bgateway\s*\.rpc\(\s*[^'\s][^,)]*/.exec(text);
  if (unnamed) throw new Error(`a method that is not named where it is called: ${unnamed[0]}`);
  return [
    ...all(/'([a-z0-9]+:[A-Z]\w+)'/g).filter((operation) => Object.hasOwn(operations, operation)),
    ...all(/\bgateway\.get\('([^']+)'\)/g).map((path) => `GET ${path}`),
    ...all(/\bgateway\s*\.rpc\(\s*'([^']+)'/g).map((method) => `rpc ${method}`),
    ...all(/\bgit\.get\(`([^`]+)`\)/g).map((path) => `GET ${path.replaceAll('${', '{')}`),
  ];
}

/** The table as a module in the format of the linter. */
export function probeCallsModule(): string {
  const lines = [...probeCalls()].map(([id, calls]) => {
    const line = `  '${id}': '${calls.join(', ')}',`;
    return line.length <= 120 ? line : `  '${id}':\n    '${calls.join(', ')}',`;
  });
  return [
    '// Generated from the text of the probes by `npm run generate` (scripts/probe-calls.ts); do not edit.',
    '',
    '/** By id of a probe, what it may ask of its port: AWS operations, GET and RPC of the gateway, GET of the git host. */',
    'export const probeCalls: Readonly<Record<string, string>> = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}
