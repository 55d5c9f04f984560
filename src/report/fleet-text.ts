import { Chalk, type ChalkInstance } from 'chalk';
import type { FleetCheck, FleetDeployment, FleetReport, FleetState } from '../model/fleet.ts';
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
import type { TextOptions } from './text.ts';
import { plainReport } from './words.ts';
import { wrap } from './wrap.ts';

/** The report of a fleet as a person reads it: the verdict, what is not ready worst first, which check fails where. */
export function renderFleetText(given: FleetReport, { width, color }: Omit<TextOptions, 'verbose'>): string {
  const fleet = plainReport(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const columns = Math.max(40, Math.min(width, 120));
  const sections = [
    headline(fleet, chalk, columns),
    rows(
      fleet.deployments.filter(({ state }) => state !== 'READY'),
      chalk,
      columns,
    ),
    checks(fleet, chalk, columns),
    ready(fleet, chalk, columns),
    fleet.refused.flatMap(({ file, problems }) => [
      ...wrap(`refused ${file}`, columns),
      ...problems.flatMap((problem) => wrap(problem, columns, '    ')),
    ]),
    verdictLines(fleet, chalk, columns, ` (${fleetCounts(fleet)})`),
  ];
  const text = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  // A line that begins with `::` would be a command of some CI systems.
  return `${text.join('\n\n').replaceAll(/^(\s*):(?=:)/gm, '$1\\u{3a}')}\n`;
}

function paint(chalk: ChalkInstance, state: FleetState): (text: string) => string {
  const paints = {
    READY: chalk.green.bold,
    NOT_READY: chalk.red.bold,
    UNTRUSTED: chalk.red.bold,
    INCOMPLETE: chalk.yellow.bold,
    MISSING: chalk.yellow.bold,
  };
  return paints[state];
}

function verdictLines({ verdict }: FleetReport, chalk: ChalkInstance, columns: number, counts: string): string[] {
  const word = stateWords[verdict];
  const [first = '', ...rest] = wrap(word + counts, columns);
  return [paint(chalk, verdict)(word) + chalk.bold(first.slice(word.length)), ...rest.map((line) => chalk.bold(line))];
}

function headline(fleet: FleetReport, chalk: ChalkInstance, columns: number): string[] {
  const dim = (line: string) => chalk.dim(line);
  const window = fleetWindow(fleet);
  return [
    ...verdictLines(fleet, chalk, columns, `  ${fleetCounts(fleet)}`),
    ...wrap(fleetMeanings[fleet.verdict], columns),
    ...(window ? wrap(`clawcheck ${fleet.tool.version}, ${window.start} to ${window.end}`, columns).map(dim) : []),
    ...fleetCautions(fleet).flatMap((caution) => wrap(`! ${caution}`, columns)),
  ];
}

function rows(deployments: readonly FleetDeployment[], chalk: ChalkInstance, columns: number): string[] {
  if (deployments.length === 0) return [];
  const name = Math.min(40, Math.max(...deployments.map(({ environment }) => environment.length)));
  return [
    chalk.bold(`Not ready (${deployments.length})`),
    ...deployments.flatMap((deployment) => {
      const { state, environment } = deployment;
      const place = placeOf(deployment);
      const [first = '', ...rest] = wrap(
        [place, troubleOf(deployment)].filter((part) => part !== '').join('  '),
        columns - name - 15,
      );
      return [
        `  ${paint(chalk, state)(stateWords[state].padEnd(10))} ${environment.padEnd(name)}  ${first}`,
        ...rest.map((line) => `${' '.repeat(name + 15)}${line}`),
      ];
    }),
  ];
}

/** Checks that go wrong in the same deployments stand together: of a deployment that could not be seen, it is all. */
function checks({ checks }: FleetReport, chalk: ChalkInstance, columns: number): string[] {
  if (checks.length === 0) return [];
  const groups = new Map<string, FleetCheck & { readonly ids: string[] }>();
  for (const check of checks) {
    const where = JSON.stringify([check.failed, check.unknown]);
    const group = groups.get(where);
    if (group) group.ids.push(check.id);
    else groups.set(where, { ...check, ids: [check.id] });
  }
  return [
    chalk.bold(`Checks to look at (${checks.length})`),
    ...[...groups.values()].flatMap(({ ids, failed, unknown }) => [
      ...wrap(failed.length > 0 ? ids.join(', ') : some(ids, 8), columns, '  '),
      ...(failed.length > 0 ? wrap(`fails in ${failed.length}: ${some(failed, 8)}`, columns, '    ') : []),
      ...(unknown.length > 0 ? wrap(`unknown in ${unknown.length}: ${some(unknown, 8)}`, columns, '    ') : []),
    ]),
  ];
}

function ready({ deployments, counts }: FleetReport, chalk: ChalkInstance, columns: number): string[] {
  const names = deployments.filter(({ state }) => state === 'READY').map(({ environment }) => environment);
  return names.length === 0 ? [] : [chalk.bold(`Ready (${counts.READY})`), ...wrap(names.join(', '), columns, '  ')];
}
