import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/secret-in-secrets-manager.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf';
const daysAgo = (days: number, ms = 0) => new Date(now.getTime() - days * 86_400_000 - ms);
const secret = {
  ARN,
  Name: 'a',
  LastChangedDate: daysAgo(12),
  SecretVersionsToStages: { one: ['AWSCURRENT', 'AWSPENDING'], two: ['AWSPREVIOUS'] },
};
const judge = (change: object, policy?: object) =>
  judgeFacts(check, {
    configuredSecret: { ...secret, ...change },
    guardedSecrets: [
      {
        arn: ARN,
        name: 'a',
        tags: {},
        policy: policy && parsePolicy(JSON.stringify({ Statement: policy }), ARN, 'resource'),
      },
    ],
  }).outcome;

describe('credentials/secret-in-secrets-manager', () => {
  it.each([
    ['as it should be', {}, 'pass'],
    ['scheduled for deletion', { DeletedDate: daysAgo(-7) }, 'fail'],
    ['changed 90 days ago', { LastChangedDate: daysAgo(90) }, 'pass'],
    ['changed a little longer ago', { LastChangedDate: daysAgo(90, 1) }, 'fail'],
    ['changed in the future', { LastChangedDate: daysAgo(-1) }, 'fail'],
    ['never changed as far as is known', { LastChangedDate: undefined }, 'undetermined'],
    ['a pending version', { SecretVersionsToStages: { one: ['AWSCURRENT'], two: ['AWSPENDING'] } }, 'fail'],
    ['no version', { SecretVersionsToStages: {} }, 'fail'],
    ['versions not given', { SecretVersionsToStages: undefined }, 'fail'],
  ])('%s', (_, change, outcome) => {
    expect(judge(change)).toBe(outcome);
  });

  const grant = (Principal: unknown, Condition: object = {}) => ({
    Effect: 'Allow',
    Principal,
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition,
  });
  it.each([
    ['a role of the account', grant({ AWS: 'arn:aws:iam::123456789012:role/x' }), 'pass'],
    ['the account', grant({ AWS: '123456789012' }), 'pass'],
    ['everyone', grant('*'), 'fail'],
    ['everyone in a list', grant({ AWS: ['arn:aws:iam::123456789012:role/x', '*'] }), 'fail'],
    ['everyone of the account', grant('*', { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }), 'pass'],
    ['everyone of another account', grant('*', { StringEquals: { 'aws:PrincipalAccount': '999999999999' } }), 'fail'],
    ['everyone of any account', grant('*', { StringLike: { 'aws:PrincipalAccount': '*' } }), 'fail'],
    ['everyone but one', grant('*', { StringNotEquals: { 'aws:PrincipalAccount': '999999999999' } }), 'fail'],
    ['everyone over TLS', grant('*', { Bool: { 'aws:SecureTransport': 'true' } }), 'fail'],
    ['everyone, if the key is there', grant('*', { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1a' } }), 'fail'],
    ['everyone of the organisation', grant('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-1a' } }), 'fail'],
    [
      'everyone of a part of the organisation',
      grant('*', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-1a/r-ab12/ou-ab12-1/*' } }),
      'fail',
    ],
    [
      'everyone whose request does not say otherwise',
      grant('*', { 'ForAllValues:StringEquals': { 'aws:PrincipalAccount': '123456789012' } }),
      'fail',
    ],
    [
      'everyone of the organisation who is of the account',
      grant('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-1a', 'aws:PrincipalAccount': '123456789012' } }),
      'pass',
    ],
    ['another account', grant({ AWS: 'arn:aws:iam::999999999999:root' }), 'fail'],
    ['another account by number', grant({ AWS: '999999999999' }), 'fail'],
    ['a deny of everyone', { ...grant('*'), Effect: 'Deny' }, 'pass'],
  ])('its policy lets in %s', (_, statement, outcome) => {
    expect(judge({}, statement)).toBe(outcome);
  });

  it('is not judged without its resource policy', () => {
    expect(judgeFacts(check, { configuredSecret: secret, guardedSecrets: [] }).outcome).toBe('undetermined');
  });
});
