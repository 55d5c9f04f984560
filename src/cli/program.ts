import { Command, CommanderError, Help, Option } from 'commander';
import { exitCodeOf, exitCodes } from '../model/exit-code.ts';
import { inert } from '../model/text.ts';
import { addDrillCommands } from './drill-commands.ts';
import { sayFailure } from './failure.ts';
import { addFleetCommands } from './fleet-commands.ts';
import { formats } from './formats.ts';
import { checksOption, configOption, list } from './options.ts';
import { addReportCommands } from './report-commands.ts';
import { say } from './say.ts';
import { addSetupCommands } from './setup-commands.ts';
import { expectShortRun } from './short-run.ts';
import { version } from './version.ts';

const codes = Object.values(exitCodes)
  .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
  .join('\n');

/** The commands as their help has them, in the order in which they are needed. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Before a run': ['init', 'doctor', 'plan', 'permissions', 'list', 'explain'],
  'A run': ['run', 'demo', 'drill'],
  'Reports that were saved': ['report', 'verify', 'diff', 'attest'],
  'Many deployments': ['merge', 'matrix'],
  'This program': ['completion', 'help'],
};

/**
 * Every command with its options; each is loaded when it is called.
 * @param called the command that is called: beside a run, nothing else is set up
 */
export function commandLine(called?: string): Command {
  const root = new Command('clawcheck')
    .description('Says whether an OpenClaw deployment on AWS is ready to go live, and proves it.')
    .version(version)
    .configureOutput({ writeOut: (text) => say(process.stdout, text), writeErr: (text) => say(process.stderr, text) })
    // An empty list is the absence of the option, and no default that helps anybody.
    .configureHelp({
      optionDescription: (option) => new Help().optionDescription(option).replace(' (default: [])', ''),
    })
    .exitOverride()
    .showHelpAfterError('(clawcheck --help shows what there is)')
    .addHelpText(
      'after',
      `\nExit codes:\n${codes}\n\nExamples:\n  $ clawcheck demo\n  $ clawcheck run --env prod\n  $ clawcheck run --env prod --format json --output report.json`,
    );

  root
    .command('run')
    .description('check a live deployment; only reads, and prints the readiness report')
    .option('-e, --env <name>', 'environment of the environment file (again or comma-separated for more)', list, [])
    .option('--all', 'every environment of the environment file')
    .option('--shard <i/n>', 'of several environments, only the i-th of n parts')
    .option('--jobs <n>', 'of several environments, how many at once', '8')
    .option(...configOption)
    .option('--area <id>', 'only this area (again or comma-separated for more); never READY', list, [])
    .option('--check <id>', 'only this check (again or comma-separated for more); never READY', list, [])
    .option(...checksOption)
    .addOption(new Option('--format <format>', 'format of the standard output').choices(formats))
    .option(
      '-o, --output <file>',
      'write the report to a file, in the format of its extension: .txt .json .html .md .xml (JUnit) .sarif; - is the standard output; {env} is the environment; a folder gets report-<environment>.json; again for more',
      list,
      [],
    )
    .option(
      '--summary <file>',
      'of several environments, write the fleet report to a file: .txt .json .html .md',
      list,
      [],
    )
    .option('--timeout <seconds>', 'longest time for the run of one environment', '120')
    .option(
      '--active',
      'also try each approval gate with a harmless action (costs model calls, approvers see the requests; clawcheck plan --active shows it)',
    )
    .option(
      '--run-evals',
      'also evaluate the skills with skills.promptfoo: runs their configurations on this machine and asks their models',
    )
    .option('--record <dir>', 'write every exchange, redacted, to a new folder, from which the run can be judged again')
    .option('--replay <dir>', 'judge a recording again: no network, and the same report with mode replay')
    .option(
      '--sign <key>',
      'sign the JSON report with this SSH key (or the agent key of this public key) into FILE.sig',
    )
    .option(
      '--dsse <file>',
      'also write an in-toto statement about the JSON report in a DSSE envelope; needs --dsse-key',
    )
    .option('--dsse-key <file>', 'the Ed25519 private key (PEM) for it')
    .option('--allow-simulated', 'sign although this is not a live run')
    .option('-v, --verbose', 'also show the evidence of what passed')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      `\nExit codes:\n${codes}\n\nExamples:\n  $ clawcheck run --env prod\n  $ clawcheck run --env prod --area network --verbose\n  $ clawcheck run --env prod --output report.json --output report.html\n  $ clawcheck run --env prod --output report.json --sign ~/.ssh/id_ed25519 --record recording\n  $ clawcheck run --env prod --replay recording --format markdown\n  $ clawcheck run --all --jobs 10 --output reports/ --summary fleet.html --summary fleet.json\n  $ clawcheck run --all --shard 2/10 --output 'report-{env}.json'`,
    )
    .action(async (options) => {
      // What a run needs takes a moment to load: whoever waits sees at once that it has begun.
      if (!options.quiet) process.stderr.write(`clawcheck: reading ${inert(options.config)}\n`);
      expectShortRun();
      await (await import('./run.ts')).runCommand(options);
    });
  if (called !== 'run') addOthers(root);

  const order = Object.values(groups).flat();
  (root.commands as Command[]).sort((a, b) => order.indexOf(a.name()) - order.indexOf(b.name()));
  for (const [group, names] of Object.entries(groups))
    for (const command of root.commands) if (names.includes(command.name())) command.helpGroup(`${group}:`);
  for (const command of root.commands)
    command.exitOverride().showHelpAfterError(`(clawcheck ${command.name()} --help shows what there is)`);
  return root;
}

function addOthers(root: Command): void {
  root
    .command('demo')
    .description('check an embedded deployment on this machine: no AWS account, no root')
    .option('--scenario <name>', 'good, leaky, tutorial, or the name of one flaw (--list shows them)', 'good')
    .option(
      '--serve <folder>',
      'keep it running, with its files in a new folder, so that the other commands work on it',
    )
    .option('--active', 'also try each approval gate with a harmless action')
    .option('--list', 'show the scenarios')
    .addOption(new Option('--format <format>', 'format of the standard output').choices(formats))
    .option(
      '-o, --output <file>',
      'write the report to a file, in the format of its extension; again for more',
      list,
      [],
    )
    .option('-v, --verbose', 'also show the evidence of what passed')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      `\nExamples:\n  $ clawcheck demo\n  $ clawcheck demo --scenario leaky\n  $ clawcheck demo --scenario good --format json\n  $ clawcheck demo --scenario tutorial --serve clawcheck-demo`,
    )
    .action(async (options) => (await import('./demo.ts')).demoCommand(options));

  addReportCommands(root);
  addFleetCommands(root);

  root
    .command('list')
    .description('show every check by area')
    .option('--json', 'as JSON')
    .option(...checksOption)
    .addHelpText('after', `\nExamples:\n  $ clawcheck list\n  $ clawcheck list --json`)
    .action(async (options) => (await import('./list.ts')).listCommand(options));

  root
    .command('permissions')
    .description('print the IAM policy that a run needs: exactly the operations it can call')
    .addOption(new Option('--format <format>', 'format').choices(['json', 'terraform']).default('json'))
    .option(...checksOption)
    .option('--drills', 'the policy of the drills instead, apart from that of a run: it changes things')
    .addHelpText(
      'after',
      `\nExamples:\n  $ clawcheck permissions > clawcheck-policy.json\n  $ clawcheck permissions --format terraform\n  $ clawcheck permissions --drills`,
    )
    .action(async (options) => (await import('./permissions.ts')).permissionsCommand(options));

  addSetupCommands(root);
  addDrillCommands(root);
}

/** Parses the command line and runs one command. Sets the exit code; never throws. */
export async function program(argv: readonly string[]): Promise<void> {
  try {
    await commandLine(argv[2]).parseAsync(argv);
  } catch (error) {
    // Commander has printed its message; help and version are successes.
    if (!(error instanceof CommanderError)) process.exitCode = sayFailure(error);
    else process.exitCode = error.exitCode === 0 ? 0 : exitCodeOf('usage');
  }
}
