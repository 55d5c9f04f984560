import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Survivors whose kind says why no test of a verdict can see them. The first that fits a mutant explains it. */
const explanations = [
  [
    'evidence',
    ({ mutatorName, original, around }) =>
      mutatorName === 'ArrayDeclaration' &&
      !original.includes('=>') &&
      /undetermined\(|undecided\(|controls|\],$/.test(around),
    'what is shown beside an answer that decides nothing, or a further control: the verdict does not rest on it',
  ],
  [
    'guard',
    ({ mutatorName, original, replacement }) =>
      (mutatorName === 'ConditionalExpression' || mutatorName === 'BlockStatement') &&
      (replacement === 'false' || replacement === '{}') &&
      /\.length === 0|=== undefined|instanceof ProbeError|^!\w+$|^\{/.test(original),
    'a guard that says earlier and more clearly what the judgement comes to without it',
  ],
  [
    'type',
    ({ mutatorName, original }) =>
      mutatorName === 'OptionalChaining' || /^typeof |!== undefined/.test(original) || mutatorName === 'Regex',
    'a form that the probe has checked already: the other case does not reach the check',
  ],
  [
    'text',
    ({ mutatorName, original, around }) =>
      [
        'StringLiteral',
        'ArithmeticOperator',
        'MethodExpression',
        'LogicalOperator',
        'ConditionalExpression',
        'EqualityOperator',
        'ArrowFunction',
      ].includes(mutatorName) &&
      /observed|shown|shorten|join\(|\.slice\(|more|words|message|Text|subject|title/.test(`${around} ${original}`),
    'the words of the evidence, which golden reports hold for the deployments they are of',
  ],
];

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
      const mutant = { path, line: start.line, mutatorName, original, replacement, around: first };
      survivors.push({ ...mutant, why: explanations.find(([, fits]) => fits(mutant))?.[0] });
    }
  }
  const found = figures.killed + figures.timeout;
  const score = (100 * found) / (found + figures.survived + figures.uncovered);
  const at = statSync(file).mtime.toISOString().slice(0, 16).replace('T', ' ');
  return { area, at, ...figures, score, survivors };
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
  const byWhy = (why) => survivors.filter((one) => one.why === why);
  const code = (text) => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 90)}\``;
  const listed = (list) =>
    list.map((m) => `- ${m.path}:${m.line} ${m.mutatorName}: ${code(m.original)} to ${code(m.replacement)}`);
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
    'Left out: the texts of a check (titles, what was expected and observed, messages). No verdict depends on them.',
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
    'Sorted by what the mutant changes. The sorting is by rules (`test/mutation/summary.mjs`), not by hand.',
    '',
    ...explanations.flatMap(([name, , why]) => {
      const list = byWhy(name);
      return list.length === 0
        ? []
        : [`### ${why[0].toUpperCase()}${why.slice(1)} (${list.length})`, '', ...listed(list), ''];
    }),
    `### Without an explanation (${byWhy(undefined).length})`,
    '',
    'A test that notices them is missing.',
    '',
    ...listed(byWhy(undefined)),
    '',
  ];
  writeFileSync(path, page.join('\n'));
}
