import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** What takes many minutes: `npm run drills:live`. */
const long = process.env['CLAWCHECK_EVERY_DRILL'] === '1' ? [] : ['test/live/drills-*.test.ts'];

/** What judges and reads without a process, a server or a clock of its own: modules are loaded once for all of it. */
const pure = [
  'checks',
  'environment',
  'judging',
  'model',
  'ports',
  'probes',
  'progress',
  'report',
  'rules',
  'runner',
  'setup',
  'variations',
].map((folder) => `test/${folder}/**/*.test.ts`);
const all = ['test/**/*.test.ts'];
const live = ['test/live/**/*.test.ts'];
const excluded = [...configDefaults.exclude, ...long];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'whole', include: all, exclude: [...excluded, ...pure, ...live] } },
      { extends: true, test: { name: 'live', include: live, exclude: excluded } },
    ],
    setupFiles: ['test/support/no-warnings.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // One more than there are cores: the live tests mostly wait.
    maxWorkers: availableParallelism() + 1,
  },
});
