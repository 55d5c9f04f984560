import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../checks/index.ts';
import { sourceMeanings } from '../src/model/probe.ts';
import { remedies } from '../src/remedies/index.ts';
import { elsewhere, isFile, remedyPlaces, type Tried, triedWords } from '../src/remedies/remedy.ts';
import { describeCheck, follows, lookOf } from '../src/runner/describe.ts';
import { allChecks, type PlannedCheck } from '../src/runner/plan.ts';

const notice = 'Generated from the code by `npm run generate`; do not edit.';

/** The index of all checks, a page for each area, and one for each check. */
export function checkPages(): Map<string, string> {
  const checks = allChecks(registry);
  const pages = new Map([['docs/checks.md', indexPage(checks)]]);
  const add = (path: string, lines: readonly string[]) => pages.set(path, `${lines.join('\n').trimEnd()}\n`);
  for (const [area, { title, why }] of Object.entries(registry)) {
    const own = checks.filter((check) => check.area === area);
    const rows = own.map(({ name, check }) => `| [\`${name}\`](${area}/${name}.md) | ${check.title} |`);
    add(`docs/checks/${area}.md`, [
      `# ${title}`,
      '',
      notice,
      '',
      why,
      '',
      '| check | claim |',
      '| --- | --- |',
      ...rows,
    ]);
    for (const item of own) add(`docs/checks/${item.id}.md`, checkPage(item));
  }
  return pages;
}

function indexPage(checks: readonly PlannedCheck[]): string {
  const lines = ['# Checks', '', notice, '', '`clawcheck explain CHECK` shows the same in the terminal.', ''];
  for (const [area, { title, why }] of Object.entries(registry)) {
    lines.push(`## ${title}`, '', why, '', '| check | claim |', '| --- | --- |');
    for (const { id, check } of checks.filter((c) => c.area === area)) {
      lines.push(`| [\`${id}\`](checks/${id}.md) | ${check.title} |`);
    }
    lines.push('');
  }
  lines.push(...whatWasTried(), '## Evidence', '', 'Each piece of evidence names its source:', '');
  for (const [source, words] of Object.entries(sourceMeanings)) lines.push(`- \`${source}\`: ${words}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Which of the remedies a test made, and which were only read. */
function whatWasTried(): string[] {
  const all = Object.entries(remedies);
  const words: Readonly<Record<Exclude<Tried['lab'], 'none'>, string>> = {
    moto: 'typed into the AWS CLI against the AWS of the tests',
    host: 'typed as root on the live host of the tests, where systemd and the mount helper of EFS are stand-ins',
    embedded: 'made on the embedded deployment',
    github: 'typed into the real GitHub CLI, against a server that takes its requests as GitHub documents them',
    openclaw: 'typed into the real OpenClaw, then its gateway started anew',
    stage: 'typed where the AWS of the tests and a live host are one deployment',
    drill: 'a drill, made on the AWS of the tests and their live hosts (`npm run drills:live`)',
  };
  const rows = Object.entries(words).map(([lab, word]) => {
    return `| ${word} | ${all.filter(([, { tried }]) => tried.lab === lab).length} |`;
  });
  const rest = all.flatMap(([id, { tried }]) =>
    tried.lab === 'none' ? [`| [\`${id}\`](checks/${id}.md) | ${tried.why} |`] : [],
  );
  return [
    '## Which remedies were tried',
    '',
    'Each page has one way to mend its check. A test planted the flaw, saw the check fail, made these lines and saw it pass:',
    '',
    '| how | remedies |',
    '| --- | --- |',
    ...rows,
    '',
    `The other ${rest.length} were only read:`,
    '',
    '| check | why |',
    '| --- | --- |',
    ...rest,
    '',
    'What is said of consoles was not tried: no console was at hand. The Terraform is formatted, valid for its provider and was',
    'applied to moto, not to an account ([what it cannot do](deployment.md#what-terraform-cannot-do)).',
    '',
  ];
}

function checkPage(item: PlannedCheck): string[] {
  const { title, why, trap, failureTitle, remediation, attestable, probes } = describeCheck(item);
  const asked = probes.filter((probe) => !follows(probe));
  const derived = probes.filter(follows).map(({ id }) => `\`${id}\``);
  return [
    `# ${item.id}`,
    '',
    notice,
    '',
    `**${title}.** ${why}`,
    '',
    `- Fails as: ${failureTitle}`,
    `- To do: ${remediation}`,
    `- A named person may attest it: ${attestable ? 'yes, where no machine could see it' : 'no'}`,
    '',
    ...(trap ? ['## What passes wrongly elsewhere', '', trap, ''] : []),
    ...remedyOf(item.id),
    '## How it is verified',
    '',
    '| fact | source | how it is seen |',
    '| --- | --- | --- |',
    ...asked.map((probe) => `| \`${probe.id}\` | \`${probe.source}\` | ${lookOf(probe)} |`),
    '',
    ...(derived.length > 0 ? [`What follows from these: ${derived.join(', ')}.`, ''] : []),
    `\`clawcheck explain ${item.id}\` names the scenarios of \`clawcheck demo\` that show it failing and unknown.`,
  ];
}

/** What mends one way to fail, as commands, in the console and in Terraform. */
function remedyOf(id: string): string[] {
  const remedy = remedies[id];
  if (!remedy) return [];
  const { place, when, commands } = remedy;
  const { console, terraform } = elsewhere(remedy);
  const file = terraform && terraformFiles().get(terraform);
  return [
    '## One way to mend it',
    '',
    `Where ${when}.`,
    '',
    `Typed: ${remedyPlaces[place]}; ${triedWords(remedy)}.`,
    '',
    isFile(remedy) ? '```yaml' : '```bash',
    ...commands,
    '```',
    '',
    console ? `${place === 'git' ? 'On GitHub' : 'In the console'} (not tried): ${console}.` : 'No console has it.',
    '',
    terraform ? `In Terraform: \`${terraform}\` in [${file}](../../terraform/${file}).` : 'Not in docs/terraform.',
    '',
  ];
}

/** The file of docs/terraform that declares an address. */
export function terraformFiles(): ReadonlyMap<string, string> {
  const names = readdirSync('docs/terraform').filter((name) => name.endsWith('.tf'));
  return new Map(
    names.flatMap((name) => {
      const text = readFileSync(join('docs/terraform', name), 'utf8');
      const resources = [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, kind, own]) => `${kind}.${own}`);
      const variables = [...text.matchAll(/^variable "(\w+)"/gm)].map(([, own]) => `var.${own}`);
      return [...resources, ...variables].map((address) => [address, name] as const);
    }),
  );
}
