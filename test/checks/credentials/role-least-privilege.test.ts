import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/role-least-privilege.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';

const arn = 'arn:aws:iam::123456789012:role/app';
const own = {
  arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf',
  name: 'a',
  tags: {},
  policy: undefined,
};
const identity = (...Statement: object[]) => parsePolicy(JSON.stringify({ Statement }), 'inline', 'identity');
const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const trust = (Principal: unknown, Condition?: object) =>
  parsePolicy(
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...(Condition && { Condition }) }],
    }),
    'trust',
    'trust',
  );
const role = (statements: object[], boundary?: object) => ({
  arn,
  account: '123456789012',
  policies: [identity(...statements), identity(allow('secretsmanager:GetSecretValue'))],
  boundary: boundary && identity(boundary),
  trust: trust({ Service: 'ec2.amazonaws.com' }),
});
const judge = (roles: object[], allowed: string[] = [], roleTrusts: object[] = []) =>
  judgeFacts(check, {
    instanceRoles: roles,
    roleTrusts,
    ownSecret: { ARN: own.arn },
    guardedSecrets: [own],
    instanceSimulation: roles.map(() => ({ role: arn, allowed })),
  });
const narrow = [allow('secretsmanager:GetSecretValue'), allow(['logs:PutLogEvents', 'iam:GetRole', 'ec2:Describe*'])];

describe('credentials/role-least-privilege', () => {
  it.each([
    ['what a gateway needs', narrow, 'pass'],
    ['every action', [allow('*')], 'fail'],
    ['every action, in other words', [allow('*:*')], 'fail'],
    ['every action on one resource', [allow('*', { Resource: 'arn:aws:s3:::bucket' })], 'fail'],
    ['every action of a service everywhere', [allow(['s3:GetObject', 's3:*'])], 'fail'],
    ['every action of a service on all that it has', [allow('s3:*', { Resource: 'arn:aws:s3:::*' })], 'fail'],
    ['every action of S3 on the objects of a bucket', [allow('s3:*', { Resource: 'arn:aws:s3:::bucket/*' })], 'pass'],
    ['every action of a service on one resource', [allow('s3:*', { Resource: 'arn:aws:s3:::bucket' })], 'pass'],
    [
      'every action of a service, denied but for one',
      [allow('s3:*'), { Effect: 'Deny', NotAction: ['s3:ListBucket', 'secretsmanager:*'], Resource: '*' }],
      'pass',
    ],
    ['a part of a service everywhere', [allow('s3:List*')], 'pass'],
    [
      'what the agents of Systems Manager and CloudWatch need',
      [allow(['ssm:GetParameter', 'ssm:UpdateInstanceInformation', 'logs:PutRetentionPolicy'])],
      'pass',
    ],
    ['the messages of Session Manager', [allow(['ssmmessages:*', 'ec2messages:*'])], 'pass'],
    ['every object of every bucket', [allow('s3:Get*')], 'fail'],
    ['every object of every bucket, by their ARNs', [allow('s3:GetObject', { Resource: 'arn:aws:s3:::*/*' })], 'fail'],
    ['every object to write', [allow('s3:PutObject')], 'fail'],
    ['every function', [allow('lambda:InvokeFunction')], 'fail'],
    [
      'every function of a name',
      [allow('lambda:InvokeFunction', { Resource: 'arn:aws:lambda:*:*:function:openclaw-*' })],
      'pass',
    ],
    ['every object of a bucket', [allow('s3:Get*', { Resource: 'arn:aws:s3:::bucket/*' })], 'pass'],
    ['every object, and a deny of it', [allow('s3:Get*'), { ...allow('s3:GetObject'), Effect: 'Deny' }], 'pass'],
    ['every key', [allow('kms:Decrypt', { Resource: 'arn:aws:kms:eu-west-1:123456789012:key/*' })], 'fail'],
    [
      'every key, for Secrets Manager',
      [allow('kms:Decrypt', { Condition: { StringEquals: { 'kms:ViaService': 'x' } } })],
      'pass',
    ],
    [
      'every object, over TLS',
      [allow('s3:GetObject', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
      'fail',
    ],
    [
      'every object with a tag',
      [allow('s3:GetObject', { Condition: { StringEquals: { 's3:ExistingObjectTag/for': 'openclaw' } } })],
      'pass',
    ],
    [
      'every key with a tag',
      [allow('kms:Decrypt', { Condition: { StringEquals: { 'aws:ResourceTag/for': 'openclaw' } } })],
      'pass',
    ],
    ['one key', [allow('kms:Decrypt', { Resource: 'arn:aws:kms:eu-west-1:123456789012:key/1' })], 'pass'],
    ['every parameter', [allow('ssm:Get*')], 'fail'],
    ['every parameter by name', [allow(['ssm:GetParameter'])], 'fail'],
    [
      'every parameter by name, by their ARNs',
      [allow('ssm:GetParameters', { Resource: 'arn:aws:ssm:*:*:parameter/*' })],
      'fail',
    ],
    ['the same without a slash', [allow('ssm:GetParameters', { Resource: 'arn:aws:ssm:*:*:parameter*' })], 'fail'],
    [
      'every parameter beside those of the agent',
      [allow('ssm:UpdateInstanceInformation'), allow('ssm:GetParameter')],
      'fail',
    ],
    [
      'parameters of one path',
      [allow('ssm:GetParameter', { Resource: 'arn:aws:ssm:*:*:parameter/openclaw/*' })],
      'pass',
    ],
    ['parameters of AWS', [allow('ssm:GetParameter', { Resource: 'arn:aws:ssm:*::parameter/aws/service/*' })], 'pass'],
    ['changes prefix lists', [allow('ec2:ModifyManagedPrefixList')], 'fail'],
    ['shares snapshots', [allow('ec2:ModifySnapshotAttribute')], 'fail'],
    ['runs documents by an association', [allow('ssm:CreateAssociation')], 'fail'],
    ['reports on associations', [allow('ssm:UpdateAssociationStatus')], 'pass'],
    ['raises the budget', [allow('budgets:ModifyBudget')], 'fail'],
    ['changes the health check', [allow('elasticloadbalancing:ModifyTargetGroup')], 'fail'],
    ['leaves its target group', [allow('elasticloadbalancing:DeregisterTargets')], 'pass'],
    ['updates stacks', [allow('cloudformation:UpdateStack')], 'fail'],
    ['signals its stack', [allow(['cloudformation:SignalResource', 'cloudformation:DescribeStackResource'])], 'pass'],
    ['NotAction', [{ Effect: 'Allow', NotAction: ['iam:*', 'secretsmanager:*'], Resource: '*' }], 'fail'],
    ['every action of iam', [allow('iam:*')], 'fail'],
    ['passing one role', [allow('iam:PassRole', { Resource: 'arn:aws:iam::123456789012:role/x' })], 'fail'],
    ['passing roles under a condition', [allow('iam:PassRole', { Condition: { StringEquals: { a: 'b' } } })], 'fail'],
    ['a wildcard that reaches a write', [allow('iam:*Role*')], 'fail'],
    ['another role', [allow('sts:AssumeRole')], 'fail'],
    ['changing its own secret', [allow('secretsmanager:PutSecretValue', { Resource: 'arn:aws:x' })], 'fail'],
    ['changing the file system policy', [allow('elasticfilesystem:Put*')], 'fail'],
    ['a write that is denied everywhere', [allow('iam:*'), { ...allow('iam:*'), Effect: 'Deny' }], 'pass'],
    [
      'a write that is denied somewhere',
      [allow('iam:*'), { ...allow('iam:*', { Resource: 'arn:aws:x' }), Effect: 'Deny' }],
      'fail',
    ],
    ['every action, and a deny of it', [allow('*'), { ...allow('*'), Effect: 'Deny' }], 'fail'],
  ])('%s', (_, statements, outcome) => {
    expect(judge([role(statements)]).outcome).toBe(outcome);
  });

  it('counts what the boundary leaves, but no sweeping statement', () => {
    expect(judge([role([allow('iam:*')], allow(['logs:*', 'secretsmanager:Get*']))]).outcome).toBe('pass');
    expect(judge([role([allow('*')], allow('logs:*'))]).outcome).toBe('fail');
  });

  it('looks at every role', () => {
    expect(judge([role(narrow), role([allow('iam:*')])]).outcome).toBe('fail');
    expect(judge([]).outcome).toBe('undetermined');
    const facts = { instanceRoles: [], roleTrusts: [], ownSecret: { ARN: own.arn }, guardedSecrets: [own] };
    const heard = [{ role: arn, allowed: [] }];
    expect(judgeFacts(check, { ...facts, instanceSimulation: heard }).outcome).toBe('undetermined');
  });

  it('names the service of which everything is allowed', () => {
    const observed = 'every action of ecs everywhere';
    expect(judge([role([allow('ecs:*')])]).evidence[0]).toMatchObject({ observed });
  });

  it('is unknown where one of the roles cannot be asked about', () => {
    expect(judge([role(narrow), { ...role(narrow), trust: undefined }]).outcome).toBe('undetermined');
    expect(judge([role(narrow), { ...role([]), policies: [] }]).outcome).toBe('undetermined');
  });

  it('hears the simulation of each role', () => {
    const other = { ...role(narrow), arn: `${arn}-2` };
    const facts = {
      instanceRoles: [role(narrow), other],
      roleTrusts: [],
      ownSecret: { ARN: own.arn },
      guardedSecrets: [own],
    };
    const heard = (allowed: string[]) => [
      { role: arn, allowed: [] },
      { role: other.arn, allowed },
    ];
    expect(judgeFacts(check, { ...facts, instanceSimulation: heard([]) }).outcome).toBe('pass');
    expect(judgeFacts(check, { ...facts, instanceSimulation: heard(['iam:PassRole']) }).outcome).toBe('undetermined');
  });

  it('does not take a role without its own secret for one without privileges', () => {
    expect(judge([{ ...role([]), policies: [] }]).outcome).toBe('undetermined');
    expect(judge([{ ...role([]), policies: [identity(allow('iam:*'))] }]).outcome).toBe('fail');
  });

  it('hears the simulation', () => {
    expect(judge([role(narrow)], []).outcome).toBe('pass');
    expect(judge([role(narrow)], ['iam:PassRole']).outcome).toBe('undetermined');
    expect(judge([role([allow('iam:*')])], ['iam:PassRole']).outcome).toBe('fail');
  });

  const external = { StringEquals: { 'sts:ExternalId': 'x' } };
  it.each<[string, unknown, object | undefined, string]>([
    ['EC2 and a role of the account', { Service: 'ec2.amazonaws.com', AWS: arn }, undefined, 'pass'],
    ['everyone', '*', undefined, 'fail'],
    ['everyone of an organization', '*', { StringEquals: { 'aws:PrincipalOrgID': 'o-1a' } }, 'fail'],
    ['another account', { AWS: 'arn:aws:iam::999999999999:root' }, undefined, 'fail'],
    ['another account with an external id', { AWS: '999999999999' }, external, 'fail'],
  ])('may be taken on by %s', (_, principal, condition, outcome) => {
    expect(judge([{ ...role(narrow), trust: trust(principal, condition) }]).outcome).toBe(outcome);
  });

  const elsewhere = 'arn:aws:iam::123456789012:role/website';
  const person = (value: string) => ({ ArnEquals: { 'aws:PrincipalArn': value } });
  it.each<[string, unknown, object | undefined, string]>([
    ['a service only', { Service: 'lambda.amazonaws.com' }, undefined, 'pass'],
    ['it by name', { AWS: [elsewhere, arn] }, undefined, 'fail'],
    ['a session of it', { AWS: 'arn:aws:sts::123456789012:assumed-role/app/i-1' }, undefined, 'fail'],
    ['it by name under a condition', { AWS: arn }, external, 'fail'],
    ['it by name with a second factor', { AWS: arn }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, 'pass'],
    ['everyone', '*', undefined, 'fail'],
    ['everyone of the organization', '*', { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }, 'fail'],
    ['everyone with its name', '*', person(arn), 'fail'],
    ['everyone with another name', '*', person(elsewhere), 'pass'],
    ['the account, which leaves it to its policies', { AWS: 'arn:aws:iam::123456789012:root' }, undefined, 'pass'],
    ['another account', { AWS: '999999999999' }, undefined, 'pass'],
  ])('is let in by another role that trusts %s', (_, principal, condition, outcome) => {
    const other = { arn: elsewhere, trust: trust(principal, condition) };
    expect(judge([role(narrow)], [], [{ arn, trust: trust({ AWS: arn }) }, other]).outcome).toBe(outcome);
  });

  it('is unknown where the trust policy of another role cannot be read, unless it fails anyway', () => {
    const garbled = { arn: elsewhere, trust: undefined };
    expect(judge([role(narrow)], [], [garbled]).outcome).toBe('undetermined');
    expect(judge([role([allow('iam:*')])], [], [garbled]).outcome).toBe('fail');
  });
});
