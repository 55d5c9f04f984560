import { registry } from '../checks/index.ts';
import { sourceMeanings } from '../src/model/probe.ts';
import { describeCheck, lookOf } from '../src/runner/describe.ts';
import { allChecks, type PlannedCheck } from '../src/runner/plan.ts';
import { type RemedyPlace, remedies } from '../src/runner/remedies.ts';

const notice = 'Generated from the code by `npm run generate`; do not edit.';

/** The index of all checks, and a page for each area. */
export function checkPages(): Map<string, string> {
  const checks = allChecks(registry);
  const pages = new Map([['docs/checks.md', indexPage(checks)]]);
  for (const [area, { title, why }] of Object.entries(registry)) {
    const own = checks.filter((check) => check.area === area);
    const sections = own.flatMap(section);
    pages.set(
      `docs/checks/${area}.md`,
      `${[`# ${title}`, '', notice, '', why, '', ...sections].join('\n').trimEnd()}\n`,
    );
  }
  return pages;
}

function indexPage(checks: readonly PlannedCheck[]): string {
  const lines = [
    '# Checks',
    '',
    notice,
    '',
    '`clawcheck explain CHECK` shows the same in the terminal, with the scenarios of `clawcheck demo` that show it failing.',
    '',
  ];
  for (const [area, { title, why }] of Object.entries(registry)) {
    lines.push(`## ${title}`, '', why, '', '| check | claim |', '| --- | --- |');
    for (const { id, name, check } of checks.filter((c) => c.area === area)) {
      lines.push(`| [\`${id}\`](checks/${area}.md#${name}) | ${check.title} |`);
    }
    lines.push('');
  }
  lines.push('## Evidence', '', 'Each piece of evidence names its source:', '');
  for (const [source, words] of Object.entries(sourceMeanings)) lines.push(`- \`${source}\`: ${words}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function section(item: PlannedCheck): string[] {
  const { title, why, failureTitle, remediation, attestable, probes } = describeCheck(item);
  return [
    `## ${item.name}`,
    '',
    `**${title}.** ${why}`,
    '',
    `- Id: \`${item.id}\``,
    `- Fails as: ${failureTitle}`,
    `- To do: ${remediation}`,
    `- A named person may attest it: ${attestable ? 'yes, where no machine could see it' : 'no'}`,
    '',
    '| fact | source | how it is seen |',
    '| --- | --- | --- |',
    ...probes.map((probe) => `| \`${probe.id}\` | \`${probe.source}\` | ${lookOf(probe)} |`),
    '',
    ...remedyOf(item.id),
  ];
}

const typed: Readonly<Record<RemedyPlace, string>> = {
  aws: 'AWS CLI',
  host: 'as root on the host; then in its image, as the group replaces hosts',
  gateway: "as the agent's user on the host; then in its image, as the group replaces hosts",
  git: 'GitHub CLI',
};

/** What mends one way to fail, as commands, in the console and in Terraform. */
function remedyOf(id: string): string[] {
  const remedy = remedies[id];
  if (!remedy) return [];
  const { place, when, commands, console, terraform, flaw } = remedy;
  const tried = flaw ? `tried by a test on moto, on the flaw \`${flaw}\`` : 'not tried';
  const elsewhere = [
    ...(console ? [`${place === 'git' ? 'On GitHub' : 'In the console'} (not tried): ${console}.`] : []),
    ...(terraform ? [`In Terraform: [${terraform}](../terraform/${terraform}).`] : []),
  ];
  return [
    `Where ${when} (${typed[place]}; ${tried}):`,
    '',
    '```bash',
    ...commands,
    '```',
    '',
    ...(elsewhere.length > 0 ? [elsewhere.join(' '), ''] : []),
  ];
}
