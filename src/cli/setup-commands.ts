import { Argument, type Command, Option } from 'commander';
import { checksOption, configOption, environmentOption, list } from './options.ts';

/** The commands that come before a run and around it: what it would do, whether it can, and what its checks mean. */
export function addSetupCommands(root: Command): void {
  root
    .command('plan')
    .description('show everything that a run would ask, connect to and try to write; contacts nothing')
    .option(...environmentOption)
    .option(...configOption)
    .option('--area <id>', 'only this area (again or comma-separated for more)', list, [])
    .option('--check <id>', 'only this check (again or comma-separated for more)', list, [])
    .option('--timeout <seconds>', 'longest time for the whole run', '120')
    .option(...checksOption)
    .option('--script', 'print the script that each host would get, exactly but for its nonce')
    .option('--active', 'with the experiments of clawcheck run --active')
    .addOption(new Option('--format <format>', 'format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ clawcheck plan --env prod\n  $ clawcheck plan --env prod --area network --format json\n  $ clawcheck plan --env prod --script | less',
    )
    .action(async (options) => (await import('./plan.ts')).planCommand(options));

  root
    .command('explain <check>')
    .description('what a check claims, why, how it is verified, and what to do when it fails')
    .option(...checksOption)
    .addOption(new Option('--format <format>', 'format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nThe name without the area is enough where it is unique; clawcheck list shows all.\n\nExamples:\n  $ clawcheck explain network/no-public-ingress\n  $ clawcheck explain alarm-on-health --format json',
    )
    .action(async (check, options) => (await import('./explain-check.ts')).explainCommand(check, options));

  root
    .command('doctor')
    .description('try whether a run could look at everything: credentials, permissions, hosts, gateway, git host')
    .option(...environmentOption)
    .option(...configOption)
    .option('--timeout <seconds>', 'longest time for the whole examination', '60')
    .option(...checksOption)
    .addOption(new Option('--format <format>', 'format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nOne line for each thing that was tried, with what to do. Exits with 0 when a run could look at everything, else\nwith 21. It calls what a run calls of AWS and the git host, logs in to each host, and judges and writes nothing.\n\nExamples:\n  $ clawcheck doctor --env prod\n  $ clawcheck doctor --env prod --format json',
    )
    .action(async (options) => (await import('./doctor.ts')).doctorCommand(options));

  root
    .command('init')
    .description(
      'look for a deployment in AWS and on its host, ask for what is not found, and write a commented environment file',
    )
    .option('-c, --config <file>', 'file to write', 'clawcheck.yaml')
    .option('-e, --env <name>', 'name of the environment', 'prod')
    .option('-y, --yes', 'ask nothing; what cannot be found has to be named')
    .option('--force', 'overwrite the file')
    .option('--account <id>', 'account that the credentials must belong to')
    .option('--region <region>', 'region (default: AWS_REGION)')
    .option('--profile <name>', 'named profile of the AWS configuration')
    .option('--role-arn <arn>', 'role to assume before looking')
    .option('--endpoint <url>', 'other endpoint for every service; runs are then simulated')
    .option('--group <name>', 'Auto Scaling Group of the gateway')
    .option('--file-system <id>', 'EFS file system of the workspace')
    .option('--secret <name>', 'secret of the gateway in Secrets Manager; its value is never read')
    .option('--log-group <name>', 'log group (again or comma-separated for more)', list, [])
    .option('--alarm <name>', 'alarm on the health of the gateway')
    .option('--repository <owner/name>', 'git repository of the workspace')
    .option('--ssh-user <name>', 'login on the instances')
    .option(
      '--ssh-host <address>',
      'instance to look at (again or comma-separated for more; default: those of the group)',
      list,
      [],
    )
    .option('--ssh-port <port>', 'port of sshd')
    .option('--ssh-key <file>', 'private key; otherwise the SSH agent and ~/.ssh/config')
    .option(
      '--ssh-fingerprint <sha256>',
      'host key to trust (again for more; default: known_hosts, EC2 console)',
      list,
      [],
    )
    .option('--no-host', 'look at AWS only, log in to no instance')
    .option('--gateway-token-env <name>', 'variable that will hold the token of the gateway', 'CLAWCHECK_GATEWAY_TOKEN')
    .addHelpText(
      'after',
      '\nIt reads names and ids with operations of `clawcheck permissions`, logs in to an instance whose host key is known and\nreads which process is the gateway and what it has mounted, and never writes a secret. Without AWS or without a host\nit asks for the rest, or takes it from options.\n\nExamples:\n  $ clawcheck init --region eu-west-1\n  $ clawcheck init --yes --account 123456789012 --region eu-west-1 --group openclaw-prod --repository acme/openclaw-workspace',
    )
    .action(async (options) => (await import('./init.ts')).initCommand(options));

  root
    .command('completion')
    .description('print a script that completes commands, options, check ids, areas and environments in a shell')
    .addArgument(new Argument('<shell>', 'shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExamples:\n  $ source <(clawcheck completion bash)\n  $ clawcheck completion zsh > ~/.zfunc/_clawcheck\n  $ clawcheck completion fish > ~/.config/fish/completions/clawcheck.fish',
    )
    .action(async (shell) => (await import('./completion.ts')).completionCommand(shell));

  root
    .command('__complete [words...]', { hidden: true })
    .description('what can stand where the last word does, for the scripts of completion')
    .action(async (words) => (await import('./complete.ts')).completeCommand(root, words));
}
