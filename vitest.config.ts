import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** What takes many minutes: `npm run drills:live`. */
const long = process.env['CLAWCHECK_EVERY_DRILL'] === '1' ? [] : ['test/live/drills-*.test.ts'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...long],
    setupFiles: ['test/support/no-warnings.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // One more than there are cores: the live tests mostly wait.
    maxWorkers: availableParallelism() + 1,
  },
});
