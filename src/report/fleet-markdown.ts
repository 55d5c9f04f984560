import type { FleetReport } from '../model/fleet.ts';
import { some } from '../model/text.ts';
import {
  fleetCautions,
  fleetCounts,
  fleetMeanings,
  fleetWindow,
  placeOf,
  stateWords,
  troubleOf,
} from './fleet-words.ts';
import { table, text } from './markdown.ts';

/** The report of a fleet in GitHub's Markdown, for a job summary. No text of the report acts: no HTML, image, link. */
export function renderFleetMarkdown(fleet: FleetReport): string {
  const { deployments, checks, refused } = fleet;
  const bad = deployments.filter(({ state }) => state !== 'READY');
  const good = deployments.filter(({ state }) => state === 'READY');
  const window = fleetWindow(fleet);
  const sections = [
    `# ${stateWords[fleet.verdict]}: ${text(fleetCounts(fleet))}`,
    fleetMeanings[fleet.verdict],
    ...fleetCautions(fleet).map((caution) => `> **${text(caution)}**`),
    ...(bad.length > 0
      ? [
          `## Not ready (${bad.length})`,
          table(
            ['State', 'Environment', 'Account and region', 'To do'],
            bad.map((d) => [stateWords[d.state], d.environment, placeOf(d), troubleOf(d, 5)]),
          ),
        ]
      : []),
    ...(checks.length > 0
      ? [
          `## Checks to look at (${checks.length})`,
          table(
            ['Check', 'Claim', 'Fails in', 'Unknown in'],
            checks.map(({ id, title, failed, unknown }) => [id, title, tally(failed), tally(unknown)]),
          ),
        ]
      : []),
    ...(good.length > 0
      ? [`## Ready (${good.length})`, good.map(({ environment }) => text(environment)).join(', ')]
      : []),
    ...(refused.length > 0
      ? [
          `## Refused (${refused.length})`,
          refused.map(({ file, problems }) => `- ${text(file)}: ${text(problems.join('; '))}`).join('\n'),
        ]
      : []),
    `clawcheck ${text(fleet.tool.version)}${window ? `, observed ${window.start} to ${window.end}` : ''}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function tally(names: readonly string[]): string {
  return names.length === 0 ? '' : `${names.length}: ${some(names, 8)}`;
}
