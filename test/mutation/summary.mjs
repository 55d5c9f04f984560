import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explained } from './explained.mjs';

/** What Stryker found in an area: figures, and each mutant that no test noticed. */
export function readArea(area, cache) {
  const file = join(cache, `mutation-${area}.json`);
  if (!existsSync(file)) return undefined;
  const figures = { killed: 0, timeout: 0, survived: 0, uncovered: 0, ignored: 0 };
  const names = {
    Killed: 'killed',
    Timeout: 'timeout',
    Survived: 'survived',
    NoCoverage: 'uncovered',
    Ignored: 'ignored',
  };
  const survivors = [];
  for (const [path, { source, mutants }] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).files)) {
    const lines = source.split('\n');
    for (const { status, mutatorName, replacement, location } of mutants) {
      if (names[status]) figures[names[status]] += 1;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const { start, end } = location;
      const first = lines[start.line - 1];
      const original =
        start.line === end.line ? first.slice(start.column - 1, end.column - 1) : `${first.slice(start.column - 1)} …`;
      survivors.push({ path, line: start.line, mutatorName, original, replacement, around: first });
    }
  }
  const found = figures.killed + figures.timeout;
  const score = (100 * found) / (found + figures.survived + figures.uncovered);
  const at = statSync(file).mtime.toISOString().slice(0, 16).replace('T', ' ');
  return {
    area,
    at,
    ...figures,
    score,
    survivors: survivors.map((mutant) => ({ ...mutant, why: whyOf(mutant, survivors) })),
  };
}

/** The reason that was written down for the line, as long as no more mutants of it survive than it was written for. */
function whyOf({ path, around }, survivors) {
  const [at, most, why] = (explained[path] ?? []).find(([text]) => around.includes(text)) ?? [];
  const alike = survivors.filter((one) => one.path === path && one.around.includes(at)).length;
  return at !== undefined && alike <= most ? why : undefined;
}

/** The reasons that nothing needs any more. */
export function idle(areas) {
  const survivors = areas.flatMap(({ survivors }) => survivors);
  return Object.entries(explained).flatMap(([path, rows]) =>
    rows
      .filter(([at]) => !survivors.some((one) => one.path === path && one.around.includes(at)))
      .map(([at]) => `${path}: ${at}`),
  );
}

export const inWords = ({ area, score, killed, timeout, survived, uncovered, ignored }) =>
  `${area}: ${score.toFixed(1)} % of ${killed + timeout + survived + uncovered} mutants noticed ` +
  `(${killed} by a test, ${timeout} by the clock; ${survived} survived, ${uncovered} not covered), ${ignored} texts left out`;

export function writePage(areas, date, path) {
  const sum = (key) => areas.reduce((total, area) => total + area[key], 0);
  const found = sum('killed') + sum('timeout');
  const all = found + sum('survived') + sum('uncovered');
  const row = (name, a) =>
    `| ${name} | ${a.at ?? ''} | ${a.score.toFixed(1)} % | ${a.killed + a.timeout} | ${a.survived + a.uncovered} | ${a.ignored} |`;
  const survivors = areas.flatMap(({ survivors }) => survivors);
  const files = [...new Set(survivors.map(({ path }) => path))].sort();
  const code = (text) => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 90)}\``;
  const page = [
    '# Mutation testing of the checks',
    '',
    `Written by \`npm run mutation\` on ${date}. Do not edit it.`,
    '',
    '[Stryker](https://stryker-mutator.io) changes the judgements of `checks/` in every small way that it knows: a comparison',
    'turned round, a condition removed, a list emptied, `&&` for `||`. A test has to fail for each. The tests are the tables of',
    '`test/checks`, every distinct judgement that the flaws of `fixtures/flaws` and the variations of the good deployment lead',
    'to (gathered once, judged again for each mutant, in `test/mutation`), and the golden reports.',
    '',
    'Left out: the texts of a check (titles, what was expected and observed, messages) as far as nothing is compared with',
    'them. No verdict depends on them; golden reports and the tables hold those that say what was seen.',
    '',
    '| area | tried at (UTC) | score | noticed | not noticed | texts left out |',
    '| --- | --- | --- | --- | --- | --- |',
    ...areas.map((area) => row(area.area, area)),
    row('all', {
      score: (100 * found) / all,
      killed: found,
      timeout: 0,
      survived: all - found,
      uncovered: 0,
      ignored: sum('ignored'),
    }),
    '',
    'One area: `npm run mutation -- --area backup`.',
    '',
    '## What was not noticed, and why',
    '',
    'Each line of a check with a mutant that no test noticed, and why none can or need (`test/mutation/explained.mjs`). A',
    'survivor without a reason ends `npm run mutation` with an error.',
    '',
    ...files.flatMap((file) => {
      const own = survivors.filter((one) => one.path === file).sort((a, b) => a.line - b.line);
      const lines = [...new Set(own.map(({ line }) => line))];
      return [
        `### ${file}`,
        '',
        ...lines.map((line) => {
          const here = own.filter((one) => one.line === line);
          const what = here.map((m) => `${code(m.original)} to ${code(m.replacement)}`);
          return `- line ${line}, ${here[0].why ?? 'WITHOUT A REASON'}: ${what.join('; ')}`;
        }),
        '',
      ];
    }),
  ];
  writeFileSync(path, page.join('\n'));
}
