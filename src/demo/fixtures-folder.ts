import { fileURLToPath } from 'node:url';

/** The fixtures of this package: the sources are two folders below it, the built file is one. */
export const fixturesFolder: string = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../fixtures' : '../fixtures', import.meta.url),
);
