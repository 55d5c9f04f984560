import type { Command } from 'commander';
import { commandLine } from '../src/cli/program.ts';
import { exitCodes } from '../src/model/exit-code.ts';

/** man/clawcheck.1: the commands and options as the program declares them. */
export function manPage(): string {
  const root = commandLine();
  const commands = root.commands.filter((command) => !command.name().startsWith('_'));
  return [
    '.\\" Generated from the program by `npm run generate`; do not edit.',
    '.TH CLAWCHECK 1 "" "clawcheck" "User Commands"',
    '.SH NAME',
    'clawcheck \\- says whether an OpenClaw deployment on AWS is ready to go live, and proves it',
    '.SH SYNOPSIS',
    '.B clawcheck',
    '.I command',
    '[\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS clawcheck ${roff(command.name())} ${command.registeredArguments.map((a) => roff(a.required ? `<${a.name()}>` : `[${a.name()}]`)).join(' ')}`.trimEnd(),
      line(sentence(command.description())),
      ...command.options.filter(({ hidden }) => !hidden).flatMap(option),
      ...examples(command),
    ]),
    '.SH EXIT STATUS',
    ...Object.values(exitCodes).flatMap(({ code, meaning }) => ['.TP', `.B ${code}`, line(sentence(meaning))]),
    '.SH FILES',
    '.TP',
    '.I clawcheck.yaml',
    'The environment file, in the current folder unless \\fB\\-\\-config\\fR names another one. \\fBclawcheck init\\fR writes one.',
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR, FORCE_COLOR',
    'No colour, or colour also where there is no terminal.',
    '.TP',
    '.B CLAWCHECK_GATEWAY_TOKEN, GITHUB_TOKEN',
    'The tokens of the gateway and of the git host, unless the environment file names other variables.',
    '.TP',
    '.B CLAWCHECK_DEBUG',
    '1 prints the trace of a defect.',
    '.SH SEE ALSO',
    '.BR ssh (1),',
    '.BR ssh\\-keygen (1)',
    '',
  ].join('\n');
}

function option({ flags, description, argChoices, defaultValue }: Command['options'][number]): string[] {
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  const shown = typeof defaultValue === 'string' ? ` (default: ${defaultValue})` : '';
  return ['.TP', `.B ${roff(flags)}`, line(sentence(`${description}${choices}${shown}`))];
}

/** The lines of a command's help that begin with `$`, and what continues them. */
function examples(command: Command): string[] {
  const help: string[] = [];
  command.configureOutput({ writeOut: (text) => void help.push(text), getOutHelpWidth: () => 200 });
  command.outputHelp();
  const [, block = ''] = /\nExamples:\n([\s\S]*)$/.exec(help.join('')) ?? [];
  const lines = block
    .trimEnd()
    .split('\n')
    .filter((text) => text.trim() !== '');
  return lines.length === 0 ? [] : ['.PP', '.EX', ...lines.map((text) => line(text)), '.EE'];
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? '' : '.'}`;
const roff = (text: string) => text.replaceAll('…', '...').replaceAll('\\', '\\e').replaceAll('-', '\\-');
/** A dot or a quote at the start of a line would be a request. */
const line = (text: string) => roff(text).replace(/^(?=[.'])/, '\\&');
