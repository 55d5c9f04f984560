import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/monitoring-secret-isolated.ts';
import { parsePolicy } from '../../../src/judging/iam-document.ts';
import { judgeFacts } from '../../support/judge.ts';

const base = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/';
const main = { arn: `${base}gateway-AbCdEf`, name: 'openclaw/prod/gateway', tags: {}, policy: undefined };
const apart = { arn: `${base}monitoring-GhIjKl`, name: 'openclaw/prod/monitoring', tags: {}, policy: undefined };
const reads = (name: string, ...secrets: string[]) => ({
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
