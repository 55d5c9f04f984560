/** Every format of the report, by the name that --format takes. */
export const formats = [
  'text',
  'json',
  'html',
  'markdown',
  'junit',
  'sarif',
  'github-alerts',
  'github-annotations',
] as const;
export type Format = (typeof formats)[number];

/** What the end of a file's name says about its format. The first that fits counts. */
const suffixes: readonly (readonly [string, Format])[] = [
  ['.annotations.txt', 'github-annotations'],
  ['.alerts.sarif', 'github-alerts'],
  ['.sarif.json', 'sarif'],
  ['.txt', 'text'],
  ['.json', 'json'],
  ['.html', 'html'],
  ['.md', 'markdown'],
  ['.xml', 'junit'],
  ['.sarif', 'sarif'],
];

/** The format of a file by its name (`report.sarif.json` is SARIF), or undefined where the name does not say it. */
export function formatOf(file: string): Format | undefined {
  return suffixes.find(([suffix]) => file.toLowerCase().endsWith(suffix))?.[1];
}

/** The suffix that a file of this format gets. */
export function suffixOf(format: Format): string {
  return suffixes.findLast(([, one]) => one === format)?.[0] ?? '';
}
