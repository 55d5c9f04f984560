import type { FleetDeployment, FleetReport, FleetState } from '../model/fleet.ts';
import { count } from '../model/text.ts';
import { fleetCautions, fleetCounts, fleetMeanings, fleetWindow, stateWords, unknownOf } from './fleet-words.ts';
import { text } from './html-check.ts';
import { page, section } from './html-page.ts';

const stateClass: Readonly<Record<FleetState, string>> = {
  READY: 'pass',
  NOT_READY: 'fail',
  UNTRUSTED: 'fail',
  INCOMPLETE: 'unknown',
  MISSING: 'unknown',
};

/** The report of a fleet as one self-contained page: the verdict, every deployment worst first, which check fails where. */
export function renderFleetHtml(fleet: FleetReport): string {
  const { deployments, checks, refused, tool } = fleet;
  const window = fleetWindow(fleet);
  const ready = deployments.filter(({ state }) => state === 'READY');
  const others = deployments.filter(({ state }) => state !== 'READY');
  return page({
    title: `${stateWords[fleet.verdict]}: ${count(deployments.length, 'deployment')} - clawcheck fleet report`,
    skip: ['checks', 'Skip to the checks'],
    body: [
      '<header>',
      '<p class="soft">clawcheck fleet report</p>',
      '<h1>Is the fleet ready to go live?</h1>',
      `<div class="verdict ${stateClass[fleet.verdict]}" role="status"><strong>${stateWords[fleet.verdict]}</strong><p>${fleetMeanings[fleet.verdict]}</p>`,
      `<p>${text(fleetCounts(fleet))}.</p></div>`,
      ...fleetCautions(fleet).map((caution) => `<p class="caution">${text(caution)}</p>`),
      '</header>',
      '<main>',
      ...(others.length > 0 ? [section('others', `Not ready (${others.length})`, deploymentTable(others))] : []),
      section('checks', `Checks to look at (${checks.length})`, checkList(fleet)),
      ...(ready.length > 0 ? [section('ready', `Ready (${ready.length})`, deploymentTable(ready))] : []),
      ...(refused.length > 0 ? [section('refused', `Refused (${refused.length})`, refusedList(fleet))] : []),
      '</main>',
      `<footer><p>Made by clawcheck ${text(tool.version)} from the reports of the deployments${window ? `, observed ${text(window.start)} to ${text(window.end)}` : ''}. Each report has the evidence; the digest of each stands in the JSON fleet report.</p></footer>`,
    ],
  });
}

const cell = (body: string, name: string) => `<td data-name="${name}">${body}</td>`;

function deploymentTable(deployments: readonly FleetDeployment[]): string {
  const rows = deployments.map(({ environment, state, problem, report }) => {
    const name = state === 'READY' ? text(environment) : `<b>${text(environment)}</b>`;
    const details = [
      ...(problem === null ? [] : [`<p>${text(problem)}</p>`]),
      ...(report ? [ids(`${report.failed.length} failed`, report.failed), ids(unknownOf(report), report.unknown)] : []),
      ...(report && report.mode !== 'live' ? [`<p class="soft">${report.mode}</p>`] : []),
    ].join('');
    const place = report ? `${text(report.account ?? 'not proven')} ${text(report.region)}` : '';
    const word = `<span class="tag ${stateClass[state]}">${stateWords[state]}</span>`;
    return `<tr>${cell(word, 'State')}${cell(name, 'Environment')}${cell(place, 'Account')}${cell(details, 'To do')}</tr>`;
  });
  return [
    '<table class="evidence fleet" aria-label="Deployments, worst first"><thead><tr><th scope="col">State</th><th scope="col">Environment</th><th scope="col">Account and region</th><th scope="col">To do</th></tr></thead>',
    `<tbody>\n${rows.join('\n')}\n</tbody></table>`,
  ].join('\n');
}

/** A long list of ids folds, so that a fleet of hundreds stays readable. */
function ids(words: string, list: readonly string[]): string {
  if (list.length === 0) return '';
  const all = `<span class="mono">${list.map(text).join(', ')}</span>`;
  if (list.length <= 3) return `<p>${text(words)}: ${all}</p>`;
  return `<details><summary>${text(words)}</summary>${all}</details>`;
}

function checkList({ checks }: FleetReport): string {
  if (checks.length === 0) return '<p class="soft">None: no check failed or is unknown in a report.</p>';
  return checks
    .map(({ id, title, failed, unknown }) => {
      const kind = failed.length > 0 ? 'fail' : 'unknown';
      return `<article class="check ${kind}"><h3>${text(title)}</h3><p class="id mono">${text(id)}</p>${ids(`${failed.length} failed`, failed)}${ids(`${unknown.length} unknown`, unknown)}</article>`;
    })
    .join('\n');
}

function refusedList({ refused }: FleetReport): string {
  const items = refused.map(
    ({ file, problems }) => `<li><span class="mono">${text(file)}</span>: ${problems.map(text).join('; ')}</li>`,
  );
  return `<ul>\n${items.join('\n')}\n</ul>`;
}
