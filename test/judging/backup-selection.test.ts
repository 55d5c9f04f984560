import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selects } from '../../src/judging/backup-selection.ts';
import { fitsGlob } from '../../src/judging/glob.ts';

const arn = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-01';
const resource = { arn, tags: { backup: 'daily', stage: 'prod' } };
const base = { SelectionName: 's', IamRoleArn: 'arn:role' };
const tag = (ConditionKey: string, ConditionValue: string) => ({
  ConditionType: 'STRINGEQUALS' as const,
  ConditionKey,
  ConditionValue,
});
const on = (ConditionKey: string, ConditionValue: string) => ({
  ConditionKey: `aws:ResourceTag/${ConditionKey}`,
  ConditionValue,
});

describe('selects', () => {
  it.each([
    ['nothing named', {}, false],
    ['empty lists', { Resources: [], ListOfTags: [], Conditions: {} }, false],
    ['its ARN', { Resources: [arn] }, true],
    ['a longer ARN', { Resources: [`${arn}0`] }, false],
    ['a shorter ARN', { Resources: [arn.slice(0, -1)] }, false],
    ['everything', { Resources: ['*'] }, true],
    ['all file systems', { Resources: ['arn:aws:elasticfilesystem:*:*:file-system/*'] }, true],
    ['all volumes', { Resources: ['arn:aws:ec2:*:*:volume/*'] }, false],
    ['file systems of another region', { Resources: ['arn:aws:elasticfilesystem:us-east-1:*'] }, false],
    ['everything but it', { Resources: ['*'], NotResources: [arn] }, false],
    ['everything but file systems', { Resources: ['*'], NotResources: ['arn:aws:elasticfilesystem:*'] }, false],
    ['everything but volumes', { Resources: ['*'], NotResources: ['arn:aws:ec2:*'] }, true],
    ['exclusions alone', { NotResources: ['arn:aws:ec2:*'] }, false],
    ['its tag', { ListOfTags: [tag('backup', 'daily')] }, true],
    ['its tag, with the prefix', { ListOfTags: [tag('aws:ResourceTag/backup', 'daily')] }, true],
    ['one of two tags', { ListOfTags: [tag('backup', 'no'), tag('stage', 'prod')] }, true],
    ['another value of the tag', { ListOfTags: [tag('backup', 'Daily')] }, false],
    ['a tag that it lacks', { ListOfTags: [tag('team', 'x')] }, false],
    ['a tag that every object has', { ListOfTags: [tag('constructor', 'x')] }, false],
    ['its tag, but another ARN', { Resources: ['arn:aws:ec2:*'], ListOfTags: [tag('backup', 'daily')] }, false],
    ['its tag, but excluded', { ListOfTags: [tag('backup', 'daily')], NotResources: [arn] }, false],
    ['all conditions', { Conditions: { StringEquals: [on('backup', 'daily'), on('stage', 'prod')] } }, true],
    ['one of two conditions', { Conditions: { StringEquals: [on('backup', 'daily'), on('stage', 'dev')] } }, false],
    ['like', { Resources: ['*'], Conditions: { StringLike: [on('stage', 'pr*')] } }, true],
    ['unlike', { Resources: ['*'], Conditions: { StringNotLike: [on('stage', 'pr*')] } }, false],
    ['not equal', { Resources: ['*'], Conditions: { StringNotEquals: [on('stage', 'dev')] } }, true],
    ['not equal, and equal', { Resources: ['*'], Conditions: { StringNotEquals: [on('stage', 'prod')] } }, false],
    ['not equal, of a tag it lacks', { Resources: ['*'], Conditions: { StringNotEquals: [on('x', 'y')] } }, false],
  ])('%s: %j is %s', (_, selection, expected) => {
    expect(selects({ ...base, ...selection }, resource)).toBe(expected);
  });
});

describe('fitsGlob', () => {
  it('agrees with a regular expression', () => {
    const text = fc.stringMatching(/^[ab*.]{0,8}$/);
    fc.assert(
      fc.property(text, fc.stringMatching(/^[ab.]{0,8}$/), (pattern, subject) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(fitsGlob(pattern, subject)).toBe(expression.test(subject));
      }),
      { numRuns: 2000 },
    );
  });
});
