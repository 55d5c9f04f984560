import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/program.ts';
import { clawcheck } from '../support/cli.ts';

const root = commandLine();
const all = (command: Command, path: readonly string[]): [string, Command][] => [
  [path.join(' '), command],
  ...command.commands.flatMap((child) => all(child, [...path, child.name()])),
];
// Shells ask for words; nobody reads its help.
const commands = all(root, ['clawcheck']).filter(([path]) => !path.includes('__complete'));

function help(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return text;
}

describe('the help', () => {
  it.each(commands.map(([path]) => path))('of %s has examples of itself, and every option that they use', (path) => {
    const command = commands.find(([other]) => other === path)?.[1] as Command;
    const text = help(command);
    expect(text).not.toMatch(/\$codes|\$\{|undefined|\[object|NaN/);
    const [usage = '', examples = ''] = text.split('\nExamples:\n');
    const lines = examples.split(/\n {2}(?! )/).filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThanOrEqual(1);
    for (const line of lines) {
      expect(line).toContain('clawcheck');
      // Every environment has a file of its own.
      if (line.includes('run --all')) expect(line).toMatch(/--output (\S+\/ |'\S*\{env\})/);
      const own = line.includes(path) && command.commands.length === 0;
      for (const [option] of own ? line.matchAll(/(?<= )--[a-z-]+/g) : []) expect(usage).toContain(option);
    }
    if (path !== 'clawcheck') expect(examples).toContain(path);
  });

  it('of the whole names each of them', async () => {
    const { stdout } = await clawcheck(['--help']);
    for (const { name } of root.commands.map((command) => ({ name: command.name() }))) {
      if (name !== '__complete') expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(stdout).not.toContain('__complete');
  });
});
