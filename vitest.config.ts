import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Node reads further authorities before anything else, in each process that a test starts, for a tenth of a second where
// there are many. No test needs one.
delete process.env['NODE_EXTRA_CA_CERTS'];

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

/** Live tests mostly wait and the others mostly compute: they take turns, so that both are always under way. */
class InTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (name: string) => sorted.filter(({ project }) => project.name === name);
    const [waiting, computing] = [of('live'), of('whole')];
    const share = Math.ceil(computing.length / Math.max(waiting.length, 1));
    const mixed = waiting.flatMap((file, i) => [file, ...computing.slice(i * share, (i + 1) * share)]);
    return [...mixed, ...computing.slice(waiting.length * share), ...of('pure')];
  }
}

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'whole', include: all, exclude: [...excluded, ...pure, ...live] } },
      { extends: true, test: { name: 'live', include: live, exclude: excluded } },
    ],
    sequence: { sequencer: InTurns },
    setupFiles: ['test/support/no-warnings.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // One more than there are cores: the live tests mostly wait.
    maxWorkers: availableParallelism() + 1,
  },
});
