/** Values of an option that may be given again, or several at once with commas. */
export const list = (value: string, before: readonly string[]): string[] => [
  ...before,
  ...value.split(',').filter((v) => v !== ''),
];

/** Options that several commands have. */
export const checksOption: [string, string, typeof list, string[]] = [
  '--checks <path>',
  'also the checks of this extension: a file, a folder or a package; again for more',
  list,
  [],
];
export const configOption: [string, string, string] = ['-c, --config <file>', 'environment file', 'clawcheck.yaml'];
export const environmentOption: [string, string] = [
  '-e, --env <name>',
  'environment of the environment file (required)',
];
