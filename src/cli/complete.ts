import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { parseDocument } from 'yaml';
import { registry } from '../../checks/index.ts';
import { fixturesFolder } from '../demo/fixtures-folder.ts';
import { listFlaws } from '../demo/scenario.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { allChecks } from '../runner/plan.ts';

/** A file in the current folder may be anyone's: what a shell could take for more than a word is not offered to it. */
const plainWord = /^[A-Za-z0-9-][A-Za-z0-9._/-]*$/;

/** What each option takes, where it can be told. */
const values: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  env: environmentsIn,
  area: () => Object.keys(registry),
  check: checkIds,
  scenario: () => ['good', 'leaky', 'tutorial', ...listFlaws(fixturesFolder)],
};

/** What each command takes that is no option. */
const operands: Readonly<Record<string, () => readonly string[]>> = {
  explain: checkIds,
  completion: () => ['bash', 'zsh', 'fish'],
};

function checkIds(): string[] {
  return allChecks(registry).map(({ id }) => id);
}

/**
 * The words that can stand where the last of `typed` does. Nothing where a file is wanted, and where nothing is known.
 * @param typed the words after the program's name; the last is the one that is being typed, and may be empty
 */
export function complete(root: Command, typed: readonly string[]): string[] {
  // bash makes a word of its own of the sign in --env=prod.
  const words = typed
    .filter((word, i) => word !== '=' || i === typed.length - 1)
    .map((word) => (word === '=' ? '' : word));
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = root.commands.find((one) => one.name() === before.find((word) => !word.startsWith('-')));
  return [...new Set(candidates(root, command, before, current))]
    .filter((word) => word.startsWith(current) && plainWord.test(word))
    .sort();
}

function candidates(
  root: Command,
  command: Command | undefined,
  before: readonly string[],
  current: string,
): readonly string[] {
  const options = (command ?? root).options;
  const open = options.find((option) => takesValue(option) && [option.short, option.long].includes(before.at(-1)));
  if (open) return open.argChoices ?? values[open.attributeName()]?.(before) ?? [];
  if (current.startsWith('-')) return [...options.flatMap(({ long }) => long ?? []), '--help'];
  if (!command) return root.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'));
  return operands[command.name()]?.() ?? [];
}

const takesValue = ({ required, optional }: Option) => required || optional;

/** The environments of the file that the words name, or of the usual one. A file that cannot be read offers none. */
function environmentsIn(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word === '-c' || word === '--config');
  try {
    const file = parseDocument(readFileSync((at >= 0 && words[at + 1]) || 'clawcheck.yaml', 'utf8'));
    return Object.keys((file.toJS({ maxAliasCount: 10 }) as { environments?: object } | null)?.environments ?? {});
  } catch {
    return [];
  }
}

export function completeCommand(root: Command, typed: readonly string[]): void {
  process.stdout.write(
    complete(root, typed)
      .map((word) => `${word}\n`)
      .join(''),
  );
  process.exitCode = exitCodeOf('READY');
}
