import { describe, expect, it } from 'vitest';
import { policyGrantsService } from '../../src/judging/service-grant.ts';

const request = {
  service: 'cloudwatch.amazonaws.com',
  action: 'sns:Publish',
  resource: 'arn:aws:sns:eu-west-1:123456789012:alerts',
  source: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a',
  account: '123456789012',
};
const base = {
  Effect: 'Allow',
  Principal: { Service: request.service },
  Action: 'sns:Publish',
  Resource: request.resource,
};
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
/** What SNS gives a new topic. */
const byDefault = {
  ...base,
  Principal: { AWS: '*' },
  Action: ['SNS:Publish', 'SNS:Subscribe'],
  Condition: { StringEquals: { 'AWS:SourceOwner': '123456789012' } },
};

describe('policyGrantsService', () => {
  it.each([
    ['no policy', undefined, 'no'],
    ['the service', policy(base), 'yes'],
    ['one of two services', policy({ ...base, Principal: { Service: ['x', request.service] } }), 'yes'],
    ['everyone', policy({ ...base, Principal: '*' }), 'yes'],
    ['the default policy', policy(byDefault), 'yes'],
    ['the default policy of another account', policy(byDefault).replace('Owner":"1', 'Owner":"2'), 'no'],
    ['another service', policy({ ...base, Principal: { Service: 'events.amazonaws.com' } }), 'no'],
    ['a role', policy({ ...base, Principal: { AWS: 'arn:aws:iam::123456789012:role/x' } }), 'no'],
    ['another action', policy({ ...base, Action: 'sns:Subscribe' }), 'no'],
    ['a wildcard action', policy({ ...base, Action: 'sns:*' }), 'yes'],
    ['another resource', policy({ ...base, Resource: `${request.resource}-2` }), 'no'],
    ['another source', policy({ ...base, Condition: { ArnEquals: { 'aws:SourceArn': `${request.source}-2` } } }), 'no'],
    ['another account', policy({ ...base, Condition: { StringEquals: { 'aws:SourceAccount': '2' } } }), 'no'],
    ['a condition that is not known', policy({ ...base, Condition: { StringEquals: { 'aws:x': 'y' } } }), 'maybe'],
    ['an organization', policy({ ...base, Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1' } } }), 'maybe'],
    ['a deny for the service', policy(base, { ...base, Effect: 'Deny' }), 'no'],
    ['a deny for everyone', policy(base, { ...base, Effect: 'Deny', Principal: '*' }), 'no'],
    [
      'a deny without TLS',
      policy(base, {
        ...base,
        Effect: 'Deny',
        Principal: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      'yes',
    ],
    [
      'a deny of all but some',
      policy(base, {
        ...base,
        Effect: 'Deny',
        Principal: undefined,
        NotPrincipal: { AWS: 'arn:aws:iam::123456789012:root' },
      }),
      'maybe',
    ],
    [
      'a deny under a condition that is not known',
      policy(base, { ...base, Effect: 'Deny', Condition: { StringEquals: { 'aws:x': 'y' } } }),
      'maybe',
    ],
    ['all actions but this', policy({ ...base, Action: undefined, NotAction: 'sns:Publish' }), 'no'],
  ])('%s', (_, text, expected) => {
    expect(policyGrantsService(text, request)).toBe(expected);
  });

  it('refuses what is not a policy', () => {
    expect(() => policyGrantsService('<html>', request)).toThrow(/grammar/);
  });
});
