import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { journalsIn } from '../../src/adapters/drills/journal-file.ts';
import { beyondScope } from '../../src/drills/experiment-scope.ts';
import type { ExperimentPlan } from '../../src/ports/fis.ts';
import { type ExperimentBehaviour, memberArn, templateId, templateOf } from './experiments.ts';
import { makeUndo } from './make.ts';
import { drillIn, outcomes, type Stage, stage } from './support.ts';
import type { Behaviour } from './world.ts';

const group = { 'aws:autoscaling:groupName': 'openclaw-prod' };
const other = memberArn.replace('60001', '6ffff');
const scope = { group: 'openclaw-prod', instances: ['i-0a1b2c3d4e5f60001'] };
const stop = templateOf();
const [action] = Object.values(stop.actions ?? {});

/** What may be tried, and why not. */
const templates: readonly [name: string, plan: ExperimentPlan, why: RegExp | undefined, members?: number][] = [
  ['stops one by the tag of the group', stop, undefined],
  ['terminates one', templateOf(undefined, 'aws:ec2:terminate-instances'), undefined],
  ['stops one by its ARN', templateOf({ resourceArns: [memberArn], selectionMode: 'ALL' }), undefined],
  ['all of a group of one', templateOf({ resourceTags: group, selectionMode: 'ALL' }), undefined],
  ['one of several', templateOf({ resourceTags: group, selectionMode: 'COUNT(1)' }), undefined, 3],
  ['all of a group of three', templateOf({ resourceTags: group, selectionMode: 'ALL' }), /more than one instance/, 3],
  ['two of a group', templateOf({ resourceTags: group, selectionMode: 'COUNT(2)' }), /more than one instance/],
  ['a share of a group', templateOf({ resourceTags: group, selectionMode: 'PERCENT(50)' }), /more than one instance/],
  ['no selection', templateOf({ resourceTags: group }), /more than one instance/],
  [
    'another group',
    templateOf({ resourceTags: { ...group, 'aws:autoscaling:groupName': 'x' } }),
    /not bound to the group/,
  ],
  ['a tag that anybody can set', templateOf({ resourceTags: { Name: 'openclaw-prod' } }), /not bound to the group/],
  [
    'another instance',
    templateOf({ resourceArns: [memberArn, other], selectionMode: 'COUNT(1)' }),
    /not of the group: i-/,
  ],
  ['no instance by name', templateOf({ selectionMode: 'COUNT(1)' }), /neither by ARN alone nor by tag alone/],
  ['both', templateOf({ resourceArns: [memberArn], resourceTags: group }), /neither by ARN alone nor by tag alone/],
  ['another action', templateOf(undefined, 'aws:ssm:send-command'), /its action is none of/],
  ['two actions', { ...stop, actions: { one: action ?? {}, two: action ?? {} } }, /it has 2 actions/],
  ['no action', { ...stop, actions: {} }, /it has 0 actions/],
  ['another target', { ...stop, targets: { one: { resourceType: 'aws:rds:db' } } }, /another target than instances/],
  ['a target that is not there', { ...stop, targets: {} }, /another target than instances/],
  ['other accounts', { ...stop, experimentOptions: { accountTargeting: 'multi-account' } }, /other accounts/],
  ['nothing', {}, /it has 0 actions/],
];

describe('an experiment template', () => {
  it.each(templates)('with %s', (_, plan, why, members = 1) => {
    const instances = [...scope.instances, 'i-0a1b2c3d4e5f60002', 'i-0a1b2c3d4e5f60003'].slice(0, members);
    const found = beyondScope(plan, { ...scope, instances });
    if (why) expect(found).toMatch(why);
    else expect(found).toBeUndefined();
  });
});

describe('instance-failure by AWS FIS', () => {
  let on: Stage | undefined;
  afterEach(async () => {
    await on?.close();
    on = undefined;
  });
  const staged = async (experiment: Partial<ExperimentBehaviour> = {}, more: Behaviour = {}) => {
    on = await stage(
      { ...more, experiment: { template: stop, ...experiment } },
      { 'drills.experimentTemplate': templateId },
    );
    return on;
  };

  it('passes where the group replaces what the experiment stops, timed from its own record', async () => {
    const { world } = await staged({ runs: 'lingers' });
    const record = await drillIn(on as Stage, 'instance-failure');
    expect([record.outcome, record.reasons]).toEqual(['pass', []]);
    expect(outcomes(record)).toEqual({ injected: 'pass', replaced: 'pass' });
    expect(world.changes).toEqual(['fis:StartExperiment', 'fis:StopExperiment']);
    expect(world.experiments).toEqual(['stopped']);
    expect(record.values).toMatchObject({ instance: 'i-0a1b2c3d4e5f60001', replacement: 'i-0a1b2c3d4e5f60002' });
  });

  it.each([
    ['nothing replaces it', {}, { replaceAfter: undefined }, 'fail', { injected: 'pass', replaced: 'fail' }],
    ['its action fails', { runs: 'fails' }, {}, 'fail', { injected: 'fail' }],
    [
      'the template is another by then',
      { changedTo: templateOf({ resourceTags: { Name: 'x' } }) },
      {},
      'fail',
      { injected: 'fail' },
    ],
    ['the answer to the start is lost', { runs: 'lingers' }, { losesAnswerOf: 'fis:StartExperiment' }, 'unknown', {}],
  ] as const)('where %s', async (_, experiment, more, outcome, measured) => {
    const { world } = await staged(experiment, more);
    const record = await drillIn(on as Stage, 'instance-failure');
    expect([record.outcome, outcomes(record)]).toMatchObject([outcome, measured]);
    expect(record.steps.map(({ undo }) => undo)).not.toContain('failed');
    expect([world.machine, world.mark]).toEqual(['running', undefined]);
    expect(world.experiments).not.toContain('running');
  });

  it('does nothing by a template that could do more', async () => {
    const { world } = await staged({ template: templateOf({ resourceTags: { Name: 'openclaw-prod' } }) });
    const record = await drillIn(on as Stage, 'instance-failure');
    expect([record.outcome, record.reasons[0]]).toEqual([
      'unknown',
      expect.stringMatching(/^the experiment template EXT\w+ is not used: its target is not bound to the group/),
    ]);
    expect(world.changes).toEqual([]);
  });

  it('fails loudly to undo where the environment file no longer names the template', async () => {
    const { world, deployment, journal } = await staged({ runs: 'lingers' });
    let full = false;
    const left = drillIn(on as Stage, 'instance-failure', {
      journal: (file) => ({
        ...file,
        append(entry) {
          full ||= entry.type === 'seen' && entry.expectation === 'injected';
          if (full) throw new Error('the disk is full');
          file.append(entry);
        },
      }),
    });
    await expect(left).rejects.toThrow('the disk is full');
    expect(world.experiments).toEqual(['running']);
    const [path = ''] = journalsIn(journal);
    const { config } = deployment;
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, text.replace(/ *experimentTemplate: .*\n/, ''));
    expect(await makeUndo({ config, path })).toMatchObject({ restored: false });
    writeFileSync(config, text);
    expect(await makeUndo({ config, path })).toMatchObject({ restored: true });
    expect([world.machine, world.mark, world.experiments]).toEqual(['running', undefined, ['stopped']]);
  });
});
