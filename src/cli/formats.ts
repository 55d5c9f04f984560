/** Every format of the report, by the name that --format takes. */
export const formats = ['text', 'json', 'html', 'markdown', 'junit', 'sarif'] as const;
export type Format = (typeof formats)[number];

/** What the extension of a file says about its format. */
const extensions: Readonly<Record<string, Format>> = {
  txt: 'text',
  json: 'json',
  html: 'html',
  md: 'markdown',
  xml: 'junit',
  sarif: 'sarif',
};

/** The format of a file by its name (`report.sarif.json` is SARIF), or undefined where the name does not say it. */
export function formatOf(file: string): Format | undefined {
  if (file.toLowerCase().endsWith('.sarif.json')) return 'sarif';
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
}
