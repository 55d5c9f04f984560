// Breaks each promise of SECURITY.md on purpose, in a copy of the project, and demands that its own test fails. First
// every test is held to pass on the copy as it is. `--promise 4` tries one, `--file` none but those of a source file.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Break, breaks } from '../test/promises/broken.ts';

const { values } = parseArgs({ options: { promise: { type: 'string', multiple: true } } });
const wanted = breaks.filter(({ promise }) => !values.promise || values.promise.includes(String(promise)));
const copy = mkdtempSync(join(tmpdir(), 'clawcheck-broken-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const event of ['SIGINT', 'SIGTERM'] as const) process.on(event, () => process.exit(130));

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
});
for (const file of files.split('\0').filter(Boolean)) cpSync(file, join(copy, file));
symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));

const testOf = (promise: number) => {
  const start = `p${String(promise).padStart(2, '0')}-`;
  const file = readdirSync(join(copy, 'test/promises')).find((name) => name.startsWith(start));
  return join('test/promises', file ?? start);
};

/** Late is not broken: a busy machine gets its time. */
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--testTimeout', '180000'];

/** Builds the copy and runs one test. @returns what ended it, and what it failed for */
function attempt(promise: number): { ended: 'passes' | 'fails' | 'is not built'; first: string } {
  const run = (command: string[]) =>
    spawnSync(process.execPath, command, { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  const built = run(['scripts/build.mjs', '--no-types']);
  if (built.status !== 0) return { ended: 'is not built', first: built.stderr.slice(0, 500) };
  const { status, stdout, stderr } = run([...vitest, testOf(promise)]);
  const first = /^.*FAIL.*$/m.exec(stdout + stderr)?.[0].replace(/^\W*FAIL\W+(?:\|\w+\|\W+)?\S+ > /, '') ?? '';
  return { ended: status === 0 ? 'passes' : 'fails', first };
}

function brokenBy({ file, find, put, promise }: Break) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) return { ended: 'is not built', first: `${file} has not once: ${find}` };
  writeFileSync(
    path,
    source.replace(find, () => put),
  );
  try {
    return attempt(promise);
  } finally {
    writeFileSync(path, source);
  }
}

for (const promise of new Set(wanted.map((one) => one.promise))) {
  const { ended, first } = attempt(promise);
  if (ended !== 'passes') {
    process.stderr.write(`P${promise}: the test ${ended} with nothing broken: ${first}\n`);
    process.exit(1);
  }
}
let unnoticed = 0;
for (const one of wanted) {
  const { ended, first } = brokenBy(one);
  if (ended !== 'fails') unnoticed += 1;
  const what = ended === 'fails' ? `noticed by "${first}"` : `NOT NOTICED (the test ${ended}) ${first}`;
  process.stdout.write(`P${one.promise}  ${one.how}: ${what}\n`);
}
process.stdout.write(`promises broken: ${wanted.length}, not noticed: ${unnoticed}\n`);
if (unnoticed > 0) process.exitCode = 1;
