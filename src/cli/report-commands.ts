import { type Command, Option } from 'commander';
import { exitCodes } from '../model/exit-code.ts';
import { formats } from './formats.ts';
import { checksOption, configOption, environmentOption, list } from './options.ts';

const codesOf = (...reasons: (keyof typeof exitCodes)[]) =>
  `\nExit codes:\n${reasons.map((r) => `  ${String(exitCodes[r].code).padStart(3)}  ${exitCodes[r].meaning}`).join('\n')}\n`;

/** The commands about saved reports: verify, report, diff; and attest, which writes what a person states. */
export function addReportCommands(root: Command): void {
  root
    .command('verify')
    .description('verify a saved JSON report: signature, form, every check, arithmetic, subject, age')
    .argument('<report>', 'the JSON report')
    .option('--allowed-signers <file>', 'who may sign, in the format of ssh-keygen(1) ALLOWED SIGNERS')
    .option('--identity <name>', 'who must have signed; default: any allowed signer')
    .option('--signature <file>', 'the signature (default: <report>.sig)')
    .option('--dsse <file>', 'a DSSE envelope that must be about it; needs --dsse-key')
    .option('--dsse-key <file>', 'the Ed25519 public key (PEM) that must have signed the envelope')
    .option('--unsigned', 'verify the rest without a signature')
    .option('--max-age <time>', 'the oldest that it may be, such as 7d, 12h or 90m')
    .option('-c, --config <file>', 'the environment file that it must have been made with')
    .option(...checksOption)
    .option('--recording <dir>', 'judge this recording again and compare; needs --config')
    .option('--expect-env <name>', 'the environment that it must be about')
    .option('--expect-account <id>', 'the AWS account that it must be about')
    .option('--expect-region <name>', 'the region that it must be about')
    .option('--expect-group <name>', 'the Auto Scaling Group that it must be about')
    .option('--expect-commit <sha>', 'the commit that it must be about')
    .option('--allow-simulated', 'accept a run that was not live')
    .addHelpText(
      'after',
      `\nOne line for each thing that is not as it should be. A valid report exits with the code of its verdict.\n${codesOf('READY', 'NOT_READY', 'INCOMPLETE', 'UNTRUSTED', 'notValid', 'usage')}\nExamples:\n  $ clawcheck verify report.json --allowed-signers allowed_signers --max-age 7d\n  $ clawcheck verify report.json --allowed-signers allowed_signers --config clawcheck.yaml --recording recording\n  $ clawcheck verify report.json --unsigned --expect-account 123456789012`,
    )
    .action(async (file, options) => (await import('./verify.ts')).verifyCommand(file, options));

  root
    .command('report')
    .description('write a saved JSON report in another format; it is validated strictly first')
    .argument('<report>', 'the JSON report')
    .option(...checksOption)
    .addOption(new Option('--format <format>', 'format of the standard output').choices(formats))
    .option('-o, --output <file>', 'write to a file, in the format of its extension; again for more', list, [])
    .option('-v, --verbose', 'also show the evidence of what passed')
    .addHelpText(
      'after',
      `${codesOf('notValid', 'usage', 'notWritten')}\nExamples:\n  $ clawcheck report report.json\n  $ clawcheck report report.json --format markdown >> "$GITHUB_STEP_SUMMARY"\n  $ clawcheck report report.json -o report.html -o report.sarif -o report.xml`,
    )
    .action(async (file, options) => (await import('./report.ts')).reportCommand(file, options));

  root
    .command('diff')
    .description('compare two saved JSON reports of one deployment: what got worse, better, is new or gone')
    .argument('<older>', 'the older JSON report')
    .argument('<newer>', 'the newer JSON report')
    .option(...checksOption)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `${codesOf('worse', 'notValid', 'usage')}\nExamples:\n  $ clawcheck diff last-release.json report.json\n  $ clawcheck diff last-release.json report.json --json`,
    )
    .action(async (older, newer, options) => (await import('./diff.ts')).diffCommand(older, newer, options));

  root
    .command('attest')
    .description('write what a person states into the environment file, for a check that no machine can see')
    .argument('<check>', 'id of a check that can be attested')
    .option(...environmentOption)
    .option(...configOption)
    .option('--by <name>', 'who states it')
    .option('--statement <text>', 'what is stated')
    .option(
      '--evidence <reference>',
      'where it can be looked up: a ticket, a URL, or a file below the folder of the environment file, whose SHA-256 is noted',
    )
    .option('--evidence-sha256 <hex>', 'SHA-256 of evidence that is elsewhere')
    .option('--expires <date>', 'the last day on which it holds, such as 2027-01-31')
    .option('--date <date>', 'when it was stated (default: today, UTC)')
    .option('--sign <key>', 'sign it with this SSH key; alone, sign the attestation that the file has')
    .option('--write', 'put it into the environment file; default: print it')
    .addHelpText(
      'after',
      `\nExamples:\n  $ clawcheck attest backup/recovery-runbook --env prod --by "A. Name" --expires 2027-01-31 \\\n      --statement "I restored the deployment by the runbook alone" --evidence OPS-41\n  $ clawcheck attest backup/recovery-runbook --env prod … --sign ~/.ssh/id_ed25519 --write\n  $ clawcheck attest backup/recovery-runbook --env prod --sign ~/.ssh/id_ed25519 --write`,
    )
    .action(async (check, options) => (await import('./attest.ts')).attestCommand(check, options));
}
