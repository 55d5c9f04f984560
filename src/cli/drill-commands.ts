import { type Command, Option } from 'commander';
import { configOption, environmentOption } from './options.ts';

/** Drills: timed experiments on a live deployment, apart from every other command in what they may do. */
export function addDrillCommands(root: Command): void {
  const drill = root
    .command('drill')
    .description('try on the live deployment what cannot be read off: timed experiments with consent, journal and undo')
    .addHelpText(
      'after',
      '\nNothing but drill run and drill undo changes anything, and only after --confirm with the name of the environment.\n\nExamples:\n  $ clawcheck drill list\n  $ clawcheck drill plan gateway-stop --env staging\n  $ clawcheck drill run gateway-stop --env staging --confirm staging\n  $ clawcheck drill undo --env staging --confirm staging',
    );

  drill
    .command('list')
    .description('show every drill, and what each does to whom')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ clawcheck drill list\n  $ clawcheck drill list --json')
    .action(async (options) => (await import('./drill.ts')).drillListCommand(options));

  drill
    .command('plan <drill>')
    .description('print every change, its undo, the limits and the IAM statements of a drill; contacts nothing')
    .option(...environmentOption)
    .option(...configOption)
    .addOption(new Option('--format <format>', 'format').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ clawcheck drill plan restore --env staging\n  $ clawcheck drill plan gateway-stop --env prod --format json',
    )
    .action(async (id, options) => (await import('./drill.ts')).drillPlanCommand(id, options));

  const journal = 'folder of the journals (default: clawcheck/drills in the XDG state directory)';
  drill
    .command('run <drill>')
    .description('make a drill: changes the live deployment, measures, and takes the change back')
    .option(...environmentOption)
    .option(...configOption)
    .option('--confirm <environment>', 'the name of the environment once more: consent to what drill plan shows')
    .option('--journal <dir>', journal)
    .option('-o, --output <file>', 'where the record goes (default: beside the journal)')
    .option('--sign <key>', 'sign the record with this SSH key (or the agent key of this public key) into FILE.sig')
    .option('--allow-simulated', 'sign although this is not the live deployment')
    .option('--delete-restored', 'restore: delete the restored file system at the end without asking')
    .option('--poll <seconds>', 'between two looks', '5')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nThe first Ctrl-C stops the drill and takes back what it began; the second ends the process, and drill undo does it.\nExits with 0 when every expectation held, 20 when one did not or the deployment is not as before, 21 when that could\nnot be told, or nothing was done because the deployment was not steady.\n\nExamples:\n  $ clawcheck drill run instance-failure --env staging --confirm staging\n  $ clawcheck drill run restore --env prod --confirm prod --delete-restored --output drills/restore.json --sign ~/.ssh/id_ed25519',
    )
    .action(async (id, options) => (await import('./drill-run.ts')).drillRunCommand(id, options));

  drill
    .command('undo [journal]')
    .description('take back what an interrupted drill left, from its journal (default: the one that holds the lock)')
    .option(...environmentOption)
    .option(...configOption)
    .option('--confirm <environment>', 'the name of the environment once more')
    .option('--journal <dir>', journal)
    .option('--poll <seconds>', 'between two looks', '5')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  $ clawcheck drill undo --env staging --confirm staging\n  $ clawcheck drill undo drills/20260304T050607Z-restore-0a1b2c3d.jsonl --env prod --confirm prod',
    )
    .action(async (path, options) => (await import('./drill-run.ts')).drillUndoCommand(path, options));

  drill
    .command('status')
    .description('show the drills of the journals, and what any of them left')
    .option('--journal <dir>', journal)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ clawcheck drill status\n  $ clawcheck drill status --journal drills --json')
    .action(async (options) => (await import('./drill.ts')).drillStatusCommand(options));
}
