import { describe, expect, it } from 'vitest';
import adversarialCases from '../../../checks/skills/adversarial-cases.ts';
import allPass from '../../../checks/skills/all-pass.ts';
import inventoryMatches from '../../../checks/skills/inventory-matches.ts';
import threeCasesEach from '../../../checks/skills/three-cases-each.ts';
import type { EvalCase } from '../../../src/judging/eval-case.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const one = (kind: string, more: Partial<EvalCase> = {}): EvalCase => ({
  from: 'c.yaml',
  description: kind,
  skill: 'a',
  kind,
  commit: undefined,
  vars: { request: kind },
  asserts: [{ type: 'contains', value: 'x' }],
  threshold: undefined,
  exact: true,
  ...more,
});
const three = [one('normal'), one('decline'), one('edge')];
const skill = (name: string) => ({ name, folder: name, files: [{ path: 'SKILL.md', sha256: 'f'.repeat(64) }] });
const skills = { directory: 'skills', skills: [skill('a')], stray: [] };
const configs = (cases: readonly EvalCase[], providers: readonly string[] = []) => [
  { path: 'evals/a/promptfooconfig.yaml', cases, providers, program: undefined, env: {}, files: [] },
];

describe('three-cases-each', () => {
  const judge = (cases: readonly EvalCase[], changes = {}, of: unknown = skills) =>
    judgeFacts(threeCasesEach, { skills: of, configs: configs(cases) }, changes).outcome;

  it.each<[string, readonly EvalCase[], string]>([
    ['the three kinds', three, 'pass'],
    ['escalate in the place of decline', [one('normal'), one('escalate'), one('edge')], 'pass'],
    ['none', [], 'fail'],
    ['two', three.slice(0, 2), 'fail'],
    ['injection in the place of edge', [one('normal'), one('decline'), one('injection')], 'fail'],
    ['a kind that is none', [one('normal'), one('decline'), one('Edge')], 'fail'],
    ['a case of another skill', [one('normal'), one('decline'), one('edge', { skill: 'b' })], 'fail'],
    ['a case of no skill', [one('normal'), one('decline'), one('edge', { skill: undefined })], 'fail'],
    ['one without assertion', [one('normal'), one('decline'), one('edge', { asserts: [] })], 'fail'],
    ['one input with three labels', three.map((c) => ({ ...c, vars: { request: 'x' } })), 'fail'],
  ])('%s', (_, cases, outcome) => expect(judge(cases)).toBe(outcome));

  it('demands as many as configured', () => {
    expect(judge(three, { 'skills.casesPerSkill': 4 })).toBe('fail');
    expect(judge([...three, one('injection')], { 'skills.casesPerSkill': 4 })).toBe('pass');
  });

  it('decides nothing without a skill, or with two of one name', () => {
    expect(judge(three, {}, { ...skills, skills: [] })).toBe('undetermined');
    expect(judge(three, {}, { ...skills, skills: [skill('a'), { ...skill('a'), folder: 'b' }] })).toBe('undetermined');
  });

  it('fails for one skill of two', () => {
    expect(judge(three, {}, { ...skills, skills: [skill('a'), skill('b')] })).toBe('fail');
  });

  it('does not guess what a program holds', () => {
    const program = [...configs(three), { path: 'x.js', cases: [], providers: [], program: 'x.js' }];
    expect(judgeFacts(threeCasesEach, { skills, configs: program }).outcome).toBe('undetermined');
  });
});

describe('all-pass', () => {
  const head = { branch: 'main', commit: 'c'.repeat(40), tree: 't', protected: true };
  const provider = { id: 'p', label: 'staging' };
  const file = (cases: readonly EvalCase[], more = {}) => ({
    path: 'r.json',
    at: new Date(now.getTime() - 3_600_000),
    commit: head.commit,
    successes: cases.length,
    failures: 0,
    errors: 0,
    runs: cases.map((c) => ({ case: c, passed: true, failureReason: 0, provider })),
    ...more,
  });
  const judge = (results: readonly unknown[], of = configs(three, ['staging'])) =>
    judgeFacts(allPass, { configs: of, results, head, tree: [] });
  const hours = (n: number) => ({ at: new Date(now.getTime() - n * 3_600_000) });

  it.each<[string, readonly unknown[], string]>([
    ['all in one file', [file(three)], 'pass'],
    ['one file for each', three.map((c) => file([c])), 'pass'],
    ['no file', [], 'fail'],
    ['a case is missing', [file(three.slice(1))], 'fail'],
    ['at the age', [file(three, hours(7 * 24))], 'pass'],
    ['over the age', [file(three, hours(7 * 24 + 1))], 'fail'],
    ['in the future', [file(three, hours(-1))], 'fail'],
    ['an old failure under a new success', [file(three), file(three, { ...hours(9), failures: 1 })], 'pass'],
    ['a new failure over an old success', [file(three, { failures: 1 }), file(three, hours(9))], 'fail'],
    [
      'a new part over an old whole that failed',
      [file(three.slice(1)), file(three, { ...hours(9), errors: 1 })],
      'fail',
    ],
    ['of another commit', [file(three, { commit: 'd'.repeat(40) })], 'fail'],
    ['of a shortened commit', [file(three, { commit: 'c'.repeat(12) })], 'fail'],
    ['without a commit', [file(three, { commit: undefined })], 'undetermined'],
    ['without a commit, and failed', [file(three, { commit: undefined, failures: 1 })], 'fail'],
    ['other assertions', [file(three.map((c) => ({ ...c, asserts: [{ type: 'is-json' }] })))], 'fail'],
  ])('%s', (_, results, outcome) => expect(judge(results).outcome).toBe(outcome));

  it('demands every configured provider, by id or label', () => {
    expect(judge([file(three)], configs(three, ['p', 'staging'])).outcome).toBe('pass');
    expect(judge([file(three)], configs(three, ['staging', 'production'])).outcome).toBe('fail');
  });

  it('counts no case that was run on echo as well', () => {
    const ran = (...ids: string[]) =>
      three.flatMap((c) => ids.map((id) => ({ case: c, passed: true, failureReason: 0, provider: { id, label: id } })));
    const outcome = (...ids: string[]) => judge([file(three, { runs: ran(...ids) })], configs(three, ['a'])).outcome;
    expect([outcome('a'), outcome('a', 'echo'), outcome('echo')]).toEqual(['pass', 'fail', 'fail']);
  });
  it('takes one run on each of two providers for both', () => {
    const run = (c: EvalCase, id: string) => ({ case: c, passed: true, failureReason: 0, provider: { id, label: id } });
    const runs = three.flatMap((c) => [run(c, 'one'), run(c, 'two')]);
    expect(judge([file(three, { runs })], configs(three, ['one', 'two'])).outcome).toBe('pass');
  });

  it('names the case that failed, and only that, whatever the file counts', () => {
    const runs = (bad: number) =>
      three.map((c, i) => ({ case: c, passed: i !== bad, failureReason: i === bad ? 1 : 0, provider }));
    const { outcome, evidence } = judge([file(three, { runs: runs(1) })]);
    expect(outcome).toBe('fail');
    expect(evidence.map(({ observed }) => observed)).toEqual([
      '1 of 1 runs failed in r.json',
      '0 failures, 0 errors among 3 results',
    ]);
  });

  it('fails for a run that failed, also of a case that is no longer there', () => {
    const gone = { case: one('injection'), passed: false, failureReason: 1, provider };
    const kept = three.map((c) => ({ case: c, passed: true, failureReason: 0, provider }));
    const { outcome, evidence } = judge([file(three, { runs: [...kept, gone] })]);
    expect([outcome, evidence.length]).toEqual(['fail', 1]);
  });

  it('decides nothing without cases', () => {
    expect(judge([file([])], configs([])).outcome).toBe('undetermined');
  });
});

describe('adversarial-cases', () => {
  const judge = (cases: readonly EvalCase[], outsideInput: readonly string[] = ['a']) =>
    judgeFacts(adversarialCases, { skills, configs: configs(cases) }, { 'skills.outsideInput': outsideInput }).outcome;

  it.each<[string, readonly EvalCase[], readonly string[], string]>([
    ['an injection case', [one('injection')], ['a'], 'pass'],
    ['none', three, ['a'], 'fail'],
    ['one that asserts nothing', [one('injection', { asserts: [] })], ['a'], 'fail'],
    ['one of another skill', [one('injection', { skill: 'b' })], ['a'], 'fail'],
    ['a skill that is not there', [one('injection')], ['a', 'b'], 'fail'],
    ['nothing declared', [one('injection')], [], 'undetermined'],
  ])('%s', (_, cases, outside, outcome) => expect(judge(cases, outside)).toBe(outcome));
});

describe('inventory-matches', () => {
  const there = (root: string, folder: string, more = {}) => ({ ...skill(folder), root, ...more });
  const shipped = { agent: 'main', name: 'w', source: 'openclaw-bundled', directory: '/usr/lib/openclaw/skills/w' };
  const judge = (
    deployed: readonly unknown[],
    links: readonly unknown[] = [],
    repository: unknown = skills,
    loaded: readonly object[] = [],
  ) => {
    const plugins = [
      { name: 'canvas', target: '/usr/lib/openclaw/dist/extensions/canvas/skills/canvas' },
      { name: 'crm', target: '/opt/plugins/crm/skills/crm' },
      { name: 'climbs', target: '/usr/lib/openclaw/../x' },
      { name: 'copied', target: '-' },
    ];
    const there = { skills: deployed, links, present: ['workspace'], plugins };
    return judgeFacts(inventoryMatches, { deployed: there, repository, loaded: [shipped, ...loaded] }).outcome;
  };

  it.each<[string, readonly unknown[], string]>([
    ['the same', [there('workspace', 'a')], 'pass'],
    ['the same, managed', [there('managed', 'a')], 'pass'],
    ['none', [], 'fail'],
    ['the same, in the workspace of an agent', [there('workspace-rest', 'two/skills/a')], 'pass'],
    ['the same, in a folder of the workspace', [there('workspace-rest', 'a')], 'pass'],
    [
      'the same name, below another folder that is managed',
      [there('workspace', 'a'), there('managed', 'x/skills/a')],
      'fail',
    ],
    ['one more', [there('workspace', 'a'), there('home-agents', 'b')], 'fail'],
    ['one more of an agent', [there('workspace', 'a'), there('workspace-rest', 'two/skills/b')], 'fail'],
    ['the same in the workshop of an agent', [there('workspace', 'a'), there('workshop', 'a')], 'fail'],
    ['other content', [there('workspace', 'a', { files: [{ path: 'SKILL.md', sha256: '0' }] })], 'fail'],
    ['no regular file', [there('workspace', 'a', { files: [{ path: 'SKILL.md', sha256: undefined }] })], 'fail'],
    ['a file less', [there('workspace', 'a', { files: [] })], 'fail'],
    [
      'other content under the same name elsewhere',
      [there('workspace', 'a'), there('managed', 'a', { files: [] })],
      'fail',
    ],
  ])('%s', (_, deployed, outcome) => expect(judge(deployed)).toBe(outcome));

  const extra = (directory?: string) => ({ ...shipped, name: 'x', source: 'openclaw-extra', directory });
  const state = '/home/openclaw/.openclaw';
  it.each<[string, object, string]>([
    ['from the workspace', { ...shipped, source: 'openclaw-workspace' }, 'pass'],
    ['from a folder that was compared', extra('/mnt/openclaw/workspace/two/skills/a'), 'pass'],
    ['from one in the workspace that was not', extra('/mnt/openclaw/workspace/three/skills/a'), 'fail'],
    ['from a folder elsewhere', extra('/opt/skills/a'), 'fail'],
    ['from a place that is not told', extra(), 'undetermined'],
    ['from a kind of place that is not known', { ...shipped, source: 'openclaw-store' }, 'undetermined'],
    ['of a plugin that comes with the gateway', extra(`${state}/plugin-skills/canvas`), 'pass'],
    ['of another plugin', extra(`${state}/plugin-skills/crm`), 'fail'],
    ['of a plugin that climbs out', extra(`${state}/plugin-skills/climbs`), 'fail'],
    ['in the folder of the plugins, and no link', extra(`${state}/plugin-skills/copied`), 'fail'],
    ['of a plugin that is not linked yet', extra(`${state}/plugin-skills/late`), 'undetermined'],
    ['called shipped, from the state directory', { ...shipped, directory: `${state}/mine/skills/x` }, 'fail'],
    ['shipped, installed below it', { ...shipped, directory: `${state}/node_modules/openclaw/skills/x` }, 'pass'],
  ])('a skill that the gateway loads %s', (_, loaded, outcome) => {
    expect(judge([there('workspace-rest', 'two/skills/a')], [], skills, [loaded])).toBe(outcome);
  });

  it('fails for a missing skill, whatever is not told of another', () => {
    expect(judge([], [], skills, [extra()])).toBe('fail');
  });

  it('fails for a link, and decides nothing where there is no skill at all', () => {
    expect(judge([there('workspace', 'a')], [{ root: 'managed', path: 'x' }])).toBe('fail');
    expect(judge([], [], { ...skills, skills: [] })).toBe('undetermined');
  });
});
