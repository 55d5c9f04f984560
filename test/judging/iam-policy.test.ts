import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Policy, parsePolicy } from '../../src/judging/iam-document.ts';
import { glob, matchArn } from '../../src/judging/iam-match.ts';
import { identityAllows, type Principal, resourceAllows, roleAllows } from '../../src/judging/iam-policy.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway-AbCdEf';
const get = 'secretsmanager:GetSecretValue';
const identity = (...Statement: object[]): Policy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'test', 'identity');
const resource = (...Statement: object[]): Policy =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'test', 'resource');
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: get, Resource: arn, ...more });
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' });
const role = { arn: 'arn:aws:iam::123456789012:role/app/openclaw', account: '123456789012' };
const principal: Principal = { kind: 'role', ...role };
const ask = { action: get, resource: arn };
const allows = (policies: Policy[], boundary?: Policy) => identityAllows({ policies, boundary }, ask);
const tag = { 'aws:ResourceTag/team': 'a' };

describe('identity policies', () => {
  it.each([
    ['the exact ARN', allow(), 'yes'],
    ['the ARN without its six characters', allow({ Resource: arn.slice(0, -7) }), 'no'],
    ['six question marks', allow({ Resource: `${arn.slice(0, -6)}??????` }), 'yes'],
    ['a star', allow({ Resource: `${arn.slice(0, -6)}*` }), 'yes'],
    ['a star for everything', allow({ Resource: '*' }), 'yes'],
    ['a star over colons', allow({ Resource: 'arn:aws:secretsmanager:*' }), 'maybe'],
    ['another case in the resource', allow({ Resource: arn.toUpperCase() }), 'no'],
    ['another case in the action', allow({ Action: 'SecretsManager:getsecretvalue' }), 'yes'],
    ['a star in the action', allow({ Action: 'secretsmanager:Get*' }), 'yes'],
    ['every action', allow({ Action: '*' }), 'yes'],
    ['another action', allow({ Action: 'secretsmanager:DescribeSecret' }), 'no'],
    ['NotAction without it', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 'yes'],
    ['NotAction with it', { Effect: 'Allow', NotAction: 'secretsmanager:*', Resource: '*' }, 'no'],
    ['NotResource of another', { Effect: 'Allow', Action: get, NotResource: `${arn}x` }, 'yes'],
    ['NotResource of it', { Effect: 'Allow', Action: get, NotResource: arn }, 'no'],
    [
      'a policy variable',
      allow({ Resource: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:\${aws:PrincipalTag/x}*` }),
      'maybe',
    ],
    ['a condition that is not known', allow({ Condition: { StringEquals: tag } }), 'maybe'],
    ['an operator that is not understood', allow({ Condition: { 'ForAllValues:StringLike': tag } }), 'maybe'],
  ])('an allow of %s', (_, statement, expected) => {
    expect(allows([identity(statement)])).toBe(expected);
  });

  it.each([
    ['without a condition', deny(), 'no'],
    ['by star', deny({ Action: '*', Resource: '*' }), 'no'],
    ['by NotResource', { Effect: 'Deny', Action: get, NotResource: `${arn}x` }, 'no'],
    ['of another secret', deny({ Resource: `${arn}x` }), 'yes'],
    ['under a condition: no denial', deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }), 'maybe'],
  ])('a deny %s', (_, statement, expected) => {
    expect(allows([identity(allow({ Resource: '*' })), identity(statement)])).toBe(expected);
  });

  it('are bounded by the boundary, which itself allows nothing', () => {
    const everything = identity(allow({ Action: '*', Resource: '*' }));
    expect(allows([everything], identity(allow({ Action: 's3:*' })))).toBe('no');
    expect(allows([everything], everything)).toBe('yes');
    expect(allows([everything], identity(allow(), deny()))).toBe('no');
    expect(allows([], everything)).toBe('no');
  });

  it('are asked about any resource at all', () => {
    const any = (...s: object[]) =>
      identityAllows({ policies: [identity(...s)], boundary: undefined }, { action: get, resource: undefined });
    expect(any(allow())).toBe('yes');
    expect(any({ Effect: 'Allow', Action: get, NotResource: '*' })).toBe('no');
    expect(any(allow(), deny())).toBe('maybe');
    expect(any(allow(), deny({ Resource: '*' }))).toBe('no');
  });
});

describe('conditions on known keys', () => {
  const context = (key: string) => (key === 'aws:resourcetag/team' ? ['a'] : key === 'aws:none' ? null : undefined);
  const holds = (Condition: object) =>
    identityAllows({ policies: [identity(allow({ Condition }))], boundary: undefined }, { ...ask, context });
  it.each([
    [{ StringEquals: { 'AWS:ResourceTag/Team': 'a' } }, 'yes'],
    [{ StringEquals: { 'aws:ResourceTag/team': 'b' } }, 'no'],
    [{ StringEquals: { 'aws:ResourceTag/team': ['b', 'a'] } }, 'yes'],
    [{ StringNotEquals: { 'aws:ResourceTag/team': ['b', 'a'] } }, 'no'],
    [{ StringLike: { 'aws:ResourceTag/team': '?' } }, 'yes'],
    [{ StringEquals: { 'aws:ResourceTag/team': `\${aws:PrincipalTag/team}` } }, 'maybe'],
    [{ StringEquals: { 'aws:none': 'a' } }, 'no'],
    [{ StringEqualsIfExists: { 'aws:none': 'a' } }, 'yes'],
    [{ StringNotEquals: { 'aws:none': 'a' } }, 'yes'],
    [{ Null: { 'aws:none': 'true' } }, 'yes'],
    [{ Null: { 'aws:none': false } }, 'no'],
    [{ Null: { 'aws:ResourceTag/team': 'true' } }, 'no'],
    [{ NumericLessThan: { 'aws:ResourceTag/team': '5' } }, 'maybe'],
    [{ StringEquals: { 'aws:other': 'a', 'aws:ResourceTag/team': 'b' } }, 'no'],
  ])('%j is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe('resource policies', () => {
  const none = { ...role, policies: [], boundary: undefined };
  const grant = (Principal: unknown) => resource({ Effect: 'Allow', Principal, Action: get, Resource: '*' });
  it.each([
    ['the role', { AWS: role.arn }, 'yes'],
    ['everyone', '*', 'yes'],
    ['everyone with a word for it', { AWS: '*' }, 'yes'],
    ['a session of the role', { AWS: 'arn:aws:sts::123456789012:assumed-role/openclaw/i-1' }, 'maybe'],
    ['the account, which leaves it to identity policies', { AWS: 'arn:aws:iam::123456789012:root' }, 'no'],
    ['another role', { AWS: 'arn:aws:iam::123456789012:role/other' }, 'no'],
    ['a service', { Service: 'ec2.amazonaws.com' }, 'no'],
  ])('a grant to %s', (_, Principal, expected) => {
    expect(roleAllows(none, grant(Principal), ask)).toBe(expected);
  });

  it('let nobody in against a deny of the role, and a deny for the account is one for the role', () => {
    const denied = { ...none, policies: [identity(deny())] };
    expect(roleAllows(denied, grant('*'), ask)).toBe('no');
    const allowed = { ...none, policies: [identity(allow())] };
    const Principal = { AWS: '123456789012' };
    expect(roleAllows(allowed, resource({ Effect: 'Deny', Principal, Action: '*', Resource: '*' }), ask)).toBe('no');
    const others = { Effect: 'Deny', NotPrincipal: { AWS: role.arn }, Action: '*', Resource: '*' };
    expect(roleAllows(allowed, resource(others), ask)).toBe('maybe');
  });

  it('let everyone but some in', () => {
    const but = (AWS: string) => resource({ Effect: 'Allow', NotPrincipal: { AWS }, Action: get, Resource: '*' });
    expect(resourceAllows(but('arn:aws:iam::123456789012:role/x'), principal, ask)).toBe('maybe');
    expect(resourceAllows(but(role.arn), principal, ask)).toBe('no');
  });

  it('know who does not sign', () => {
    expect(resourceAllows(grant('*'), { kind: 'anonymous' }, ask)).toBe('yes');
    expect(resourceAllows(grant({ AWS: role.arn }), { kind: 'anonymous' }, ask)).toBe('no');
    expect(resourceAllows(undefined, { kind: 'anonymous' }, ask)).toBe('no');
  });
});

describe('documents', () => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: allow({ Resource: `${arn}*` }) });
  it('are read plain, URL-encoded and with a single statement', () => {
    const plain = parsePolicy(text, 'n', 'identity');
    expect(parsePolicy(encodeURIComponent(text), 'n', 'identity')).toEqual(plain);
    expect(parsePolicy(` ${text}\n`, 'n', 'identity')).toEqual(plain);
    expect(plain.statements).toHaveLength(1);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['HTML', '<html>'],
    ['cut JSON', text.slice(0, -5)],
    ['broken encoding', '%7B%'],
    ['a list', '[]'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an unknown effect', text.replace('Allow', 'allow')],
    ['an unknown element', text.replace('"Resource"', '"Resources"')],
    ['both Action and NotAction', text.replace('"Effect"', '"NotAction":"x","Effect"')],
    ['an action that is no text', text.replace(`"${get}"`, '5')],
    ['an identity policy with a principal', text.replace('"Effect"', '"Principal":"*","Effect"')],
  ])('are refused: %s', (_, document) => {
    expect(() => parsePolicy(document, 'n', 'identity')).toThrow('grammar');
  });

  it('are refused: a resource policy without a principal', () => {
    expect(() => parsePolicy(text, 'n', 'resource')).toThrow('grammar');
  });
});

describe('properties', () => {
  const letter = fc.constantFrom('a', 'b', ':', '/', '*', '?');
  const pattern = fc.string({ unit: letter, maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/'), maxLength: 10 });
  const action = fc.constantFrom('s:Get', 's:Put', 't:Get');
  const target = fc.constantFrom('arn:aws:s:r:1:x', 'arn:aws:s:r:1:xy', 'arn:aws:s:r:1:z/x');
  const actions = fc.array(fc.constantFrom('*', 's:*', 's:Get', 's:P?t', 'T:get'), { minLength: 1, maxLength: 3 });
  const targets = fc.array(
    fc.constantFrom('*', 'arn:aws:s:r:1:x*', 'arn:aws:s:*', 'arn:aws:s:r:1:xy', `arn:aws:s:r:1:\${v}`),
    { minLength: 1, maxLength: 3 },
  );
  const statement = fc
    .record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      act: fc.tuple(fc.constantFrom('Action', 'NotAction'), actions),
      res: fc.tuple(fc.constantFrom('Resource', 'NotResource'), targets),
      Condition: fc.constantFrom({}, { Bool: { k: 'true' } }),
    })
    .map(({ Effect, act, res, Condition }) => ({ Effect, [act[0]]: act[1], [res[0]]: res[1], Condition }));
  const statements = fc.array(statement, { maxLength: 5 });
  const rank = { no: 0, maybe: 1, yes: 2 };
  const judged = (list: object[], action: string, resource: string, boundary?: object[]) =>
    identityAllows(
      { policies: [identity(...list)], boundary: boundary && identity(...boundary) },
      { action, resource },
    );

  it('a pattern matches as its regular expression does', () => {
    fc.assert(
      fc.property(pattern, name, (p, text) => {
        const source = p.replaceAll(/[.*+?^${}()|[\]\\/]/g, (c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : `\\${c}`));
        expect(glob(p, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('a pattern of an ARN never matches where it does not as plain text', () => {
    fc.assert(
      fc.property(pattern, name, (p, text) => {
        expect(matchArn(p, text) === 'no').toBe(!glob(p, text));
      }),
    );
  });

  it('a deny that surely applies always wins', () => {
    fc.assert(
      fc.property(statements, action, target, (list, a, r) => {
        const denied = { Effect: 'Deny', Action: a, Resource: r };
        expect(judged([...list, denied], a, r)).toBe('no');
        expect(judged([denied, ...list], a, r)).toBe('no');
      }),
    );
  });

  it('another allow never takes access away, another deny and a boundary never give any', () => {
    fc.assert(
      fc.property(statements, statement, statements, action, target, (list, more, bound, a, r) => {
        const before = rank[judged(list, a, r)];
        const after = rank[judged([...list, more], a, r)];
        if (more.Effect === 'Allow') expect(after).toBeGreaterThanOrEqual(before);
        else expect(after).toBeLessThanOrEqual(before);
        expect(rank[judged(list, a, r, bound)]).toBeLessThanOrEqual(before);
      }),
    );
  });

  it('NotAction allows exactly what Action does not', () => {
    fc.assert(
      fc.property(actions, action, target, (list, a, r) => {
        const plain = judged([{ Effect: 'Allow', Action: list, Resource: '*' }], a, r);
        const negated = judged([{ Effect: 'Allow', NotAction: list, Resource: '*' }], a, r);
        expect([plain, negated].sort()).toEqual(['no', 'yes']);
      }),
    );
  });

  it('what is allowed for a resource is allowed for some resource', () => {
    fc.assert(
      fc.property(statements, action, target, (list, a, r) => {
        const some = identityAllows(
          { policies: [identity(...list)], boundary: undefined },
          { action: a, resource: undefined },
        );
        if (judged(list, a, r) === 'yes') expect(some).not.toBe('no');
      }),
    );
  });

  it('order does not matter', () => {
    fc.assert(
      fc.property(statements, action, target, (list, a, r) => {
        expect(judged([...list].reverse(), a, r)).toBe(judged(list, a, r));
      }),
    );
  });
});
