import type { FleetReport } from '../model/fleet.ts';
import type { Report } from '../model/report.ts';

/**
 * The report as JSON: printable ASCII and line feeds only, so that nothing in it can act on a terminal or hide from a
 * reader; no `##`, which is the begin of a command in the logs of some CI systems; keys in the order of the type; one final line feed. The same report gives the same bytes.
 */
export function renderJson(report: Report | FleetReport): string {
  const json = JSON.stringify(report, null, 2);
  // One look at most, where there is nothing to change.
  const plain = json.replaceAll(/[^\x20-\x7e\n]/g, escaped);
  return `${plain.includes('##') ? plain.replaceAll(/(?<=#)#/g, escaped) : plain}\n`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
