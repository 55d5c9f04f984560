import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localFiles } from '../../../src/adapters/files/files.ts';
import { isRunOf } from '../../../src/judging/eval-case.ts';
import type { ProbeContext } from '../../../src/model/probe.ts';
import type { FilesPort } from '../../../src/ports/files.ts';
import { evalConfigs } from '../../../src/probes/files/eval-configs.ts';
import { parseResults } from '../../../src/probes/files/eval-results.ts';
import { parseTable } from '../../../src/probes/files/eval-table.ts';
import { parseWorkflow } from '../../../src/probes/files/eval-workflow.ts';
import { repositorySkills } from '../../../src/probes/files/skills.ts';
import { fixtures, goodEnvironment, now } from '../../support/rig.ts';

const context = (changes = {}): ProbeContext => ({
  environment: goodEnvironment(changes),
  others: [],
  now,
  nonce: '0'.repeat(24),
  signal: new AbortController().signal,
});

function memory(files: Record<string, string>): FilesPort {
  return {
    read: async (path) => files[path],
    sha256: async (path) => (path in files ? '0'.repeat(64) : undefined),
    async glob(pattern) {
      const { default: picomatch } = await import('picomatch');
      return Object.keys(files)
        .filter((path) => picomatch.isMatch(path, pattern, { dot: true }))
        .sort();
    },
  };
}

const configOf = async (files: Record<string, string>, changes = {}) => {
  const [config] = await evalConfigs.gather(memory(files), {} as never, context(changes));
  return config;
};
const at = 'evals/a/promptfooconfig.yaml';

describe('evalConfigs', () => {
  it('reads from each configuration what promptfoo 0.123.1 made of it', async () => {
    const files = localFiles(join(fixtures, 'good', 'files'));
    const configs = await evalConfigs.gather(files, {} as never, context());
    expect(configs.map(({ path, cases }) => [path, cases.length])).toEqual([
      ['evals/crm-lookup/promptfooconfig.yaml', 4],
      ['evals/invoice-draft/promptfooconfig.yaml', 3],
    ]);
    for (const { path, cases } of configs) {
      const file = join(fixtures, 'good', 'files', 'evals/results', `${path.split('/')[1]}.json`);
      const { runs } = parseResults(readFileSync(file, 'utf8').replaceAll('{{now-5h}}', now.toISOString()), file);
      expect(cases.map((c) => runs.filter((run) => isRunOf(c, run.case)).length)).toEqual(cases.map(() => 1));
    }
  });

  it('merges defaultTest: its assertions first, the metadata and vars of the test over it', async () => {
    const config = await configOf({
      [at]: `
defaultTest: { metadata: { skill: a, case: normal }, vars: { x: 1, y: 2 }, assert: [{ type: is-json }], threshold: 0.5 }
tests:
  - { metadata: { case: edge }, vars: { y: 3 }, assert: [{ type: contains, value: z }] }
  - { options: { disableDefaultAsserts: true } }
`,
    });
    expect(config?.cases).toMatchObject([
      {
        skill: 'a',
        kind: 'edge',
        vars: { x: 1, y: 3 },
        asserts: [{ type: 'is-json' }, { type: 'contains' }],
        threshold: 0.5,
      },
      { skill: 'a', kind: 'normal', asserts: [] },
    ]);
  });

  it('makes a case of each combination of listed values', async () => {
    const config = await configOf({ [at]: 'tests: [{ vars: { a: [1, 2], b: [x, y], c: z } }]' });
    expect(config?.cases.map(({ vars }) => vars)).toEqual([
      { a: 1, b: 'x', c: 'z' },
      { a: 1, b: 'y', c: 'z' },
      { a: 2, b: 'x', c: 'z' },
      { a: 2, b: 'y', c: 'z' },
    ]);
  });

  it('reads tests from files, globs, lines of JSON and tables, and follows local references', async () => {
    const config = await configOf({
      [at]: `
tests: [file://more/*.yaml, one.json, lines.jsonl, table.csv]
`,
      'evals/a/more/1.yaml': '- { description: first }',
      'evals/a/more/2.yaml': 'description: second',
      'evals/a/one.json': '[{ "description": "third" }]',
      'evals/a/lines.jsonl': '{"description":"fourth"}\n\n{"description":"fifth"}\n',
      'evals/a/table.csv':
        'x,__expected,__expected2,__description,__metadata:case\n"a, ""b""\nc",similar(0.8):q,is-json,sixth,edge\n',
    });
    expect(config?.cases.map(({ description }) => description)).toEqual([
      'first',
      'second',
      'third',
      'fourth',
      'fifth',
      'sixth',
    ]);
    expect(config?.cases.at(-1)).toMatchObject({
      kind: 'edge',
      vars: { x: 'a, "b"\nc' },
      asserts: [{ type: 'similar', value: 'q', threshold: 0.8 }, { type: 'is-json' }],
      exact: false,
    });
  });

  it('replaces local references', async () => {
    const text = 'templates: { t: { type: contains, value: q } }\ntests: [{ assert: [{ $ref: "#/templates/t" }] }]';
    expect((await configOf({ [at]: text }))?.cases[0]?.asserts).toEqual([{ type: 'contains', value: 'q' }]);
  });

  it('reads YAML as promptfoo does: with merged keys, and by YAML 1.2 whatever version it names', async () => {
    const text = `%YAML 1.1
---
base: &base { assert: [{ type: equals, value: yes }], threshold: 010 }
tests: [{ <<: *base, description: merged }]`;
    expect((await configOf({ [at]: text }))?.cases).toMatchObject([
      { description: 'merged', asserts: [{ type: 'equals', value: 'yes' }], threshold: 10 },
    ]);
  });

  it.each<[string, string]>([
    ['a tag that only YAML 1.1 has', 'tests: [{ description: !!binary aGk= }]'],
    ['a version of YAML that nobody knows', '%YAML 1.3\n---\ntests: []'],
    ['a reference to nothing', 'tests: [{ assert: [{ $ref: "#/no" }] }]'],
    ['a reference in a circle', 'a: { $ref: "#/a" }\ntests: [{ assert: [{ $ref: "#/a" }] }]'],
    ['a list at the top', '- a'],
    ['a test that is a number', 'tests: [1]'],
    ['an assert that is no list', 'tests: [{ assert: { type: contains } }]'],
    ['metadata that are a text', 'tests: [{ metadata: x }]'],
    [
      'too many aliases',
      `a: &a [1]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${i ? `*b${i - 1}, *b${i - 1}, *b${i - 1}` : '*a, *a, *a'}]`).join('\n')}\ntests: *b8`,
    ],
  ])('takes %s for malformed', async (_, text) => {
    await expect(configOf({ [at]: text })).rejects.toMatchObject({ reason: 'bad_response' });
  });

  it.each<[string, Record<string, string>]>([
    ['tests from a program', { [at]: 'tests: file://tests.py:cases', 'evals/a/tests.py': '' }],
    ['tests from a generator', { [at]: 'tests: [{ path: file://gen.js, config: {} }]' }],
    ['tests from a spreadsheet', { [at]: 'tests: https://docs.google.com/spreadsheets/d/x' }],
    ['scenarios beside tests', { [at]: 'scenarios: [{ config: [{}], tests: [{}] }]\ntests: [{}]' }],
    ['a defaultTest from a program', { [at]: 'defaultTest: file://default.js\ntests: [{}]' }],
  ])('does not guess %s', async (_, files) => {
    expect((await configOf(files))?.program).toBeDefined();
  });

  it('tells the settings by which only some cases are run', async () => {
    const text =
      'tests: [{}]\nscenarios: []\ncommandLineOptions: { filterSample: 1, share: false }\nevaluateOptions: { filterRange: "0:1", repeat: 2 }';
    const found = await configOf({ [at]: text });
    expect(found).toMatchObject({
      program: undefined,
      narrowed: ['evaluateOptions.filterRange', 'commandLineOptions.filterSample'],
    });
  });

  it('takes the cases of a program from its results, under the name of its folder', async () => {
    const result = {
      success: true,
      provider: { id: 'p' },
      testCase: {
        description: 'from a program',
        metadata: { skill: 'a', case: 'edge' },
        vars: { l: [1, 2] },
        assert: [],
      },
    };
    const results = JSON.stringify({
      results: {
        version: 3,
        timestamp: now.toISOString(),
        stats: { successes: 1, failures: 0, errors: 0 },
        results: [result],
      },
    });
    const files = { 'evals/a/promptfooconfig.js': '', 'evals/results/a.json': results };
    const config = await configOf(files, { 'skills.evalConfigs': 'evals/*/promptfooconfig.*' });
    expect(config).toMatchObject({ program: undefined, cases: [{ skill: 'a', kind: 'edge', vars: { l: [1, 2] } }] });
    const other = { 'evals/a/promptfooconfig.js': '', 'evals/results/b.json': results };
    expect((await configOf(other, { 'skills.evalConfigs': 'evals/*/promptfooconfig.*' }))?.program).toBeDefined();
  });
});

describe('parseResults', () => {
  const good = () => ({
    results: {
      version: 3,
      timestamp: now.toISOString(),
      stats: { successes: 1, failures: 0, errors: 0 },
      results: [
        {
          success: true,
          failureReason: 0,
          provider: { id: 'p', label: '' },
          gradingResult: { pass: true },
          testCase: { metadata: { commit: 'abc' }, vars: {}, assert: [] },
        },
      ] as Record<string, unknown>[],
    } as Record<string, unknown>,
  });
  const parse = (change: (file: ReturnType<typeof good>) => void) => {
    const file = good();
    change(file);
    return parseResults(JSON.stringify(file), 'r.json');
  };
  const first = (file: ReturnType<typeof good>) => (file.results['results'] as Record<string, unknown>[])[0] ?? {};

  it('reads a good file', () => {
    expect(parse(() => {})).toMatchObject({ commit: 'abc', successes: 1, runs: [{ passed: true }] });
  });

  it.each<[string, (file: ReturnType<typeof good>) => void]>([
    ['is graded as failed', (file) => Object.assign(first(file), { gradingResult: { pass: false } })],
    ['has a reason for a failure', (file) => Object.assign(first(file), { failureReason: 2 })],
    ['has an error', (file) => Object.assign(first(file), { error: 'x' })],
    ['is no success', (file) => Object.assign(first(file), { success: false })],
  ])('a result that %s has not passed', (_, change) => expect(parse(change).runs[0]?.passed).toBe(false));

  it.each<[string, (file: ReturnType<typeof good>) => void, string]>([
    ['another version', (file) => Object.assign(file.results, { version: 2 }), 'bad_response'],
    ['no time', (file) => Object.assign(file.results, { timestamp: undefined }), 'bad_response'],
    ['a time that is none', (file) => Object.assign(file.results, { timestamp: 'yesterday' }), 'bad_response'],
    ['no counts', (file) => Object.assign(file.results, { stats: {} }), 'bad_response'],
    [
      'a negative count',
      (file) => Object.assign(file.results, { stats: { successes: 2, failures: -1, errors: 0 } }),
      'bad_response',
    ],
    [
      'other counts than results',
      (file) => Object.assign(file.results, { stats: { successes: 2, failures: 0, errors: 0 } }),
      'conflict',
    ],
    ['a result without its case', (file) => Object.assign(first(file), { testCase: undefined }), 'bad_response'],
    ['two commits', (file) => Object.assign(file, { metadata: { commit: 'def' } }), 'conflict'],
  ])('takes %s for malformed', (_, change, reason) => {
    expect(() => parse(change)).toThrow(expect.objectContaining({ reason }));
  });

  it('knows no commit when the cases name several', () => {
    const commit = parse((file) => {
      const results = file.results['results'] as unknown[];
      results.push({ ...first(file), testCase: { metadata: { commit: 'def' } } });
      Object.assign(file.results, { stats: { successes: 2, failures: 0, errors: 0 } });
    }).commit;
    expect(commit).toBeUndefined();
  });
});

describe('parseTable', () => {
  it.each<[string, string[][]]>([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,\r\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    ['\uFEFFa\n"x ""y"", z"', [['a'], ['x "y", z']]],
    [
      'a,b\n\n"1\n2",3',
      [
        ['a', 'b'],
        ['1\n2', '3'],
      ],
    ],
    ['a,b,', [['a', 'b', '']]],
    ['', []],
  ])('%j', (text, rows) => expect(parseTable(text)).toEqual(rows));

  it('refuses a quote that does not end', () => {
    expect(() => parseTable('a\n"x')).toThrow(expect.objectContaining({ reason: 'bad_response' }));
  });
});

describe('parseWorkflow', () => {
  it.each<[string, string[]]>([
    ['on: pull_request', ['pull_request']],
    ['on: [push, pull_request]', ['push', 'pull_request']],
    ['on: { pull_request: null, schedule: [{ cron: "0 4 * * *" }] }', ['pull_request', 'schedule']],
  ])('%s', (on, events) => {
    const workflow = parseWorkflow(`${on}\njobs: { a: { steps: [] } }`, 'w.yml');
    expect(workflow.events).toEqual(events);
    expect(workflow.pullRequest).toBeDefined();
  });

  it.each([
    'jobs: { a: {} }',
    'on: push',
    'on: push\njobs: {}',
    'on: { pull_request: { paths: [a], paths-ignore: [b] } }\njobs: { a: {} }',
    'on: push\njobs: { a: &a { if: false }, b: { <<: *a, steps: [{ run: promptfoo eval }] } }',
  ])('refuses %j', (text) =>
    expect(() => parseWorkflow(text, 'w.yml')).toThrow(expect.objectContaining({ reason: 'bad_response' })),
  );
});

describe('repositorySkills', () => {
  const skills = async (files: Record<string, string>) =>
    repositorySkills.gather(memory(files), {} as never, context());

  it('takes the name from the front matter, or else from the folder', async () => {
    const found = await skills({
      'skills/a/SKILL.md': '---\nname: other\ndescription: x\n---\n',
      'skills/group/b/SKILL.md': '# no front matter',
      'skills/group/b/scripts/x.sh': '',
      'skills/README.md': '',
    });
    expect(found.skills.map(({ folder, name, files }) => [folder, name, files.length])).toEqual([
      ['a', 'other', 1],
      ['group/b', 'b', 2],
    ]);
    expect(found.stray).toEqual(['README.md']);
  });

  it('gives a file to the innermost skill', async () => {
    const found = await skills({
      'skills/a/SKILL.md': '',
      'skills/a/b/SKILL.md': '',
      'skills/a/b/x': '',
      'skills/a/y': '',
    });
    expect(found.skills.map(({ folder, files }) => [folder, files.map(({ path }) => path)])).toEqual([
      ['a', ['SKILL.md', 'y']],
      ['a/b', ['SKILL.md', 'x']],
    ]);
  });

  it('does not guess at front matter that is no YAML', async () => {
    await expect(skills({ 'skills/a/SKILL.md': '---\nname: [\n---\n' })).rejects.toMatchObject({
      reason: 'bad_response',
    });
  });
});
