import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/monitoring-secret-isolated.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';

const base = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/';
const main = { arn: `${base}gateway-AbCdEf`, name: 'openclaw/prod/gateway', tags: {}, policy: undefined };
const apart = { arn: `${base}monitoring-GhIjKl`, name: 'openclaw/prod/monitoring', tags: {}, policy: undefined };
const trust = (Principal: object) =>
  parsePolicy(
    JSON.stringify({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } }),
    'trust',
    'trust',
  );
const account = { AWS: '123456789012' };
const reads = (name: string, ...secrets: string[]) => ({
  trust: trust({ Service: 'lambda.amazonaws.com' }),
  arn: `arn:aws:iam::123456789012:role/${name}`,
  account: '123456789012',
  policies: secrets.map((Resource) =>
    parsePolicy(
      JSON.stringify({ Statement: { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource } }),
      'inline',
      'identity',
    ),
  ),
});
const [app, alert] = ['arn:aws:iam::123456789012:role/app', 'arn:aws:iam::123456789012:role/alert'];
const assumes = parsePolicy(
  JSON.stringify({ Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } }),
  'inline',
  'identity',
);
const facts = {
  alertRole: reads('alert', apart.arn),
  instanceRoles: [reads('app', main.arn)],
  ownSecret: { ARN: main.arn },
  guardedSecrets: [main, apart],
  alertSimulation: { role: 'arn:aws:iam::123456789012:role/alert', decisions: {} },
  instanceSimulation: [{ role: 'arn:aws:iam::123456789012:role/app', decisions: {} }],
};
const judge = (change: object = {}, environment: object = {}) =>
  judgeFacts(check, { ...facts, ...change }, environment as Record<string, unknown>).outcome;

describe('credentials/monitoring-secret-isolated', () => {
  it('says that the alerting has no secret of its own', () => {
    const judgement = judgeFacts(check, facts, { 'credentials.monitoringSecret': main.name });
    expect(judgement).toMatchObject({
      outcome: 'fail',
      evidence: [{ subject: main.name, observed: 'it is the secret of the gateway' }],
    });
    expect(judgement.evidence).toHaveLength(1);
  });

  it.each([
    ['each reads its own', {}, 'pass'],
    ['alerting reads both', { alertRole: reads('alert', apart.arn, main.arn) }, 'fail'],
    ['alerting reads by wildcard', { alertRole: reads('alert', `${base}*`) }, 'fail'],
    ['alerting cannot read its own', { alertRole: reads('alert') }, 'fail'],
    ['the instance reads both', { instanceRoles: [reads('app', main.arn, apart.arn)] }, 'fail'],
    ['one of two instance roles reads both', { instanceRoles: [reads('app', main.arn), reads('b', '*')] }, 'fail'],
    [
      'one role for both',
      { alertRole: reads('app', main.arn, apart.arn), instanceRoles: [reads('app', main.arn, apart.arn)] },
      'fail',
    ],
    [
      'alerting lets the instance in',
      { alertRole: { ...reads('alert', apart.arn), trust: trust({ AWS: app }) } },
      'fail',
    ],
    [
      'the instance lets alerting in',
      { instanceRoles: [{ ...reads('app', main.arn), trust: trust({ AWS: alert }) }] },
      'fail',
    ],
    [
      'the instance lets whom the account permits in, and alerting is not permitted',
      { instanceRoles: [{ ...reads('app', main.arn), trust: trust(account) }] },
      'pass',
    ],
    [
      'the instance lets whom the account permits in, and alerting is permitted',
      {
        instanceRoles: [{ ...reads('app', main.arn), trust: trust(account) }],
        alertRole: { ...reads('alert', apart.arn), policies: [...reads('alert', apart.arn).policies, assumes] },
      },
      'fail',
    ],
    [
      'who may take on the role of alerting cannot be read',
      { alertRole: { ...reads('alert', apart.arn), trust: undefined } },
      'undetermined',
    ],
    ['the alerting secret does not exist', { guardedSecrets: [main] }, 'fail'],
    ['the main secret was not listed', { guardedSecrets: [apart] }, 'undetermined'],
    ['no instance role', { instanceRoles: [] }, 'undetermined'],
    [
      'the simulation contradicts for the second role of the instances',
      {
        instanceRoles: [reads('app', main.arn), reads('b', main.arn)],
        instanceSimulation: [
          ...facts.instanceSimulation,
          { role: 'arn:aws:iam::123456789012:role/b', decisions: { [apart.arn]: 'allowed' } },
        ],
      },
      'undetermined',
    ],
    [
      'the simulation contradicts',
      { alertSimulation: { ...facts.alertSimulation, decisions: { [main.arn]: 'allowed' } } },
      'undetermined',
    ],
  ])('%s', (_, change, outcome) => {
    expect(judge(change)).toBe(outcome);
  });

  it('knows the secret by name and by ARN, and demands one of its own', () => {
    const named = (value: unknown) => judge({}, { 'credentials.monitoringSecret': value });
    expect(named(apart.arn)).toBe('pass');
    expect(named(apart.arn.slice(0, -7))).toBe('pass');
    expect(named('openclaw/prod/gateway')).toBe('fail');
    expect(named(undefined)).toBe('undetermined');
  });
});
