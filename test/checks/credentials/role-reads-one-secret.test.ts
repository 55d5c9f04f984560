import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/role-reads-one-secret.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';
import { runScenario } from '../../support/rig.ts';

const base = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
const [own, sibling, foreign] = [`${base}app-AbCdEf`, `${base}app-old-GhIjKl`, `${base}billing-MnOpQr`];
const stranger = `${base}clawcheck-no-such-secret-Zz0Yy9`;
const arn = 'arn:aws:iam::123456789012:role/app';
const allow = (Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action: 'secretsmanager:GetSecretValue',
  Resource,
  ...more,
});
const identity = (...Statement: object[]) => parsePolicy(JSON.stringify({ Statement }), 'inline', 'identity');
const secret = (arn: string, policy?: object, tags = {}) => ({
  arn,
  name: arn,
  tags,
  policy: policy && parsePolicy(JSON.stringify({ Statement: policy }), arn, 'resource'),
});
const role = (...statements: object[]) => ({
  arn,
  name: 'app',
  account: '123456789012',
  policies: [identity(...statements)],
});
const secrets = [secret(own), secret(sibling), secret(foreign)];
const refused = { caller: 'arn:aws:sts::123456789012:assumed-role/app/i-1', own: 'AccessDeniedException' };
const judge = (
  roles: object[],
  guardedSecrets: object[] = secrets,
  decisions: Record<string, string> = {},
  reads: object = refused,
) =>
  judgeFacts(check, {
    reads,
    instanceRoles: roles,
    ownSecret: { ARN: own },
    guardedSecrets,
    instanceSimulation: [{ role: arn, decisions }],
  });

const variable = (name: string) => `\${${name}}`;

describe('credentials/role-reads-one-secret', () => {
  it.each([
    ['the exact ARN', [allow(own)], 'pass'],
    ['six question marks', [allow(`${base}app-??????`)], 'pass'],
    ['a star that reaches a sibling', [allow(`${base}app-*`)], 'fail'],
    ['another statement', [allow(own), allow('*')], 'fail'],
    ['NotResource', [allow(own), { Effect: 'Allow', Action: '*', NotResource: foreign }], 'fail'],
    ['NotAction', [allow(own), { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'fail'],
    [
      'everything, and a deny of all but its own',
      [allow('*'), { Effect: 'Deny', Action: '*', NotResource: own }],
      'pass',
    ],
    [
      'everything, and a deny under a condition',
      [
        allow('*'),
        { Effect: 'Deny', Action: '*', NotResource: own, Condition: { Bool: { 'aws:ViaAWSService': 'false' } } },
      ],
      'fail',
    ],
    [
      'a condition on the tag of its own',
      [allow('*', { Condition: { StringEquals: { 'aws:ResourceTag/a': 'b' } } })],
      'fail',
    ],
    ['not its own', [allow(own.slice(0, -7))], 'fail'],
    ['nothing', [], 'fail'],
    [
      'its own under a condition',
      [allow(own, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })],
      'undetermined',
    ],
  ])('%s', (_, statements, outcome) => {
    expect(judge([role(...statements)]).outcome).toBe(outcome);
  });

  it.each([
    ['the instance reads it', { ...refused, own: 'readable' }, 'pass'],
    ['the instance is refused', refused, 'undetermined'],
    [
      'the instance reads it as another role',
      { caller: refused.caller.replace('app', 'app2'), own: 'readable' },
      'undetermined',
    ],
    ['nobody could look', new ProbeError('unreachable', 'no host'), 'undetermined'],
  ])('of its own secret under a condition, where %s', (_, reads, outcome) => {
    const stage = { 'ForAnyValue:StringEquals': { 'secretsmanager:VersionStage': 'AWSCURRENT' } };
    expect(judge([role(allow(own, { Condition: stage }))], secrets, {}, reads).outcome).toBe(outcome);
    const other = [allow(own), allow(foreign, { Condition: stage })];
    expect(judge([role(...other)], secrets, {}, reads).outcome).toBe('fail');
  });

  it('understands tags where they are known', () => {
    const tagged = [secret(own, undefined, { app: 'openclaw' }), secret(foreign)];
    const condition = { Condition: { StringEquals: { 'secretsmanager:ResourceTag/app': 'openclaw' } } };
    expect(judge([role(allow('*', condition))], tagged).outcome).toBe('pass');
  });

  it.each([
    ['its own tag', { app: 'openclaw' }, variable('aws:PrincipalTag/app'), 'pass'],
    ['a tag that it does not have', {}, variable('aws:PrincipalTag/app'), 'fail'],
    ['a tag that all have', { app: 'all' }, variable('aws:PrincipalTag/app'), 'fail'],
    ['a tag that is a wildcard', { app: '*' }, variable('aws:PrincipalTag/app'), 'fail'],
    ['a variable with a default', { app: 'openclaw' }, variable("aws:PrincipalTag/app, 'x'"), 'fail'],
  ])('understands a condition on %s', (_, tags, value, outcome) => {
    const of = (app: string) => ({ app, env: 'all' });
    const tagged = [secret(own, undefined, of('openclaw')), secret(foreign, undefined, of('billing'))];
    const key = outcome === 'pass' || !Object.values(tags).includes('all') ? 'app' : 'env';
    const condition = { Condition: { StringEquals: { [`secretsmanager:ResourceTag/${key}`]: value } } };
    const read = { ...role(allow('*', condition)), tags };
    expect(judge([read], tagged).outcome).toBe(outcome);
    const denied = { StringNotEquals: { [`secretsmanager:ResourceTag/${key}`]: value } };
    const guarded = { ...role(allow('*'), { ...allow('*'), Effect: 'Deny', Condition: denied }), tags };
    expect(judge([guarded], tagged).outcome).toBe(outcome);
  });

  it('keeps a boundary in mind', () => {
    const bounded = { ...role(allow('*')), boundary: identity(allow(own)) };
    expect(judge([bounded]).outcome).toBe('pass');
    expect(judge([{ ...role(allow(own)), boundary: identity(allow(foreign)) }]).outcome).toBe('fail');
  });

  it('sees what a resource policy gives', () => {
    const opened = secret(foreign, { Effect: 'Allow', Principal: { AWS: arn }, Action: '*', Resource: '*' });
    expect(judge([role(allow(own))], [secret(own), opened]).outcome).toBe('fail');
  });

  it('does not pass because there is no second secret', () => {
    expect(judge([role(allow('*'))], [secret(own)]).outcome).toBe('fail');
    expect(judge([role(allow(own))], [secret(own)]).outcome).toBe('pass');
  });

  it('asks every role', () => {
    expect(judge([role(allow(own)), { ...role(allow('*')), arn: `${arn}2` }]).outcome).toBe('fail');
    expect(judge([]).outcome).toBe('undetermined');
  });

  it('hears the simulation of each role', () => {
    const facts = {
      instanceRoles: [role(allow(own)), { ...role(allow(own)), arn: `${arn}2` }],
      ownSecret: { ARN: own },
      guardedSecrets: secrets,
      reads: refused,
      instanceSimulation: [
        { role: arn, decisions: {} },
        { role: `${arn}2`, decisions: { [foreign]: 'allowed' } },
      ],
    };
    expect(judgeFacts(check, facts).outcome).toBe('undetermined');
  });

  it('does not judge without its own secret in the list', () => {
    expect(judge([role(allow(own))], [secret(foreign)]).outcome).toBe('undetermined');
  });

  const agreed = { [own]: 'allowed', [sibling]: 'denied', [foreign]: 'denied', [stranger]: 'denied' };
  it.each([
    ['agrees', {}, 'pass'],
    ['says more', { [foreign]: 'allowed' }, 'undetermined'],
    ['says less', { [own]: 'denied' }, 'undetermined'],
    ['lacks context', { [own]: 'open', [foreign]: 'open' }, 'pass'],
  ])('a simulation that %s', (_, change, outcome) => {
    expect(judge([role(allow(own))], secrets, { ...agreed, ...change }).outcome).toBe(outcome);
  });

  it('says whether the simulation was heard', () => {
    const observed = (decisions: Record<string, string>) =>
      judge([role(allow(own))], secrets, decisions)
        .evidence.map((e) => e.observed)
        .at(-1);
    expect(observed(agreed)).toBe('it agrees on 4 of 4 secrets');
  });

  it('is unknown where the simulation is not permitted, and where it fails', async () => {
    const status = async (code: string) => {
      const report = await runScenario([], {
        checks: ['credentials/role-reads-one-secret'],
        change: ({ aws }) => aws.unshift({ operation: 'iam:SimulatePrincipalPolicy', error: { code, status: 403 } }),
      });
      return report.areas[0]?.checks[0]?.status;
    };
    expect(await status('AccessDenied')).toBe('unknown');
    expect(await status('ServiceFailure')).toBe('unknown');
  });
});
