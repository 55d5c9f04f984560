import { type Command, Option } from 'commander';
import { checksOption, configOption, list } from './options.ts';

/** The commands about many deployments: the jobs for other machines, and one report of what they made. */
export function addFleetCommands(root: Command): void {
  root
    .command('merge')
    .description('make one fleet report of saved JSON reports: which deployments are ready, which check fails where')
    .argument('<report...>', 'JSON reports, or folders with them')
    .option(
      '-e, --env <names>',
      'the environments that the fleet must have; default: all of the environment file',
      list,
      [],
    )
    .option('-c, --config <file>', 'environment file of the reports (default: clawcheck.yaml, where there is one)')
    .option(...checksOption)
    .option('--max-age <time>', 'the oldest that a report may be, such as 7d, 12h or 90m', '24h')
    .option('--allowed-signers <file>', 'every report must be signed by one of them (ssh-keygen(1) ALLOWED SIGNERS)')
    .option('--identity <name>', 'who must have signed; default: any allowed signer')
    .option('--allow-simulated', 'accept runs that were not live')
    .addOption(
      new Option('--format <format>', 'format of the standard output').choices(['text', 'json', 'html', 'markdown']),
    )
    .option(
      '-o, --output <file>',
      'write to a file, in the format of its extension: .txt .json .html .md; again for more',
      list,
      [],
    )
    .addHelpText(
      'after',
      '\nREADY only where every environment that was asked for has one valid report that is not too old and says READY.\nExits with the worst: 73, then 23 (a report was refused), 22, 20, 21, 0.\n\nExamples:\n  $ clawcheck merge reports/ --config clawcheck.yaml\n  $ clawcheck merge reports/*.json --env prod-eu,prod-us --output fleet.html --output fleet.json\n  $ clawcheck merge reports/ --allowed-signers allowed_signers --max-age 2h',
    )
    .action(async (reports, options) => (await import('./merge.ts')).mergeCommand(reports, options));

  root
    .command('matrix')
    .description('print the jobs of a fleet for GitHub Actions, GitLab CI or another engine; contacts nothing')
    .option('-e, --env <names>', 'only these environments; default: all of the environment file', list, [])
    .option(...configOption)
    .addOption(
      new Option('--format <format>', 'a GitHub matrix in one line, jobs of a GitLab child pipeline, or a JSON list')
        .choices(['github', 'gitlab', 'json'])
        .default('github'),
    )
    .option('--shard <i/n>', 'only the i-th of n parts of the environments')
    .option('--size <n>', 'environments a job', '1')
    .addHelpText(
      'after',
      '\nA GitHub matrix takes 256 jobs: --size puts several environments into one.\n\nExamples:\n  $ clawcheck matrix --format github --size 10\n  $ clawcheck matrix --format gitlab --config fleet.yaml > jobs.yml\n  $ clawcheck matrix --format json --shard 2/10',
    )
    .action(async (options) => (await import('./matrix.ts')).matrixCommand(options));
}
