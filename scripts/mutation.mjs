// Mutation testing of the judgements: changes the checks in every small way that Stryker knows, and demands that a test
// notices. `--area backup` tries one area; without it, all. Prints the figures and writes docs/mutation.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from '../test/mutation/bundle.mjs';
import { idle, inWords, readArea, writePage } from '../test/mutation/summary.mjs';

const home = 'test/mutation';
const { values } = parseArgs({
  options: {
    area: { type: 'string', multiple: true },
    file: { type: 'string', multiple: true },
    report: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
});
const everything = readdirSync('checks', { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? [e.name] : []));
// `--report` writes the page from what was found before, and tries nothing.
const areas = values.report ? [] : (values.area ?? everything);
const cache = resolve('node_modules/.cache/clawcheck');
mkdirSync(cache, { recursive: true });

if (!existsSync(join(home, 'node_modules')))
  run('npm', ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);

for (const area of areas) {
  const facts = join(cache, `recorded-${area}.bin`);
  if (!existsSync(facts) || newest(['checks', 'src', 'fixtures', 'test/variations', home]) > statSync(facts).mtimeMs)
    await record(area, facts);
  const report = join(cache, `mutation-${area}.json`);
  const config = join(cache, `stryker-${area}.json`);
  const tables = readdirSync(`test/checks/${area}`).filter((name) => name.endsWith('.test.ts'));
  writeFileSync(
    config,
    JSON.stringify({
      mutate: values.file ?? [`checks/${area}/*.ts`, '!checks/**/index.ts'],
      plugins: [pathToFileURL(resolve(home, 'runner.mjs')).href],
      testRunner: 'in-process',
      inProcess: {
        tests: [`${home}/replay.ts`, ...tables.map((name) => `test/checks/${area}/${name}`), 'test/golden.test.ts'],
      },
      ignorers: ['prose'],
      coverageAnalysis: 'perTest',
      concurrency: 1,
      allowEmpty: true,
      ignorePatterns: ['/dist', '/docs', '/schemas', '/.git', '/.github', `/${home}/node_modules`, '/test/live'],
      warnings: { unknownOptions: false },
      tempDirName: join(cache, `stryker-${area}`),
      reporters: ['json', 'dots'],
      // What was found of code and tests that are the same is kept; `--force` tries everything again.
      incremental: true,
      incrementalFile: join(cache, `stryker-${area}-incremental.json`),
      force: values.force,
      jsonReporter: { fileName: report },
      fileLogLevel: 'off',
      logLevel: 'warn',
      timeoutMS: 10_000,
      // TypeScript 7 has no API that Stryker could read it with, and nothing needs it.
      tsconfigFile: 'none.json',
    }),
  );
  forgetSurvivors(join(cache, `stryker-${area}-incremental.json`));
  run(process.execPath, [join(home, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', config], {
    CLAWCHECK_RECORDED: facts,
  });
  rmSync(config);
  process.stdout.write(`\n${inWords(readArea(area, cache))}\n`);
}
const done = everything.flatMap((area) => readArea(area, cache) ?? []);
const score = (list) =>
  (100 * list.reduce((n, a) => n + a.killed + a.timeout, 0)) /
  list.reduce((n, a) => n + a.killed + a.timeout + a.survived + a.uncovered, 0);
// The page is about all areas, or it is not written anew.
if (done.length === everything.length) {
  writePage(done, new Date().toISOString().slice(0, 10), 'docs/mutation.md');
  process.stdout.write(`all areas: ${score(done).toFixed(1)} %, in docs/mutation.md\n`);
  for (const row of idle(done)) process.stdout.write(`a reason that nothing needs any more: ${row}\n`);
  const unexplained = done.flatMap(({ survivors }) => survivors).filter(({ why }) => why === undefined);
  for (const { path, line, original, replacement } of unexplained)
    process.stdout.write(`without a reason: ${path}:${line} ${original} to ${replacement}\n`);
  if (unexplained.length > 0 || done.some(({ score }) => score < 90)) process.exitCode = 1;
}

/** Gathers the facts of every flaw once; a mutant is then judged on them without a run. */
async function record(area, facts) {
  const outfile = join(cache, `record-${area}-${process.pid}.mjs`);
  process.env.CLAWCHECK_RECORD_AREAS = area;
  // Every test that judges whole runs, beside those of single judgements.
  const runs = ['test/variations/aws.test.ts', 'test/checks/drill-record.test.ts', 'test/checks/aws-subject.test.ts'];
  await bundle([`${home}/record.ts`, ...runs], outfile, `${home}/record.ts`);
  const { collected, writeRecorded } = await import(pathToFileURL(outfile).href);
  for (const test of collected) {
    try {
      await test.run();
    } catch (error) {
      // Not what is tested here: `npm test` says so as well, and what was judged is still what it was judged on.
      process.stderr.write(`without a mutant, ${test.name}: ${error.message}\n`);
    }
  }
  process.stdout.write(`${area}: ${collected.length} runs, ${writeRecorded(facts)} distinct judgements\n`);
  rmSync(outfile);
}

/**
 * Lets every mutant be tried again that no test noticed: Stryker keeps its result as long as no test has another name.
 * What was noticed is kept; `--force` tries that again, too.
 */
function forgetSurvivors(file) {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  for (const source of Object.values(report.files))
    source.mutants = source.mutants.filter(({ status }) => status !== 'Survived' && status !== 'NoCoverage');
  writeFileSync(file, JSON.stringify(report));
}

/** When something in these folders was last changed, in milliseconds. */
function newest(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('node_modules'),
    ),
  );
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
