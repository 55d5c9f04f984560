import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandLine } from '../../src/cli/program.ts';
import { root } from '../support/cli.ts';
import { judgeFacts } from '../support/judge.ts';
import { pages } from './pages.ts';

/** What test/docs/commands.test.ts does not run: each block of a kind with its page, and the line that it begins at. */
const blocks = pages().flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^( *)```([a-z]*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ 1: indent = '', 2: kind = '', 3: body = '', index }) => ({
      kind,
      at: `${page}:${text.slice(0, index).split('\n').length}`,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
});
const ofKind = (...kinds: readonly string[]) => blocks.filter(({ kind }) => kinds.includes(kind));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
}
const schema: Schema & { $defs?: Record<string, Schema> } = JSON.parse(
  readFileSync(join(root, 'schemas/clawcheck.schema.json'), 'utf8'),
);

/** Keys of a value that its schema does not have. A block may lack what is required: it is a part of a file. */
function unknownKeys(value: unknown, given: Schema | undefined, path = ''): string[] {
  if (typeof value !== 'object' || value === null || given === undefined) return [];
  const wanted = given.$ref ? (schema.$defs?.[given.$ref.split('/').at(-1) ?? ''] ?? {}) : given;
  const ways = [wanted, ...(wanted.anyOf ?? []), ...(wanted.oneOf ?? []), ...(wanted.allOf ?? [])];
  if (Array.isArray(value)) {
    const items = ways.find((way) => way.items)?.items;
    return value.flatMap((item, i) => unknownKeys(item, items, `${path}[${i}]`));
  }
  const open = ways.find((way) => typeof way.additionalProperties === 'object')?.additionalProperties as
    | Schema
    | undefined;
  const known: Readonly<Record<string, Schema>> = Object.assign({}, ...ways.map(({ properties }) => properties ?? {}));
  return Object.entries(value).flatMap(([key, item]) => {
    if (known[key]) return unknownKeys(item, known[key], `${path}.${key}`);
    return open ? unknownKeys(item, open, `${path}.${key}`) : [`${path}.${key}`];
  });
}

const environment = (schema.properties?.['environments']?.additionalProperties ?? {}) as Schema;
const sections = Object.keys(environment.properties ?? {});

describe('the blocks of the pages that are not run', () => {
  it.each(ofKind('yaml'))('$at is YAML, with keys that the environment file has', ({ text }) => {
    const found = parse(text, { merge: true });
    if ('version' in found && 'environments' in found) expect(unknownKeys(found, schema)).toEqual([]);
    // A part of an environment; workflows, cases of evaluations and jobs have other words for all that they say.
    else if (Object.keys(found).some((key) => sections.includes(key)))
      expect(unknownKeys(found, environment)).toEqual([]);
  });

  it.each(ofKind('bash'))('$at is shell', ({ text }) => {
    execFileSync('bash', ['-n', '-c', text], { stdio: ['ignore', 'ignore', 'inherit'] });
  });

  it('name commands and options that there are', () => {
    const commands = blocks.flatMap(({ at, text }) =>
      [
        ...text
          .replaceAll(/\\\n\s*/g, '')
          .matchAll(/(?:(?:^|[\s"'(|])clawcheck|clawcheck\.js) ([a-z]+(?=\s|$)[^\n|;)]*)/g),
      ].map(([, line = '']) => ({ at, line })),
    );
    const wrong = commands.flatMap(({ at, line }) => {
      const problem = problemOf(line);
      return problem === undefined ? [] : [`${at}: ${line}: ${problem}`];
    });
    expect(commands.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('would be told apart from what there is not', () => {
    const file = { version: 1, environments: { prod: { netwrok: {}, network: { approvedHost: [] } } } };
    expect(unknownKeys(file, schema)).toEqual([
      '.environments.prod.netwrok',
      '.environments.prod.network.approvedHost',
    ]);
    expect(['rum --env prod', 'run --ennv prod', 'drill run restore --now'].map(problemOf)).toEqual([
      'no command rum',
      'no option --ennv',
      'no option --now',
    ]);
  });

  it('has in CONTRIBUTING a check that is taken as it stands', async () => {
    const [sample] = ofKind('ts');
    const { outputFiles } = await build({
      stdin: { contents: sample?.text ?? '', loader: 'ts', resolveDir: join(root, 'checks/infrastructure') },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      write: false,
    });
    const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`;
    const { default: check } = await import(/* @vite-ignore */ url);
    const judged = (...zones: string[]) =>
      judgeFacts(check, { group: { AutoScalingGroupARN: 'arn:aws:autoscaling:group', AvailabilityZones: zones } })
        .outcome;
    expect([judged('a', 'b'), judged('a'), judged()]).toEqual(['pass', 'fail', 'fail']);
  });
});

/** What of a command line is not there, or undefined. */
function problemOf(line: string): string | undefined {
  // What is quoted, and what a page leaves to its reader, is no word of clawcheck.
  const words = line
    .replaceAll(/\s{2,}#.*$|[<>].*$/g, '')
    .replaceAll(/'[^']*'|"[^"]*"/g, 'X')
    .split(/\s+/);
  let command: Command = commandLine();
  for (const word of words) {
    if (word.startsWith('-')) {
      const [name = ''] = word.split('=');
      if (
        /^--?[a-z]/.test(name) &&
        !command.options.some((o) => o.long === name || o.short === name) &&
        name !== '--help'
      )
        return `no option ${name}`;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else if (command.parent === null) return `no command ${word}`;
  }
  return undefined;
}
